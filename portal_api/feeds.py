"""Calls as Atom (RFC 4287, paged by RFC 5005) and as JSON Feed 1.1 (https://jsonfeed.org/version/1.1).

Order and ``updated`` come from change events: jitter that makes no event never moves an entry.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO
from xml.etree import ElementTree

from normalize.call import Call
from portal_api import presenting
from portal_api.addresses import web_address
from portal_api.frames import Frame
from portal_api.history import event_words
from store.reading import StoredEvent

ATOM = "http://www.w3.org/2005/Atom"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
CHANGES_SHOWN = 3
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, section 2.2."""
Pages = Mapping[str, str]
"""Link relation (first, previous, next, last) -> address."""


def write_atom(
    calls: Iterable[Call],
    out: BinaryIO,
    frame: Frame,
    *,
    updated: datetime | None = None,
    pages: Pages | None = None,
) -> None:
    """Write an entry a call; memory stays flat.

    Args:
        calls: In the order they shall stand.
        out: Where to.
        frame: What stands around them.
        updated: When the newest of all entries changed; the frame's moment when nobody knows.
        pages: Links to the other pages of the feed.
    """
    feed = ElementTree.Element("feed", xmlns=ATOM)
    _child(feed, "id", frame.address or frame.page)
    _child(feed, "title", frame.title)
    _child(feed, "updated", (updated or frame.now).isoformat())
    _link(feed, "alternate", frame.page, "text/html")
    if frame.address:
        _link(feed, "self", frame.address, "application/atom+xml")
    for relation, address in (pages or {}).items():
        _link(feed, relation, address, "application/atom+xml")
    _child(feed, "icon", f"{frame.public_url}/static/icon.svg")
    author = _child(feed, "author")
    _child(author, "name", "Sovereignty Portal")
    _child(author, "uri", f"{frame.public_url}/")
    head, end, _ = ElementTree.tostring(feed, "utf-8", xml_declaration=True).partition(b"</feed>")
    out.write(head)
    for call, events in frame.with_events(calls):
        out.write(ElementTree.tostring(_entry(call, events, frame), "utf-8"))
    out.write(end)


def _entry(call: Call, events: Sequence[StoredEvent], frame: Frame) -> ElementTree.Element:
    entry = ElementTree.Element("entry")
    address = frame.link(call)
    _child(entry, "id", address)
    title = _child(entry, "title", call.title)
    if call.language:
        title.attrib["xml:lang"] = call.language
    _child(entry, "updated", last_change(call, events).isoformat())
    _child(entry, "published", (call.first_seen_at or last_change(call, events)).isoformat())
    _link(entry, "alternate", address, "text/html")
    if web_address(call.url):
        _link(entry, "related", call.url)
    _child(entry, "summary", "\n".join(_lines(call, events, frame)))
    for area in _areas(call):
        _child(entry, "category").attrib["term"] = _xml_text(area)
    _child(entry, "rights", call.licence)
    return entry


def _link(parent: ElementTree.Element, relation: str, address: str, media_type: str = "") -> None:
    link = _child(parent, "link")
    link.attrib.update(rel=relation, href=_xml_text(address))
    if media_type:
        link.attrib["type"] = media_type


def _child(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name)
    child.text = None if text is None else _xml_text(text)
    return child


def _xml_text(text: str) -> str:
    return _NOT_XML.sub("", text)


def json_feed(calls: Iterable[Call], frame: Frame, *, next_url: str | None) -> dict[str, Any]:
    """Return a JSON Feed 1.1 of calls, in their order."""
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": frame.title,
        "home_page_url": frame.page,
        "feed_url": frame.address,
        "icon": f"{frame.public_url}/static/icon.svg",
        "authors": [{"name": "Sovereignty Portal", "url": f"{frame.public_url}/"}],
        "language": "en",
    }
    if next_url:
        feed["next_url"] = next_url
    feed["items"] = [_item(call, events, frame) for call, events in frame.with_events(calls)]
    return feed


def _item(call: Call, events: Sequence[StoredEvent], frame: Frame) -> dict[str, Any]:
    address = frame.link(call)
    item: dict[str, Any] = {
        "id": address,
        "url": address,
        "external_url": web_address(call.url),
        "title": call.title,
        "content_text": "\n".join(_lines(call, events, frame)),
        "summary": call.summary,
        "date_published": (call.first_seen_at or last_change(call, events)).isoformat(),
        "date_modified": last_change(call, events).isoformat(),
        "authors": [{"name": call.funder}] if call.funder else None,
        "tags": _areas(call) or None,
        "language": call.language,
        "_sovereignty_portal": {
            "about": f"{frame.public_url}/about",
            "id": call.id,
            "licence": call.licence,
            "deadlines": [deadline.model_dump(mode="json") for deadline in call.deadlines],
        },
    }
    return {name: value for name, value in item.items() if value is not None}


def last_change(call: Call, events: Sequence[StoredEvent]) -> datetime:
    """Return when a call last changed in a way a reader cares about."""
    return events[-1].at if events else call.first_seen_at or NEVER


def _lines(call: Call, events: Sequence[StoredEvent], frame: Frame) -> list[str]:
    """Return what changed, the deadlines and the summary; nothing that is only true today."""
    zone = frame.zone_of(call.source_id)
    latest = [event for event in events if event.at == events[-1].at and event.kind != "new"]
    changes = [event_words(event, zone) for event in latest[-CHANGES_SHOWN:]]
    if call.withdrawn and not changes:
        changes = ["No longer listed by the source"]
    deadlines = [
        f"{presenting.KIND_WORDS[deadline.kind]}: {presenting.deadline_words(deadline)}"
        for deadline in call.deadlines
    ]
    return [line for line in (*changes, *deadlines, call.summary) if line]


def write_json_feed(calls: Iterable[Call], out: BinaryIO, frame: Frame, *, next_url: str | None) -> None:
    """Write `json_feed` as UTF-8."""
    out.write(json.dumps(json_feed(calls, frame, next_url=next_url), ensure_ascii=False).encode())


def _areas(call: Call) -> list[str]:
    return list(dict.fromkeys(tag.area for tag in call.tags))
