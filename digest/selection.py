"""What one mail tells one person: every call once, at most thirty, the rest counted."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import ValidationError

from digest.profile import Profile
from digest.shelf import Shelf, places_of
from digest.window import Happened
from index.query import SearchQuery
from store.digest_rows import Planned
from store.subscribers import Subscriber, Subscription

Part = Literal["new", "changed", "closing", "withdrawn", "reminder"]
PARTS: tuple[Part, ...] = ("reminder", "changed", "closing", "new", "withdrawn")
"""In the order of a mail: what one must act on stands first; new calls may be many."""
ITEMS_MAX = 30
"""Calls a mail shows; nobody reads more."""
KEPT_FREE: Mapping[Part, int] = {"changed": 8, "closing": 6, "withdrawn": 3}
"""Places kept for what concerns calls somebody knows, however many new ones there are."""
OURS_MAX = 3
"""Calls shown that fit only because we read or corrected something otherwise; the rest is counted."""
CLOSING = timedelta(days=14)
"""How near a deadline is told as "closing soon", once."""
IN_DIGEST = 0
"""Stands for "closing soon in the digest" among the days of reminders."""

Told = frozenset[tuple[str, datetime, int]]


@dataclass(slots=True)
class Selected:
    """Calls by part, in order of importance, before the mail is cut to its length."""

    parts: dict[Part, list[int]] = field(default_factory=dict)
    ours: int = 0
    learnt: dict[int, bytes] = field(default_factory=dict)
    reminded: dict[int, list[tuple[str, datetime, int]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A subscription, read: the calls that fit it now, and those it is known to have fitted."""

    subscription: Subscription
    fits: int
    known: int


def read_subscription(subscription: Subscription, shelf: Shelf) -> Wanted:
    """Return a subscription with the calls that fit it.

    A saved search may name a value that no longer exists (a region of an older NUTS, a programme
    renamed): it finds then what it still can, as the search page does with an old link.
    """
    if subscription.profile is not None:
        fits = shelf.fitting(Profile.model_validate_json(subscription.profile))
    else:
        fits = shelf.matching(read_search(subscription.search or "{}"))
    return Wanted(subscription, fits, shelf.bits_of_known(subscription.known))


def read_search(stored: str) -> SearchQuery:
    """Return a stored search; values and fields that are none any more are left out."""
    given: dict[str, Any] = json.loads(stored)
    while True:
        try:
            return SearchQuery.model_validate(given)
        except ValidationError as error:
            for wrong in error.errors():
                _leave_out(given, wrong["loc"])


def _leave_out(given: dict[str, Any], place: Sequence[int | str]) -> None:
    name = str(place[0])
    values = given.get(name)
    if len(place) > 1 and isinstance(values, list) and isinstance(place[1], int):
        bad = place[1]
        given[name] = [value for at, value in enumerate(values) if at != bad]
        if not given[name]:
            del given[name]
    else:
        given.pop(name, None)


