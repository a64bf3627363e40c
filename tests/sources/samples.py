"""The samples of every source as raw records, in the way its spider stores them."""

import json
from pathlib import Path
from typing import Any

import feedparser

from config.settings import Settings
from config.sources import Source, load_sources
from crawlers.protocols.feed import entry_payload
from normalize.mappers.sedia_record import native_id_of
from normalize.mapping import compile_path
from normalize.record import RawRecord
from tests.conftest import NOW

_KEYS = {"wordpress": "id", "plone": "UID", "table": "_key", "ckan": "_key", "archive": "path"}
"""Where the protocol itself says which key a record has."""
FOLDER = Path(__file__).parent
SOURCES = load_sources(Settings().sources)


def raw_records(source: Source, records: list[dict[str, Any]] | None = None) -> list[RawRecord]:
    """Return a source's sample records, or the given ones, as raw records."""
    payloads = records if records is not None else sample_payloads(source)
    return [
        RawRecord(
            source_id=source.id,
            native_id=str(_key(source, payload) or f"without-key-{number}"),
            url=source.url,
            fetched_at=NOW,
            media_type="application/json",
            payload=json.dumps(payload, ensure_ascii=False).encode(),
        )
        for number, payload in enumerate(payloads)
    ]


def sample_payloads(source: Source) -> list[dict[str, Any]]:
    """Return the payloads of the samples; a feed's entries by feedparser, each link once."""
    folder = FOLDER / source.id
    if source.protocol != "feed":
        found: list[dict[str, Any]] = json.loads((folder / "records.json").read_text("utf-8"))
        return found
    by_link: dict[str, dict[str, Any]] = {}
    for feed in source.request["feeds"]:
        for entry in feedparser.parse((folder / "feeds" / f"{feed}.xml").read_bytes()).entries:
            by_link.setdefault(entry["link"], entry_payload(entry, feed))
    return list(by_link.values())


def _key(source: Source, payload: dict[str, Any]) -> object:
    if source.protocol == "sedia":
        return native_id_of(payload)
    if source.protocol == "feed":
        return payload["link"]
    return compile_path(source.request.get("native_id", _KEYS.get(source.protocol, "id"))).search(payload)
