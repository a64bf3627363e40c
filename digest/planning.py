"""Plans a run of the digest: what each subscriber is told, written down before the first byte leaves."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from digest.selection import Selection, Told, Wanted, read_subscription
from digest.shelf import Shelf
from digest.window import Past
from index.engine import SearchEngine
from index.matching import matching_ids
from index.query import SearchQuery
from store import deliveries, subscribers
from store.database import Database
from store.digest_rows import DigestRun, Planned
from store.events import Window, read_window
from store.locks import only_one
from store.subscribers import Subscriber, Subscription

log = logging.getLogger(__name__)
Kind = Literal["weekly", "daily"]
SIGN_OF_LIFE_AFTER = timedelta(days=28)
"""After this long without mail, somebody who chose so hears that there was nothing."""
NOBODY: frozenset[str] = frozenset()


@dataclass(slots=True)
class PlannedRun:
    """What planning did: mails written down, people with nothing to be told, calls by part."""

    run: DigestRun | None
    mails: int = 0
    quiet: int = 0
    parts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class State:
    """Everything a run compares with, read once.

    Attributes:
        muted: Subscriber -> calls they want to hear no more of.
        told: Subscriber -> reminders given.
        waiting: Subscribers with a mail on its way.
    """

    shelf: Shelf
    past: Past
    selection: Selection
    upto: int
    muted: Mapping[int, frozenset[str]]
    told: Mapping[int, Told]
    waiting: frozenset[int]


def build_shelf(db: Database, engine: SearchEngine, now: datetime, after: int) -> tuple[Shelf, Window]:
    """Return all calls as sets, and the events above a number, as of one state of the store.

    Raises:
        SearchUnavailable: A saved search holds words, and the engine cannot answer (when asked).
    """
    window = read_window(db, after)

    def find_text(text: str) -> set[str]:
        return matching_ids(engine, SearchQuery(text=text), now=now)

    return Shelf([call for _, call in window.calls], now, find_text), window


class Planner:
    """Plans weekly and daily runs.

    Args:
        db: The store.
        engine: In step with it; whoever calls sees to that.
    """

    def __init__(self, db: Database, engine: SearchEngine) -> None:
        self._db = db
        self._engine = engine

    def plan(self, kind: Kind, period: str, now: datetime) -> PlannedRun:
        """Write down every mail of a run; what a killed planning left is completed.

        Args:
            kind: ``weekly`` tells weekly subscribers; ``daily`` tells daily ones, and reminds others.
            period: "2026-W48" or "2026-11-25": told once, for ever.
            now: UTC.

        Raises:
            Taken: Mail is being sent; planning waits for that.
            SearchUnavailable: A saved search could not be answered; nothing is lost by trying later.
        """
        with only_one(self._db, "post"):
            state = self._read_state(now)
            run = deliveries.open_run(self._db, kind, period, state.upto, now)
            done = PlannedRun(run)
            if run.planned:
                return done
            already = deliveries.planned_subscribers(self._db, run.id)
            for batch in self._plans(kind, state, now, already):
                mails = [plan for plan in batch if plan.tells]
                quiet = [plan for plan in batch if not plan.tells]
                deliveries.plan_deliveries(self._db, run, mails, quiet)
                _count(done, mails, quiet)
            deliveries.finish_planning(self._db, run.id)
        facts = {"kind": kind, "period": period, "mails": done.mails, "quiet": done.quiet}
        log.info("digest planned", extra=facts)
        return done

    def preview(self, kind: Kind, now: datetime) -> PlannedRun:
        """Count what a run at ``now`` would tell; nothing is written."""
        done = PlannedRun(None)
        for batch in self._plans(kind, self._read_state(now), now, set()):
            mails = [plan for plan in batch if plan.tells]
            _count(done, mails, [plan for plan in batch if not plan.tells])
        return done

    def _read_state(self, now: datetime) -> State:
        after = subscribers.lowest_cursor(self._db)
        shelf, window = build_shelf(self._db, self._engine, now, after)
        return State(
            shelf=shelf,
            past=Past(window, shelf),
            selection=Selection(shelf, window.upto),
            upto=window.upto,
            muted=subscribers.muted_calls(self._db),
            told=subscribers.reminded(self._db, now),
            waiting=frozenset(deliveries.waiting_subscribers(self._db)),
        )

    def _plans(self, kind: Kind, state: State, now: datetime, already: set[int]) -> Iterator[list[Planned]]:
        for batch in subscribers.iter_active(self._db):
            plans = []
            for subscriber, wanted in batch:
                if subscriber.id not in already and subscriber.is_due(now) and wanted:
                    plan = plan_for(subscriber, wanted, state, kind, now)
                    if plan is not None:
                        plans.append(plan)
            yield plans


def plan_for(
    subscriber: Subscriber, subscriptions: Sequence[Subscription], state: State, kind: Kind, now: datetime
) -> Planned | None:
    """Return one person's mail in a run: without ``tells`` when it is nothing, None when not asked."""
    selection = state.selection
    muted, told = state.muted.get(subscriber.id, NOBODY), state.told.get(subscriber.id, frozenset())
    reminds = bool(subscriber.reminders) and subscriber.id not in state.waiting
    if subscriber.frequency != kind and not (kind == "daily" and reminds):
        return None
    wanted = [read_subscription(one, state.shelf) for one in subscriptions]
    reminder = selection.reminders(subscriber, wanted, muted, told) if reminds else None
    if subscriber.frequency != kind:
        return reminder
    plan = selection.digest(subscriber, wanted, state.past.since(subscriber.cursor), muted, told)
    plan = selection.add_reminders(plan, reminder)
    if not plan.tells and _wants_sign_of_life(subscriber, now):
        plan = replace(plan, tells={"items": [], "more": {}, "ours": 0, "searches": {}})
    return plan


def _wants_sign_of_life(subscriber: Subscriber, now: datetime) -> bool:
    heard = subscriber.last_sent_at or subscriber.state_at
    return subscriber.sign_of_life and now - heard >= SIGN_OF_LIFE_AFTER


def _count(done: PlannedRun, mails: Sequence[Planned], quiet: Sequence[Planned]) -> None:
    done.mails += len(mails)
    done.quiet += len(quiet)
    for mail in mails:
        done.parts.update(item["part"] for item in mail.tells["items"])
        done.parts.update({f"{part}, more": count for part, count in mail.tells["more"].items()})


def known_now(wanted: Sequence[Subscription], shelf: Shelf) -> dict[int, bytes]:
    """Return subscription -> packed keys of the calls that fit it: where somebody who confirms begins."""
    return {one.id: shelf.packed(read_subscription(one, shelf).fits & shelf.alive) for one in wanted}


def fits_at_present(wanted: Wanted, shelf: Shelf) -> int:
    """Return how many calls one may apply for fit a subscription."""
    return (wanted.fits & shelf.alive).bit_count()
