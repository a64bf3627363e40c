"""What a search finds, in the formats people use elsewhere. Streams: memory stays flat."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import BinaryIO
from urllib.parse import quote
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import icalendar
import xlsxwriter

from normalize.call import Call, Deadline
from portal_api import presenting

Writer = Callable[[Iterable[Call], BinaryIO, datetime, str], None]
ATOM = "http://www.w3.org/2005/Atom"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

COLUMNS: Mapping[str, Callable[[Call, datetime], str]] = {
    "id": lambda call, now: call.id,
    "title": lambda call, now: call.title,
    "status": lambda call, now: call.status_at(now),
    "next_deadline": lambda call, now: _iso(call.next_deadline_at(now)),
    "deadline_precision": lambda call, now: _precision(call.next_deadline_at(now)),
    "opens_at": lambda call, now: call.opens_at.isoformat() if call.opens_at else "",
    "level": lambda call, now: call.level,
    "countries": lambda call, now: " ".join(call.countries),
    "regions": lambda call, now: " ".join(call.regions),
    "funder": lambda call, now: call.funder or "",
    "programme": lambda call, now: call.programme or "",
    "applicants": lambda call, now: " ".join(call.applicants),
    "budget_total": lambda call, now: str(call.budget_total.amount) if call.budget_total else "",
    "grant_max": lambda call, now: str(call.grant_max.amount) if call.grant_max else "",
    "currency": lambda call, now: next((m.currency for m in (call.budget_total, call.grant_max) if m), ""),
    "funding_rate_max": lambda call, now: (
        str(call.funding_rate_max) if call.funding_rate_max is not None else ""
    ),
    "sectors": lambda call, now: " ".join(call.sectors),
    "areas": lambda call, now: " ".join(dict.fromkeys(tag.area for tag in call.tags)),
    "language": lambda call, now: call.language or "",
    "url": lambda call, now: call.url,
    "source": lambda call, now: call.source_id,
    "licence": lambda call, now: call.licence,
}


def write_export(form: str, calls: Iterable[Call], out: BinaryIO, *, now: datetime, public_url: str) -> None:
    """Write calls in one of `FORMATS` to a binary stream.

    Args:
        form: A key of `FORMATS`.
        calls: In the order they shall stand.
        out: Where to.
        now: The moment for status and next deadline, UTC.
        public_url: The portal's address, for links.

    Raises:
        KeyError: No such format.
    """
    FORMATS[form][0](calls, out, now, public_url.rstrip("/"))


def _jsonl(calls: Iterable[Call], out: BinaryIO, now: datetime, public_url: str) -> None:
    for call in calls:
        out.write(json.dumps(presenting.call_document(call, now), ensure_ascii=False).encode() + b"\n")


def _csv(calls: Iterable[Call], out: BinaryIO, now: datetime, public_url: str) -> None:
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for call in calls:
        writer.writerow([inert(value(call, now)) for value in COLUMNS.values()])
    text.detach()


def inert(cell: str) -> str:
    """Return a cell no spreadsheet takes for a formula: the sign that would start one is quoted."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _xlsx(calls: Iterable[Call], out: BinaryIO, now: datetime, public_url: str) -> None:
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet("Calls")
    bold = book.add_format({"bold": True})
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name, bold)
    for row, call in enumerate(calls, start=1):
        for column, value in enumerate(COLUMNS.values()):
            sheet.write_string(row, column, value(call, now))
    sheet.freeze_panes(1, 2)
    sheet.set_column(1, 1, 60)
    book.close()


def _ics(calls: Iterable[Call], out: BinaryIO, now: datetime, public_url: str) -> None:
    """Write RFC 5545: one event a deadline, its UID the same in every export."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Sovereignty Portal//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Funding deadlines")
    for call in calls:
        for number, deadline in enumerate(call.deadlines):
            if deadline.at is not None:
                calendar.add_component(_event(call, deadline, number, now, public_url))
    out.write(calendar.to_ical())


def _event(call: Call, deadline: Deadline, number: int, now: datetime, public_url: str) -> icalendar.Event:
    assert deadline.at is not None, "only dated deadlines become events"
    event = icalendar.Event()
    event.add("uid", f"{quote(call.id, safe='')}-{deadline.kind}-{number}@sovereignty-portal")
    event.add("dtstamp", call.changed_at or now)
    event.add("sequence", call.revision - 1)
    event.add("summary", f"{presenting.KIND_WORDS[deadline.kind]}: {call.title}")
    if deadline.precision == "day":
        day = deadline.at.astimezone(_zone(deadline)).date()
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
    else:
        event.add("dtstart", deadline.at.astimezone(UTC))
        event.add("dtend", deadline.at.astimezone(UTC))
    event.add("url", call_url(call, public_url))
    event.add("description", f"{presenting.deadline_words(deadline)}\n{call.url}")
    event.add("status", "CANCELLED" if call.withdrawn else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event


def _atom(calls: Iterable[Call], out: BinaryIO, now: datetime, public_url: str) -> None:
    """Write RFC 4287, an entry a call."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    _child(feed, "id", f"{public_url}/feed")
    _child(feed, "title", "Funding calls")
    _child(feed, "updated", now.isoformat())
    ElementTree.SubElement(_child(feed, "author"), f"{{{ATOM}}}name").text = "Sovereignty Portal"
    for call in calls:
        entry = _child(feed, "entry")
        _child(entry, "id", call_url(call, public_url))
        _child(entry, "title", call.title)
        _child(entry, "updated", (call.changed_at or now).isoformat())
        _child(entry, "published", (call.first_seen_at or now).isoformat())
        _child(entry, "link").attrib.update(rel="alternate", href=call_url(call, public_url))
        _child(entry, "link").attrib.update(rel="related", href=call.url)
        following = call.next_deadline_at(now)
        words = [presenting.deadline_words(following)] if following else []
        _child(entry, "summary", " | ".join(filter(None, (*words, call.summary))))
        for tag in call.tags:
            _child(entry, "category").attrib["term"] = tag.area
    ElementTree.ElementTree(feed).write(out, encoding="utf-8", xml_declaration=True)


def _child(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}")
    child.text = text
    return child


def call_url(call: Call, public_url: str) -> str:
    """Return the address of a call's page here."""
    return f"{public_url}/calls/{quote(call.id, safe=':')}"


def _precision(deadline: Deadline | None) -> str:
    return deadline.precision if deadline else ""


def _iso(deadline: Deadline | None) -> str:
    if deadline is None:
        return ""
    if deadline.at is None:
        return "until funds end"
    if deadline.precision == "day":
        return deadline.at.astimezone(_zone(deadline)).date().isoformat()
    return deadline.at.isoformat()


def _zone(deadline: Deadline) -> ZoneInfo:
    return ZoneInfo(deadline.zone)


FORMATS: Mapping[str, tuple[Writer, str]] = {
    "jsonl": (_jsonl, "application/jsonl"),
    "csv": (_csv, "text/csv; charset=utf-8"),
    "xlsx": (_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ics": (_ics, "text/calendar; charset=utf-8"),
    "atom": (_atom, "application/atom+xml"),
}
"""Format -> writer and media type."""
