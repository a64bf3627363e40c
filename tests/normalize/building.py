"""A source and a record to try one thing on."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from config.sources import Expect, Source
from normalize.call import Call
from normalize.pipeline import normalize
from normalize.record import RawRecord
from normalize.tagging import TagResult, TagText

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PATHS = {
    name: name for name in ("native_id", "url", "title", "summary", "description", "deadlines", "opens_at")
}
RECORD = {"native_id": "A-1", "url": "https://agency.example/a-1", "title": "Hydrogen valleys"}


def source(**changes: object) -> Source:
    """Return a source in Brussels that maps every field by its own name."""
    entry: dict[str, Any] = {
        "id": "xx_example",
        "title": "Example",
        "publisher": "Example agency",
        "level": "national",
        "language": "en",
        "timezone": "Europe/Brussels",
        "licence": "CC0",
        "text_policy": "full",
        "evidence": "payload",
        "homepage": "https://agency.example",
        "protocol": "json_api",
        "url": "https://agency.example/calls",
        "schedule": "15 4 * * *",
        "fields": PATHS,
        "expect": Expect(min_records=1),
    }
    return Source(**(entry | changes))


def paths(*names: str) -> dict[str, str]:
    """Return the usual paths and those of more fields, each by its own name."""
    return PATHS | {name: name for name in names}


def raw(payload: Mapping[str, Any] | bytes) -> RawRecord:
    """Return a record as archived."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return RawRecord("xx_example", "A-1", "https://agency.example/calls", NOW, "application/json", body)


class Untagged:
    """A tagger that finds nothing and remembers what it was given."""

    version = "test"

    def __init__(self, result: TagResult | None = None) -> None:
        self.result = result or TagResult()
        self.read: list[TagText] = []

    def tag(self, text: TagText) -> TagResult:
        """Return the prepared result."""
        self.read.append(text)
        return self.result


def call(entry: Source | None = None, tagger: Untagged | None = None, /, **changes: object) -> Call:
    """Normalise the usual record with some fields changed."""
    return normalize(raw({**RECORD, **changes}), entry or source(), now=NOW, tagger=tagger or Untagged())
