"""The milestones of a call: its opening and each deadline, each the same one however often it moves.

A milestone's name (``uid``) is made from what it was when it was first seen, read back through the
call's change events, so a calendar that knew it under its old date finds it under the new one, and
one that is gone can still be cancelled. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from normalize.call import Call, Deadline, DeadlineKind
from store.fingerprint import minute_of
from store.reading import StoredEvent

_MOVED = ("deadline_extended", "deadline_shortened")


@dataclass(frozen=True, slots=True)
class Milestone:
    """One dated step of a call.

    Attributes:
        uid: A UUID, the same for as long as this milestone lives.
        kind: The opening, or the kind of deadline.
        day: On which it falls, in ``zone``.
        at: The moment, UTC; None when the source stated no hour.
        zone: IANA time zone in which the source thinks.
        deadline: As stated; None for the opening.
        cancelled: The source withdrew the call, or took this date off it.
    """

    uid: str
    kind: DeadlineKind | Literal["opening"]
    day: date
    at: datetime | None
    zone: str
    deadline: Deadline | None
    cancelled: bool


def milestones_of(call: Call, events: Sequence[StoredEvent], zone: str) -> list[Milestone]:
    """Return the milestones of a call, the cancelled ones too, in the order of their days.

    Args:
        call: As stored.
        events: Its change events, oldest first.
        zone: IANA zone in which its source thinks; the opening's day is said in it.
    """
    found = [*_opening(call, zone), *_deadlines(call, events)]
    return sorted(found, key=lambda milestone: (milestone.day, milestone.uid))


def _opening(call: Call, zone: str) -> Iterator[Milestone]:
    if call.opens_at is None:
        return
    local = call.opens_at.astimezone(ZoneInfo(zone))
    # Midnight is how sources say a day; it is no hour somebody stated.
    at = call.opens_at if local.time() != time(0) else None
    yield Milestone(_uid(call, "opening"), "opening", local.date(), at, zone, None, call.withdrawn)


def _deadlines(call: Call, events: Sequence[StoredEvent]) -> Iterator[Milestone]:
    for track in _tracks(call, events):
        shown = track.dated
        if shown is None or shown.at is None:
            continue
        yield Milestone(
            uid=_uid(call, track.origin or _name(track.sought)),
            kind=shown.kind,
            day=shown.at.astimezone(ZoneInfo(shown.zone)).date(),
            at=shown.at if shown.precision == "minute" else None,
            zone=shown.zone,
            deadline=shown,
            cancelled=call.withdrawn or track.gone or shown is not track.last,
        )


@dataclass(slots=True)
class _Track:
    """One deadline on its way back through the events.

    Attributes:
        last: What it is now, or was when it went.
        dated: The last of its states that had a date.
        sought: What it was before the events read so far.
        gone: It is not on the call any more.
        origin: The event that brought it; empty for one the call came with.
    """

    last: Deadline
    dated: Deadline | None
    sought: Deadline
    gone: bool = False
    origin: str = ""

    def was(self, deadline: Deadline) -> None:
        self.sought = deadline
        if self.dated is None and deadline.at is not None:
            self.dated = deadline


def _tracks(call: Call, events: Sequence[StoredEvent]) -> list[_Track]:
    now = {_name(deadline): deadline for deadline in call.deadlines}
    tracks = [_Track(one, one if one.at else None, one) for one in now.values()]
    for event in reversed(events):
        if event.kind in _MOVED:
            track = _find(tracks, _deadline(event.new))
            if track:
                track.was(_deadline(event.old))
        elif event.kind == "deadline_added":
            track = _find(tracks, _deadline(event.new))
            if track:
                track.origin = f"event {event.number}"
        elif event.kind == "deadline_removed":
            _take_back(tracks, _deadline(event.old))
    return tracks


def _take_back(tracks: list[_Track], deadline: Deadline) -> None:
    """Read a removal backwards: the same date back again later is the same milestone, else one is gone."""
    again = next((one for one in tracks if one.origin and _name(one.sought) == _name(deadline)), None)
    if again:
        again.origin = ""
    else:
        tracks.append(_Track(deadline, deadline if deadline.at else None, deadline, gone=True))


def _find(tracks: list[_Track], deadline: Deadline) -> _Track | None:
    """Return the track that was this deadline: of its kind if there is one, else of its minute."""
    open_ones = [track for track in tracks if not track.origin]
    same = [track for track in open_ones if _name(track.sought) == _name(deadline)]
    near = [track for track in open_ones if _minute(track.sought) == _minute(deadline)]
    return next(iter(same or near), None)


def _deadline(printed: object) -> Deadline:
    return Deadline.model_validate(printed)


def _name(deadline: Deadline) -> str:
    return f"{deadline.kind} {_minute(deadline)}"


def _minute(deadline: Deadline) -> str:
    return f"{minute_of(deadline.at):%Y-%m-%dT%H:%MZ}" if deadline.at else "no end"


def _uid(call: Call, origin: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"urn:sovereignty-portal:{call.id}#{origin}"))
