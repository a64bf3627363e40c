"""Milestones of calls as a calendar (RFC 5545) that stays subscribed (RFC 7986)."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import icalendar

from normalize.call import Call
from portal_api import presenting
from portal_api.frames import Frame
from portal_api.milestones import Milestone, milestones_of
from store.reading import StoredEvent

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
"""Characters no text of a calendar can hold (RFC 5545, section 3.1: CONTROL)."""
REFRESH = timedelta(hours=6)
"""How often a reader should ask again: sources are harvested once a night, corrections come by day."""


def write_calendar(calls: Iterable[Call], out: BinaryIO, frame: Frame) -> None:
    """Write one event a milestone; memory stays flat."""
    head, end, _ = _calendar(frame).to_ical().partition(b"END:VCALENDAR")
    out.write(head)
    for call, events in frame.with_events(calls):
        for milestone in milestones_of(call, events, frame.zone_of(call.source_id)):
            out.write(_event(call, milestone, events, frame).to_ical())
    out.write(end + b"\r\n")


def _calendar(frame: Frame) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Sovereignty Portal//Funding calls//EN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("uid", str(uuid5(NAMESPACE_URL, frame.address or frame.page)))
    calendar.add("name", frame.title)
    calendar.add("x-wr-calname", icalendar.vText(frame.title))  # what readers understood before RFC 7986
    calendar.add("description", f"Openings and deadlines. {frame.page}")
    calendar.add("url", frame.page, parameters={"VALUE": "URI"})
    calendar.add("color", "darkblue")
    if frame.address:
        calendar.add("source", frame.address, parameters={"VALUE": "URI"})
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", f"PT{REFRESH // timedelta(hours=1)}H")
    return calendar


def _event(call: Call, milestone: Milestone, events: Sequence[StoredEvent], frame: Frame) -> icalendar.Event:
    changed = _changed(call, events)
    event = icalendar.Event()
    event.add("uid", milestone.uid)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("created", (call.first_seen_at or changed).astimezone(UTC))
    # Of the whole call, so it can never stay behind when this milestone is revised.
    event.add("sequence", call.revision - 1)
    event.add("summary", _text(f"{_kind(milestone)}: {call.title}"))
    if milestone.at is None:
        # No hour stated: a whole day, or a reader would take our guess for the source's word.
        event.add("dtstart", milestone.day)
        event.add("dtend", milestone.day + timedelta(days=1))
    else:
        event.add("dtstart", milestone.at.astimezone(UTC))
    event.add("status", "CANCELLED" if milestone.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PUBLIC")
    event.add("url", frame.link(call), parameters={"VALUE": "URI"})
    event.add("description", _text("\n".join(_description(call, milestone, frame))))
    areas = list(dict.fromkeys(tag.area for tag in call.tags))
    if areas:
        event.add("categories", areas)
    return event


def _text(text: str) -> str:
    return _CONTROL.sub("", text)


def _changed(call: Call, events: Sequence[StoredEvent]) -> datetime:
    # A stored call has both; one made by hand began with the era.
    moments = [call.changed_at, call.first_seen_at, *(event.at for event in events)]
    known = [moment.astimezone(UTC) for moment in moments if moment]
    return max(known, default=datetime(1970, 1, 1, tzinfo=UTC))


def _kind(milestone: Milestone) -> str:
    words: dict[Any, str] = {**presenting.KIND_WORDS, "opening": "Opens"}
    label = milestone.deadline.label if milestone.deadline else None
    return f"{words[milestone.kind]} ({label})" if label else words[milestone.kind]


def _description(call: Call, milestone: Milestone, frame: Frame) -> list[str]:
    stated = milestone.deadline
    when = presenting.deadline_words(stated) if stated else _opening_words(milestone)
    gone = "No longer on the call." if milestone.cancelled else ""
    return [line for line in (gone, when, call.funder or "", frame.link(call), call.url) if line]


def _opening_words(milestone: Milestone) -> str:
    if milestone.at is None:
        return f"{milestone.day:%A} {milestone.day.day} {milestone.day:%B %Y}"
    local = milestone.at.astimezone(ZoneInfo(milestone.zone))
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({milestone.zone})"
