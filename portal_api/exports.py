"""What a search finds, in the formats people use elsewhere. Streams: memory stays flat."""

import csv
import io
import json
import re
from collections import Counter
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
from portal_api.addresses import call_url

Writer = Callable[[Iterable[Call], BinaryIO, datetime, str], None]
ATOM = "http://www.w3.org/2005/Atom"
CELL_MAX = 32_767
"""Characters a cell of a spreadsheet can hold."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, section 2.2."""

COLUMNS: Mapping[str, Callable[[Call, datetime], str]] = {
    "id": lambda call, now: call.id,
    "title": lambda call, now: call.title,
    "status": lambda call, now: call.status_at(now),
    "next_deadline": lambda call, now: _moment(call.next_deadline_at(now)),
    "deadline_precision": lambda call, now: _precision(call.next_deadline_at(now)),
    "opens_at": lambda call, now: call.opens_at.isoformat() if call.opens_at else "",
    "level": lambda call, now: call.level,
    "countries": lambda call, now: " ".join(call.countries),
    "regions": lambda call, now: " ".join(call.regions),
    "funder": lambda call, now: call.funder or "",
    "programme": lambda call, now: call.programme or "",
    "call_identifier": lambda call, now: call.call_identifier or "",
    "applicants": lambda call, now: " ".join(call.applicants),
    "budget_total": lambda call, now: str(call.budget_total.amount) if call.budget_total else "",
    "grant_min": lambda call, now: str(call.grant_min.amount) if call.grant_min else "",
    "grant_max": lambda call, now: str(call.grant_max.amount) if call.grant_max else "",
    "currency": lambda call, now: " ".join(_currencies(call)),
    "funding_rate_max": lambda call, now: "" if call.funding_rate_max is None else str(call.funding_rate_max),
    "sectors": lambda call, now: " ".join(call.sectors),
    "areas": lambda call, now: " ".join(dict.fromkeys(tag.area for tag in call.tags)),
    "seal": lambda call, now: call.seal.state,
    "language": lambda call, now: call.language or "",
    "url": lambda call, now: call.url,
    "source": lambda call, now: call.source_id,
    "licence": lambda call, now: call.licence,
}
"""Columns of the tables: name -> what stands in it."""


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
    """Write RFC 4180; with a byte order mark, or spreadsheets take UTF-8 for Windows-1252."""
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
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": "Funding calls", "created": now.astimezone(UTC).replace(tzinfo=None)})
        sheet = book.add_worksheet("Calls")
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 2)
        sheet.set_column(1, 1, 60)
        for column, name in enumerate(COLUMNS):
            sheet.write_string(0, column, name, bold)
        for row, call in enumerate(calls, start=1):
            for column, value in enumerate(COLUMNS.values()):
                sheet.write_string(row, column, value(call, now)[:CELL_MAX])


def _ics(calls: Iterable[Call], out: BinaryIO, now: datetime, public_url: str) -> None:
    """Write RFC 5545: one event a deadline, its UID the same in every export."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Sovereignty Portal//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Funding deadlines")
    head, end, _ = calendar.to_ical().partition(b"END:VCALENDAR")
    out.write(head)
    for call in calls:
        kinds = Counter[str]()
        for deadline in call.deadlines:
            kinds[deadline.kind] += 1
            if deadline.at is not None:
                out.write(_event(call, deadline, kinds[deadline.kind], now, public_url).to_ical())
    out.write(end + b"\r\n")


def _event(call: Call, deadline: Deadline, number: int, now: datetime, public_url: str) -> icalendar.Event:
    """Return one deadline; ``number`` counts those of its kind, so a moved one replaces itself."""
    assert deadline.at is not None, "only dated deadlines become events"
    event = icalendar.Event()
    event.add("uid", f"{quote(call.id, safe='')}-{deadline.kind}-{number}@sovereignty-portal")
    event.add("dtstamp", call.changed_at or now)
    event.add("sequence", call.revision - 1)
    event.add("summary", f"{presenting.KIND_WORDS[deadline.kind]}: {call.title}")
    if deadline.precision == "day":
        # No hour stated: a whole day, or a reader would take our guess for the source's word.
        day = deadline.at.astimezone(ZoneInfo(deadline.zone)).date()
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
    else:
        event.add("dtstart", deadline.at.astimezone(UTC))
    event.add("url", call_url(call, public_url))
    event.add("description", f"{presenting.deadline_words(deadline)}\n{call.url}")
    event.add("status", "CANCELLED" if call.withdrawn else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event


def _atom(calls: Iterable[Call], out: BinaryIO, now: datetime, public_url: str) -> None:
    """Write RFC 4287, an entry a call; entries stand in the feed's own name space."""
    feed = ElementTree.Element("feed", xmlns=ATOM)
    _child(feed, "id", f"{public_url}/calls")
    _child(feed, "title", "Funding calls")
    _child(feed, "updated", now.isoformat())
    _child(feed, "link").attrib.update(rel="alternate", href=f"{public_url}/")
    _child(_child(feed, "author"), "name", "Sovereignty Portal")
    head, end, _ = ElementTree.tostring(feed, "utf-8", xml_declaration=True).partition(b"</feed>")
    out.write(head)
    for call in calls:
        out.write(ElementTree.tostring(_entry(call, now, public_url), "utf-8"))
    out.write(end)


def _entry(call: Call, now: datetime, public_url: str) -> ElementTree.Element:
    entry = ElementTree.Element("entry")
    address = call_url(call, public_url)
    _child(entry, "id", address)
    _child(entry, "title", call.title)
    _child(entry, "updated", (call.changed_at or now).isoformat())
    _child(entry, "published", (call.first_seen_at or now).isoformat())
    _child(entry, "link").attrib.update(rel="alternate", href=address)
    _child(entry, "link").attrib.update(rel="related", href=_xml_text(call.url))
    following = call.next_deadline_at(now)
    words = [presenting.deadline_words(following)] if following else []
    _child(entry, "summary", " | ".join(filter(None, (*words, call.summary))))
    for area in dict.fromkeys(tag.area for tag in call.tags):
        _child(entry, "category").attrib["term"] = _xml_text(area)
    return entry


def _child(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name)
    child.text = None if text is None else _xml_text(text)
    return child


def _xml_text(text: str) -> str:
    return _NOT_XML.sub("", text)


def _currencies(call: Call) -> list[str]:
    amounts = (call.budget_total, call.grant_min, call.grant_max)
    return list(dict.fromkeys(money.currency for money in amounts if money))


def _precision(deadline: Deadline | None) -> str:
    return deadline.precision if deadline else ""


def _moment(deadline: Deadline | None) -> str:
    """Return a day without an hour where the source stated none, else the moment in UTC."""
    if deadline is None:
        return ""
    if deadline.at is None:
        return "until funds end"
    if deadline.precision == "day":
        return deadline.at.astimezone(ZoneInfo(deadline.zone)).date().isoformat()
    return deadline.at.isoformat()


FORMATS: Mapping[str, tuple[Writer, str]] = {
    "jsonl": (_jsonl, "application/jsonl"),
    "csv": (_csv, "text/csv; charset=utf-8"),
    "xlsx": (_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ics": (_ics, "text/calendar; charset=utf-8"),
    "atom": (_atom, "application/atom+xml"),
}
"""Format -> writer and media type."""
