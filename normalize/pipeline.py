"""From one raw record to one `Call`. Pure: no network, no database, no clock of its own."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from config.sources import Source
from normalize.call import Call, Deadline, Document, Level, Money, Seal, Tag
from normalize.dates import parse_deadline, parse_moment
from normalize.errors import RecordError
from normalize.fields import AmountText, Fields
from normalize.language import detect_language
from normalize.lookups import look_up
from normalize.mapping import map_by_paths
from normalize.money import money_of, parse_rate
from normalize.places import parse_countries, parse_places
from normalize.record import RawRecord
from normalize.seal import find_seal
from normalize.tagging import Tagger, TagText
from normalize.text import clean_line, plain_text, sanitise_html, summarise
from normalize.trl import parse_trl
from normalize.web_address import clean_url

Mapper = Callable[[Mapping[str, Any], Source], Fields]
Parsed = TypeVar("Parsed")


def normalize(raw: RawRecord, source: Source, *, now: datetime, tagger: Tagger) -> Call:
    """Turn one raw record into a call.

    Args:
        raw: The record as archived.
        source: Its entry: mapping, formats, lookups, text policy.
        now: The moment of the run, UTC; nothing but plausibility may depend on it.
        tagger: Built once a process.

    Raises:
        RecordError: The record cannot be used; names the field and its value.
        NotACall: Nobody can apply for it.
    """
    fields = _mapped(raw, source)
    title = clean_line(fields.title or "")
    if not title:
        raise RecordError("missing", field="title", value=fields.title or "")
    url = clean_url(fields.url or "")
    if url is None:
        raise RecordError("no usable address", field="url", value=fields.url or "")
    texts = _Texts.of(fields, source)
    tagged = tagger.tag(
        TagText(
            title=title,
            summary=texts.full_summary,
            description=texts.full_description,
            keywords=fields.keywords,
            call_identifier=fields.call_identifier,
            programme=fields.programme,
            language=texts.language(title),
        )
    )
    facts: dict[str, Any] = {
        "id": f"{source.id}:{fields.native_id}",
        "source_id": source.id,
        "native_id": fields.native_id,
        "url": url,
        "licence": source.licence,
        "title": title,
        "summary": texts.summary,
        "description": texts.description,
        "language": texts.language(title),
        "tags": tuple(_shown(tag, texts) for tag in tagged.tags),
        "taxonomy_version": tagger.version,
        "seal": _seal(fields, title, texts),
        **_names(fields),
        **_people(fields, source),
        **_when(fields, source),
        **_how_much(fields, source),
    }
    try:
        return Call(**facts)
    except ValidationError as error:
        first = error.errors()[0]
        raise RecordError(
            first["msg"], field=".".join(map(str, first["loc"])), value=first["input"]
        ) from error


def _mapped(raw: RawRecord, source: Source) -> Fields:
    try:
        payload = json.loads(raw.payload)
    except ValueError as error:
        raise RecordError("not JSON", value=raw.payload[:100]) from error
    if not isinstance(payload, dict):
        raise RecordError("not an object", value=raw.payload[:100])
    return _mapper(source.mapper)(payload, source) if source.mapper else map_by_paths(payload, source)


@cache
def _mapper(name: str) -> Mapper:
    return cast("Mapper", import_module(f"normalize.mappers.{name}").map_record)


class _Texts:
    """The texts of one call: in full for tagging, and as much of them as the licence lets us show."""

    def __init__(self, summary: str, description: str | None, source: Source, stated: str | None) -> None:
        self.full_summary = summary
        self.full_description = plain_text(description) if description else ""
        policy = source.text_policy
        self.summary = None if policy == "facts" else (summary or summarise(self.full_description)) or None
        self.description = description if policy == "full" else None
        self._stated = stated or source.language
        self._detected: str | None = None

    @classmethod
    def of(cls, fields: Fields, source: Source) -> "_Texts":
        summary = summarise(plain_text(fields.summary or ""))
        description = sanitise_html(fields.description) if fields.description else None
        return cls(summary, description or None, source, fields.language)

    def language(self, title: str) -> str | None:
        """Return the language stated by record or entry, else the one the text is found to be in."""
        if self._stated:
            return self._stated
        if self._detected is None:
            self._detected = detect_language(f"{title} {self.full_summary or self.full_description}") or ""
        return self._detected or None

    def shows(self, field: str) -> bool:
        """Tell whether offsets into the field mean something to a reader."""
        if field == "summary":
            return bool(self.summary) and self.summary == self.full_summary
        return field != "description" or self.description is not None


def _shown(tag: Tag, texts: _Texts) -> Tag:
    kept = tuple(evidence for evidence in tag.evidence if texts.shows(evidence.field))
    return tag if len(kept) == len(tag.evidence) else tag.model_copy(update={"evidence": kept})


def _seal(fields: Fields, title: str, texts: _Texts) -> Seal:
    return find_seal(
        title=title,
        text=f"{texts.full_summary}\n{texts.full_description}\n{fields.eligibility or ''}",
        call_identifier=fields.call_identifier,
        programme=fields.programme,
        source_tags=fields.source_tags,
    )


def _names(fields: Fields) -> dict[str, Any]:
    names = (
        "funder",
        "programme",
        "destination",
        "partnership",
        "action_type",
        "call_identifier",
        "consortium",
    )
    cleaned = {name: clean_line(getattr(fields, name) or "") or None for name in names}
    documents = {clean_url(document.url): clean_line(document.title) for document in fields.documents}
    return cleaned | {
        "aliases": tuple(dict.fromkeys(fields.aliases)),
        "keywords": tuple(dict.fromkeys(filter(None, map(clean_line, fields.keywords)))),
        "documents": tuple(Document(title=title or url, url=url) for url, title in documents.items() if url),
        "cascade": fields.cascade,
    }


def _people(fields: Fields, source: Source) -> dict[str, Any]:
    places = _for("regions", lambda: parse_places(fields.regions or source.regions, source.country))
    countries = _for("countries", lambda: parse_countries(fields.countries))
    default = (source.country,) if source.country and not fields.everywhere else ()
    trl_min, trl_max = _for("trl", lambda: parse_trl(fields.trl or "")) if fields.trl else (None, None)
    return {
        "level": cast("Level", fields.level or source.level),
        "regions": places.regions,
        "countries": tuple(dict.fromkeys((*countries, *places.countries))) or default,
        "everywhere": fields.everywhere,
        "applicants": look_up("applicants", fields.applicants, source),
        "eligibility": plain_text(fields.eligibility) or None if fields.eligibility else None,
        "trl_min": trl_min,
        "trl_max": trl_max,
    }


def _when(fields: Fields, source: Source) -> dict[str, Any]:
    opens_at = _moment("opens_at", fields.opens_at, source)
    read = [_for("deadlines", lambda d=printed: parse_deadline(d, source)) for printed in fields.deadlines]  # type: ignore[misc]  # the default binds the loop's value
    deadlines = tuple(deadline for deadline in read if deadline is not None)
    if fields.continuous or (read and not deadlines):
        deadlines += (Deadline(at=None, precision="day", zone=source.timezone, kind="continuous"),)
    dated = [deadline.at for deadline in deadlines if deadline.at]
    if opens_at and dated and opens_at > max(dated):
        raise RecordError("opens after its last deadline", field="deadlines", value=fields.opens_at)
    words = look_up("status", [fields.status], source) if fields.status and "status" in source.lookups else ()
    return {
        "opens_at": opens_at,
        "deadlines": tuple(sorted(deadlines, key=lambda d: (d.at is None, d.at))),
        "deadline_note": clean_line(fields.deadline_note or "") or None,
        "decided_at": _moment("decided_at", fields.decided_at, source),
        "source_status": words[0] if words else fields.status,
    }


def _moment(field: str, text: str | None, source: Source) -> datetime | None:
    return _for(field, lambda: parse_moment(text, source)) if text else None


def _how_much(fields: Fields, source: Source) -> dict[str, Any]:
    amounts = {
        name: _amount(name, getattr(fields, name), source, fields.currency)
        for name in ("budget_total", "grant_min", "grant_max")
    }
    low, high = amounts["grant_min"], amounts["grant_max"]
    if low and high and low.currency == high.currency and low.amount > high.amount:
        raise RecordError("the smallest grant is above the largest", field="grant_min", value=low.amount)
    return amounts | {
        "funding_rate_max": _for("funding_rate_max", lambda: parse_rate(fields.funding_rate_max, source)),
        "expected_grants": fields.expected_grants or None,
        "instrument": look_up("instrument", fields.instrument, source),
    }


def _amount(name: str, value: AmountText | None, source: Source, currency: str | None) -> Money | None:
    return _for(name, lambda: money_of(value, source, currency))


def _for(field: str, parse: Callable[[], Parsed]) -> Parsed:
    """Run a parser; its error names our field."""
    try:
        return parse()
    except RecordError as error:
        raise error.for_field(field) from error