class Selection:
    """Selects for one person after another over the same shelf.

    Args:
        shelf: The calls as of the run.
        upto: The run's number: where cursors stand afterwards.
    """

    def __init__(self, shelf: Shelf, upto: int) -> None:
        self._shelf = shelf
        self._upto = upto
        self._groups = [call.group_id for call in shelf.calls]

    def digest(
        self,
        subscriber: Subscriber,
        wanted: Sequence[Wanted],
        happened: Happened,
        muted: frozenset[str],
        told: Told,
    ) -> Planned:
        """Return the mail for one person; ``tells`` is empty when there is nothing to say."""
        shelf = self._shelf
        known = _union(each.known for each in wanted)
        heard = ~shelf.bits_of(muted) if muted else -1
        fits = _union(each.fits for each in wanted) & shelf.alive
        started = fits & ~known
        selected = Selected()
        shown = started & ~happened.ours & heard
        ours = started & happened.ours & ~happened.new & heard
        by_rank = shelf.by_deadline(ours)
        corrected = shelf.by_deadline(known & happened.corrected_bits & shelf.alive & heard)
        selected.ours = max(len(by_rank) - OURS_MAX, 0) + max(len(corrected) - OURS_MAX, 0)
        selected.parts["new"] = shelf.by_deadline(shown) + by_rank[:OURS_MAX]
        changed = known & happened.changed_bits & heard & happened.matters
        selected.parts["changed"] = corrected[:OURS_MAX] + shelf.by_deadline(changed)
        selected.parts["withdrawn"] = list(places_of(known & happened.withdrawn & heard))
        rest = (
            (known | started)
            & shelf.alive
            & heard
            & ~started
            & ~happened.changed_bits
            & ~happened.corrected_bits
        )
        selected.parts["closing"] = self._closing(rest, told, selected)
        selected.parts["reminder"] = []
        for each in wanted:
            learnt = each.fits & shelf.alive & ~each.known
            if learnt:
                selected.learnt[each.subscription.id] = shelf.packed(learnt)
        tells, reminded = self._tells(wanted, selected, happened)
        return Planned(subscriber.id, tells, self._upto, selected.learnt, reminded)

    def reminders(
        self, subscriber: Subscriber, wanted: Sequence[Wanted], muted: frozenset[str], told: Told
    ) -> Planned | None:
        """Return a mail of nothing but deadlines that come near; the cursor stays where it is."""
        selected = Selected()
        known = _union(each.known for each in wanted) & self._shelf.alive & ~self._shelf.bits_of(muted)
        selected.parts["reminder"] = self._due_reminders(known, subscriber.reminders, told, selected)
        tells, reminded = self._tells(wanted, selected, None)
        return Planned(subscriber.id, tells, None, {}, reminded) if tells else None

    def add_reminders(self, plan: Planned, other: Planned | None) -> Planned:
        """Return one mail that tells both; a call reminded of is not told a second time as closing."""
        if other is None or not other.tells:
            return plan
        if not plan.tells:
            tells = dict(other.tells)
        else:
            reminded = {item["call"] for item in other.tells["items"]}
            items = [i for i in plan.tells["items"] if i["part"] != "closing" or i["call"] not in reminded]
            told = {item["call"] for item in items}
            tells = {
                **plan.tells,
                "items": [i for i in other.tells["items"] if i["call"] not in told] + items,
            }
        return Planned(plan.subscriber_id, tells, plan.cursor, plan.learnt, [*plan.reminded, *other.reminded])

    # --- parts

    def _closing(self, bits: int, told: Told, selected: Selected) -> list[int]:
        found = []
        for at in self._shelf.by_deadline(bits & self._shelf.near(CLOSING)):
            call, following = self._shelf.calls[at], self._shelf.next_deadlines[at]
            if following is None or following.at is None:
                continue
            if not any(name == call.id and when == following.at for name, when, _ in told):
                found.append(at)
                selected.reminded[at] = [(call.id, following.at, IN_DIGEST)]
        return found

    def _due_reminders(self, bits: int, marks: Sequence[int], told: Told, selected: Selected) -> list[int]:
        """Remind once for each mark passed; of several passed at once only the nearest is told."""
        found = []
        for at in self._shelf.by_deadline(bits & self._shelf.near(timedelta(days=max(marks, default=0)))):
            call, following = self._shelf.calls[at], self._shelf.next_deadlines[at]
            if following is None or following.at is None:
                continue
            passed = [days for days in marks if following.at - self._shelf.now <= timedelta(days=days)]
            given = {days for name, when, days in told if name == call.id and when == following.at and days}
            if passed and not any(days <= min(passed) for days in given):
                found.append(at)
                selected.reminded[at] = [(call.id, following.at, days) for days in passed]
        return found

    # --- the mail

    def _tells(
        self, wanted: Sequence[Wanted], selected: Selected, happened: Happened | None
    ) -> tuple[dict[str, Any], list[tuple[str, datetime, int]]]:
        shown, more = _cut(selected.parts, self._groups)
        items = [self._item(part, at, wanted, happened) for part in PARTS for at in shown.get(part, ())]
        reminded = [
            entry for part in PARTS for at in shown.get(part, ()) for entry in selected.reminded.get(at, ())
        ]
        tells: dict[str, Any] = {}
        if items or selected.ours:
            used = {number for item in items for number in item["why"]}
            tells = {
                "items": items,
                "more": {part: count for part, count in more.items() if count},
                "ours": selected.ours,
                "searches": {
                    str(each.subscription.id): {
                        "search": each.subscription.search,
                        "profile": each.subscription.profile,
                    }
                    for each in wanted
                    if each.subscription.id in used or more.get("new") or selected.ours
                },
            }
        return tells, reminded

    def _item(
        self, part: Part, at: int, wanted: Sequence[Wanted], happened: Happened | None
    ) -> dict[str, Any]:
        bit = 1 << at
        item: dict[str, Any] = {
            "call": self._shelf.calls[at].id,
            "part": part,
            "why": [each.subscription.id for each in wanted if (each.fits | each.known) & bit],
        }
        if happened is not None and part == "new":
            item["how"] = self._how(bit, happened)
        if happened is not None and part == "changed":
            changes = happened.changed.get(at) or happened.corrected[at]
            item["how"] = "source" if at in happened.changed else "ours"
            item["changes"] = [{"kind": one.kind, "old": one.old, "new": one.new} for one in changes]
        return item

    def _how(self, bit: int, happened: Happened) -> str:
        if happened.new & bit:
            return "new"
        if happened.touched & bit:
            return "fits_now"
        return "ours" if happened.ours & bit else "time"


def _cut(
    parts: Mapping[Part, Sequence[int]], groups: Sequence[str | None]
) -> tuple[dict[Part, list[int]], dict[Part, int]]:
    """Return what is shown of each part, and how many are not; a call seen through two sources once."""
    seen: set[str] = set()
    single: dict[Part, list[int]] = {}
    for part in PARTS:
        kept = single.setdefault(part, [])
        for at in parts.get(part, ()):
            group = groups[at]
            if group is None or group not in seen:
                kept.append(at)
                seen |= {group} if group else set()
    free = ITEMS_MAX
    shown: dict[Part, list[int]] = {}
    for part in PARTS:
        others = sum(
            min(len(single[name]), KEPT_FREE.get(name, 0))
            for name in PARTS
            if name not in shown and name != part
        )
        room = max(free - others, 0)
        shown[part] = single[part][:room]
        free -= len(shown[part])
    return shown, {part: len(single[part]) - len(shown[part]) for part in PARTS}


def _union(sets: Iterable[int]) -> int:
    found = 0
    for bits in sets:
        found |= bits
    return found
