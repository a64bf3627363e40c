"""What happened to the calls since a cursor, as sets: shared by all who stand at the same cursor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest.netting import Change, net_changes
from digest.shelf import Shelf
from store.events import Window
from store.reading import StoredEvent


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened after one cursor, up to the run's number.

    Attributes:
        new: Calls first seen.
        changed: Place of a call -> what its source changed about it.
        changed_bits: The same calls as a set, without those withdrawn.
        corrected: Place of a call -> a deadline that we had told otherwise, by a mistake of ours.
        corrected_bits: The same calls as a set.
        matters: Calls of whose changes one still wants to hear: not over, or their deadline moved.
        withdrawn: Calls their source no longer lists.
        touched: Calls about which the source said something: they are new, or it changed them.
        ours: Calls that are different only because we read or corrected them otherwise.
    """

    new: int
    changed: Mapping[int, Sequence[Change]]
    changed_bits: int
    corrected: Mapping[int, Sequence[Change]]
    corrected_bits: int
    matters: int
    withdrawn: int
    touched: int
    ours: int


class Past:
    """The events of a window, asked for by cursor; each cursor is worked out once."""

    def __init__(self, window: Window, shelf: Shelf) -> None:
        self._window = window
        self._shelf = shelf
        self._since: dict[int, Happened] = {}
        self._events: dict[int, list[StoredEvent]] = {}
        for event in window.events:
            at = shelf.place.get(event.call_id)
            if at is not None and event.number <= window.upto:
                self._events.setdefault(at, []).append(event)

    def since(self, cursor: int) -> Happened:
        """Return what happened above a cursor."""
        if cursor not in self._since:
            self._since[cursor] = self._happened(cursor)
        return self._since[cursor]

    def _happened(self, cursor: int) -> Happened:
        shelf = self._shelf
        new, touched, withdrawn = [], [], []
        changed: dict[int, Sequence[Change]] = {}
        corrected: dict[int, Sequence[Change]] = {}
        for at, all_events in self._events.items():
            later = [event for event in all_events if event.number > cursor]
            events = [event for event in later if event.cause == "source"]
            if corrections := [change for change in net_changes(_corrections(later)) if not events]:
                corrected[at] = corrections
            if not events:
                continue
            touched.append(at)
            if any(event.kind == "new" for event in events):
                new.append(at)
                continue
            changes = net_changes(events)
            if any(change.kind == "withdrawn" for change in changes) and shelf.calls[at].withdrawn:
                withdrawn.append(at)
            elif changes:
                changed[at] = changes
        numbers = enumerate(number for number, _ in self._window.calls)
        moved = shelf.bits(at for at, number in numbers if number > cursor)
        touched_bits = shelf.bits(touched)
        return Happened(
            new=shelf.bits(new),
            changed=changed,
            changed_bits=shelf.bits(changed),
            corrected=corrected,
            corrected_bits=shelf.bits(corrected),
            matters=shelf.alive | shelf.bits(at for at, changes in changed.items() if _moves(changes)),
            withdrawn=shelf.bits(withdrawn),
            touched=touched_bits,
            ours=moved & ~touched_bits,
        )


def _corrections(events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """Return what people must hear of although it was our mistake: a deadline they were told wrongly.

    Staff correct by hand, so all of theirs; a better reading may move hundreds, so only what is
    earlier than was told, or no deadline at all.
    """
    earlier = ("deadline_shortened", "deadline_removed")
    return [
        event
        for event in events
        if (event.cause == "staff" and event.kind.startswith("deadline"))
        or (event.cause == "parser" and event.kind in earlier)
    ]


def _moves(changes: Sequence[Change]) -> bool:
    return any(change.kind.startswith("deadline") for change in changes)
