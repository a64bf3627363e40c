"""Five invented subscribers, and the account kept of what each must hear, apart from the digest's own code.

The account looks only at the calls as stored when a digest is due: which fit, which the person knows, what is
different since they last heard. It knows nothing of events, cursors and plans.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from digest.profile import Profile
from index.query import EVERYWHERE, SearchQuery
from normalize.call import Call
from store.subscribers import Frequency

CLOSING = timedelta(days=14)
"""As the mail promises: what closes within it is told once."""


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber: what they wait for, and how often they want mail."""

    name: str
    wants: Profile | SearchQuery
    frequency: Frequency


PEOPLE = (
    Person(
        "hydrogen SME in Germany",
        Profile(areas=("clean.hydrogen", "clean.batteries_storage"), country="DE", size="small"),
        "daily",
    ),
    Person(
        "AI group of a university in Spain",
        Profile(areas=("digital.ai_data", "digital.quantum"), country="ES", applicants=("university",)),
        "weekly",
    ),
    Person("biotech company in France", Profile(areas=("bio",), country="FR", size="medium"), "daily"),
    Person(
        "cluster in Poland, all of Digital Europe",
        SearchQuery(programme=("Digital Europe Programme",)),
        "weekly",
    ),
    Person(
        "engineer in Italy, quantum sensors",
        SearchQuery(text='"quantum sensing"', country=("IT", EVERYWHERE)),
        "daily",
    ),
)


@dataclass(slots=True)
class Account:
    """What one person knows, and what went wrong."""

    knows: dict[str, tuple[Any, ...]]
    closing: set[tuple[str, datetime]] = field(default_factory=set)
    told: Counter[str] = field(default_factory=Counter)
    doubled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def check(
        self,
        items: Sequence[Mapping[str, Any]],
        more: int,
        fits: Mapping[str, Call],
        calls: Mapping[str, Call],
        now: datetime,
    ) -> None:
        """Hold one digest against what it had to tell.

        Args:
            items: What it shows: ``call``, ``part`` and, of a changed one, ``changes``.
            more: How many calls it only counts ("and 12 more").
            fits: Calls that fit and can still be applied for, or will be.
            calls: Every call as stored.
            now: The moment of the digest.
        """
        shown = Counter(item["call"] for item in items)
        self.doubled += [
            f"{call_id}: {times} times in one mail" for call_id, times in shown.items() if times > 1
        ]
        parts = {item["call"]: item["part"] for item in items}
        self.told.update(parts.values())
        due = self._due(fits, calls, now)
        missing = [call_id for call_id in due if call_id not in parts]
        if len(missing) > more:
            self.lost += [f"{call_id}: {due[call_id]} at {now:%d %b}" for call_id in missing]
        self.doubled += [
            f"{call_id}: {part} at {now:%d %b}, which was known"
            for call_id, part in parts.items()
            if call_id not in due and part in ("new", "withdrawn", "closing")
        ]
        self._learn(fits, calls, due, now)

    def _due(self, fits: Mapping[str, Call], calls: Mapping[str, Call], now: datetime) -> dict[str, str]:
        due = {call_id: "new" for call_id in fits if call_id not in self.knows}
        for call_id, before in self.knows.items():
            call = calls[call_id]
            after = facts_of(call)
            if after[0] != before[0]:
                due[call_id] = "withdrawn" if call.withdrawn else "returned"
            elif not call.withdrawn and after[1] != before[1] and call.status_at(now) != "closed":
                due[call_id] = "another deadline"
            elif call_id in self._near(calls, now):
                due[call_id] = "closing"
        return due

    def _near(self, calls: Mapping[str, Call], now: datetime) -> Iterable[str]:
        for call_id in self.knows:
            following = calls[call_id].next_deadline_at(now)
            if following is None or following.at is None or calls[call_id].status_at(now) != "open":
                continue
            if following.at - now <= CLOSING and (call_id, following.at) not in self.closing:
                yield call_id

    def _learn(
        self, fits: Mapping[str, Call], calls: Mapping[str, Call], due: Mapping[str, str], now: datetime
    ) -> None:
        for call_id in {*self.knows, *fits}:
            call = calls[call_id]
            following = call.next_deadline_at(now)
            if following is not None and following.at is not None and due.get(call_id) == "closing":
                self.closing.add((call_id, following.at))
            self.knows[call_id] = facts_of(call)


def facts_of(call: Call) -> tuple[Any, ...]:
    """Return what somebody who knows a call must hear of when it changes: its life and its deadlines."""
    return call.withdrawn, tuple(sorted((each.kind, each.at) for each in call.deadlines if each.at))
