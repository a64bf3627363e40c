"""What a row of change events comes to: a date moved twice is told as one move, a flap as nothing. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from normalize.call import Deadline
from store.reading import StoredEvent

TOLD_TEXTS = ("title", "deadline_note")
"""Of the texts only these are told when they change: the name, and what stands in place of a date."""
_MOVED = ("deadline_extended", "deadline_shortened")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different now; ``kind``, ``old`` and ``new`` as in a change event."""

    kind: str
    old: Any = None
    new: Any = None


def net_changes(events: Sequence[StoredEvent]) -> list[Change]:
    """Return what a reader who saw the call before the events finds changed after them.

    Deadlines come first, then opening, amounts, who may apply, texts. Withdrawn and returned in
    turn cancel out; so do a deadline that went and came back, and an amount that is as before.
    """
    return [
        *_life(events),
        *_deadlines(events),
        *_openings(events),
        *_fields(events, "budget_changed"),
        *_fields(events, "eligibility_changed"),
        *_texts(events),
    ]


def _life(events: Iterable[StoredEvent]) -> list[Change]:
    kinds = [event.kind for event in events if event.kind in ("withdrawn", "returned")]
    # They alternate: an even number of them leaves the call as it was.
    return [Change(kinds[-1])] if len(kinds) % 2 else []


def _deadlines(events: Iterable[StoredEvent]) -> list[Change]:
    """Follow each deadline through its moves."""
    trails: list[tuple[Any, Any]] = []
    for event in events:
        if event.kind in (*_MOVED, "deadline_added", "deadline_removed"):
            at = next(
                (n for n, (_, now) in enumerate(trails) if event.old is not None and now == event.old), None
            )
            if at is None:
                trails.append((event.old, event.new))
            else:
                trails[at] = (trails[at][0], event.new)
    trails = _joined([(was, now) for was, now in trails if was != now])
    return [_moved(was, now) for was, now in trails if was != now]


def _joined(trails: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """A deadline that was removed and is added again unchanged never went."""
    gone = [was for was, now in trails if now is None]
    come = [now for was, now in trails if was is None]
    same = [deadline for deadline in gone if deadline in come]
    return [
        (was, now)
        for was, now in trails
        if (was if now is None else now if was is None else None) not in same
    ]


def _moved(was: Any, now: Any) -> Change:  # noqa: ANN401 - JSON
    if was is None:
        return Change("deadline_added", None, now)
    if now is None:
        return Change("deadline_removed", was, None)
    before, after = Deadline.model_validate(was).at, Deadline.model_validate(now).at
    later = after is None or (before is not None and after > before)
    return Change("deadline_extended" if later else "deadline_shortened", was, now)


def _openings(events: Iterable[StoredEvent]) -> list[Change]:
    moves = [event for event in events if event.kind == "opened_early"]
    return [Change("opened_early", moves[0].old, moves[-1].new)] if moves else []


def _fields(events: Iterable[StoredEvent], kind: str) -> list[Change]:
    """Return one change with the fields that differ between the first old and the last new."""
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for event in events:
        if event.kind == kind:
            old = {**(event.old or {}), **old}
            new |= event.new or {}
    names = [name for name in new if old.get(name) != new[name]]
    if not names:
        return []
    return [Change(kind, {name: old.get(name) for name in names}, {name: new[name] for name in names})]


def _texts(events: Iterable[StoredEvent]) -> list[Change]:
    for change in _fields(events, "text_changed"):
        names = [name for name in TOLD_TEXTS if name in change.new]
        if names:
            old, new = ({name: side[name] for name in names} for side in (change.old, change.new))
            return [Change("text_changed", old, new)]
    return []
