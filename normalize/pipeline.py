"""From one raw record to one `Call`. Pure: no network, no database, no clock of its own."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from config.errors import key_of, reason_of
from config.sources import Source
from normalize.call import Call, Deadline, Document, Level, Money
from normalize.call_texts import CallTexts
from normalize.dates import parse_deadline, parse_moment
from normalize.errors import RecordError
from normalize.fields import DeadlineText, Fields
from normalize.lookups import look_up, look_up_status
from normalize.mapping import map_payload
from normalize.money import money_of, parse_rate
from normalize.periods import is_period
from normalize.places import parse_countries, parse_places
from normalize.record import RawRecord
from normalize.stated_grant import find_grant
from normalize.stated_hours import stated_hour
from normalize.stated_rate import find_rate
from normalize.stated_trl import find_trl
from normalize.tagging import TagResult, TagText
from normalize.text import clean_line
from normalize.trl import parse_trl
from normalize.web_address import clean_url

Parsed = TypeVar("Parsed")


class TextTagger(Protocol):
    """What the pipeline needs of `normalize.tagging.Tagger`."""

    @property
    def version(self) -> str:
        """The taxonomy's version."""

    def tag(self, text: TagText) -> TagResult:
        """Return the tags of a text."""


def normalize(raw: RawRecord, source: Source, *, now: datetime, tagger: TextTagger) -> Call:
    """Turn one raw record into a call.

    Args:
        raw: The record as archived.
        source: Its entry: mapping, formats, lookups, text policy.
        now: The moment of the run, UTC. Nothing read today depends on it: the same record gives
            the same call tomorrow, which is what lets a second harvest find nothing changed.
        tagger: Built once a process.

    Raises:
        RecordError: The record cannot be used; names the field and its value.
        NotACall: Nobody can apply for it.
    """
    fields = _read(raw, source)
    texts = CallTexts.of(fields, source)
    url = clean_url(fields.url or "")
    if url is None:
        raise RecordError("no usable address", field="url", value=fields.url or "")
    facts: dict[str, Any] = {
        "id": f"{source.id}:{fields.native_id}",
        "source_id": source.id,
        "native_id": fields.native_id,
        "url": url,
        "licence": source.licence,
        "tags": tuple(texts.shown(tag) for tag in tagger.tag(texts.to_tag()).tags),
        "taxonomy_version": tagger.version,
        "seal": texts.seal(fields.source_tags),
        **_what(fields, texts),
        **_who_pays(fields, source),
        **_who_may_apply(fields, source, texts),
        **_when(fields, source, texts),
        **_how_much(fields, source, texts),
    }
    try:
        return Call(**facts)
    except ValidationError as error:
        first = error.errors()[0]
        raise RecordError(reason_of(first), field=key_of(first), value=first["input"]) from error


def _read(raw: RawRecord, source: Source) -> Fields:
    try:
        payload = json.loads(raw.payload)
    except (ValueError, RecursionError) as error:  # nested too deeply, or not JSON
        raise RecordError("not JSON", value=raw.payload[:100]) from error
    if not isinstance(payload, dict):
        raise RecordError("not an object", value=raw.payload[:100])
    fields = map_payload(payload, source)
    if not fields.native_id.isprintable():
        raise RecordError("a key with control characters", field="native_id", value=fields.native_id)
    return fields


def _what(fields: Fields, texts: CallTexts) -> dict[str, Any]:
    documents = {clean_url(document.url): clean_line(document.title) for document in fields.documents}
    return {
        "title": texts.title,
        "summary": texts.shown_summary,
        "description": texts.shown_description,
        "eligibility": texts.shown_eligibility,
        "language": texts.language,
        "keywords": texts.keywords,
        "call_identifier": texts.call_identifier,
        "programme": texts.programme,
        "aliases": tuple(
            dict.fromkeys(alias for alias in fields.aliases if alias.strip() and alias.isprintable())
        ),
        "documents": tuple(Document(title=title or url, url=url) for url, title in documents.items() if url),
    }


def _who_pays(fields: Fields, source: Source) -> dict[str, Any]:
    names = ("funder", "destination", "partnership", "action_type", "consortium")
    cleaned = {name: clean_line(getattr(fields, name) or "") or None for name in names}
    return cleaned | {"level": cast("Level", fields.level or source.level), "cascade": fields.cascade}


def _who_may_apply(fields: Fields, source: Source, texts: CallTexts) -> dict[str, Any]:
    places = _for("regions", parse_places, fields.regions or source.regions, source.country)
    countries = _for("countries", parse_countries, fields.countries)
    default = (source.country,) if source.country and not fields.everywhere else ()
    return {
        "regions": places.regions,
        "countries": tuple(dict.fromkeys((*countries, *places.countries))) or default,
        "everywhere": fields.everywhere,
        "applicants": look_up("applicants", fields.applicants, source),
        **_readiness(fields, source, texts),
    }


def _readiness(fields: Fields, source: Source, texts: CallTexts) -> dict[str, Any]:
    """Return the levels of the source's own field, else those its text states, with the words."""
    if fields.trl:
        low, high = _for("trl_min", parse_trl, fields.trl)
        return {"trl_min": low, "trl_max": high}
    stated = find_trl(f"{texts.description}\n{texts.eligibility}")
    if stated is None:
        return {}
    words = None if source.text_policy == "facts" else stated.words
    return {"trl_min": stated.low, "trl_max": stated.high, "trl_evidence": words}


def _when(fields: Fields, source: Source, texts: CallTexts) -> dict[str, Any]:
    # A week, a quarter or a month is no date: it is kept in the source's words.
    vague = [
        text for text in (fields.opens_at, *(d.text for d in fields.deadlines)) if _is_vague(text, source)
    ]
    opens_at = None if fields.opens_at in vague else _moment("opens_at", fields.opens_at, source)
    exact = tuple(deadline for deadline in fields.deadlines if deadline.text not in vague)
    # incentivi.gov.it prints midnight as the date and the hour in the note.
    stating = "\n".join((texts.description, texts.eligibility, clean_line(fields.deadline_note or "")))
    deadlines = _deadlines(exact, source, stating, texts.language, continuous=fields.continuous)
    note = "; ".join(filter(None, (fields.deadline_note, *vague)))
    dated = [deadline.at for deadline in deadlines if deadline.at]
    if opens_at and dated and opens_at > max(dated):
        raise RecordError("opens after its last deadline", field="deadlines", value=fields.opens_at)
    return {
        "opens_at": opens_at,
        "deadlines": deadlines,
        "deadline_note": clean_line(note) or None,
        "decided_at": _moment("decided_at", fields.decided_at, source),
        "source_status": look_up_status(fields.status, source),
    }


def _is_vague(text: str | None, source: Source) -> bool:
    return bool(text) and is_period(text or "", source.language)


def _deadlines(
    printed: tuple[DeadlineText, ...], source: Source, stating: str, language: str | None, *, continuous: bool
) -> tuple[Deadline, ...]:
    """Return each deadline once, the first one first, a scheme without an end last."""
    read = [_with_stated_hour(one, source, stating, language) for one in printed]
    dated = dict.fromkeys(deadline for deadline in read if deadline is not None)
    if continuous or (read and not dated):
        dated[Deadline(at=None, precision="day", zone=source.timezone, kind="continuous")] = None
    return tuple(sorted(dated, key=lambda deadline: (deadline.at is None, deadline.at)))


def _with_stated_hour(
    printed: DeadlineText, source: Source, stating: str, language: str | None
) -> Deadline | None:
    """Read one deadline; a day becomes the minute that the call's own text or note states for it."""
    read: Deadline | None = _for("deadlines", parse_deadline, printed, source)
    if read is None or read.at is None or read.precision == "minute":
        return read
    day = read.at.astimezone(ZoneInfo(read.zone)).date()
    hour = stated_hour(day, stating, source.date_formats, language, read.zone)
    if hour is None:
        return read
    exact = printed.model_copy(update={"text": f"{day:%Y-%m-%d} {hour:%H:%M} {read.zone}"})
    stated: Deadline | None = _for("deadlines", parse_deadline, exact, source)
    return stated


def _moment(field: str, text: str | None, source: Source) -> datetime | None:
    return _for(field, parse_moment, text, source) if text and text.strip() else None


def _how_much(fields: Fields, source: Source, texts: CallTexts) -> dict[str, Any]:
    amounts: dict[str, Money | None] = {
        name: _for(name, money_of, getattr(fields, name), source, fields.currency)
        for name in ("budget_total", "grant_min", "grant_max")
    }
    low, high = amounts["grant_min"], amounts["grant_max"]
    if low and high and low.currency == high.currency and low.amount > high.amount:
        raise RecordError("the smallest grant is above the largest", field="grant_min", value=low.amount)
    return {
        **amounts,
        **_stated_most(amounts, fields, source, texts),
        **_rate(fields, source, texts),
        "expected_grants": fields.expected_grants or None,
        "instrument": look_up("instrument", fields.instrument, source),
    }


def _stated_most(
    amounts: Mapping[str, Money | None], fields: Fields, source: Source, texts: CallTexts
) -> dict[str, Any]:
    """Return what the text says one project gets at most, where no field says how much it gets.

    Words that say more than the whole call has, or were read so, are not taken.
    """
    if amounts["grant_max"] or amounts["grant_min"]:
        return {}
    stated = find_grant(
        texts.running(),
        decimal=source.decimal,
        currency=(fields.currency or source.currency).strip().upper(),
        language=texts.language,
    )
    total = amounts["budget_total"]
    if stated is None or (
        total and total.currency == stated.most.currency and total.amount < stated.most.amount
    ):
        return {}
    return {
        "grant_max": stated.most,
        "grant_evidence": None if source.text_policy == "facts" else stated.words,
    }


def _rate(fields: Fields, source: Source, texts: CallTexts) -> dict[str, Any]:
    """Return the co-funding rate of the source's own field, else the one its text states, with the words."""
    printed = _for("funding_rate_max", parse_rate, fields.funding_rate_max, source)
    stated = find_rate(texts.running()) if printed is None else None
    if stated is None:
        return {"funding_rate_max": printed}
    words = None if source.text_policy == "facts" else stated.words
    return {"funding_rate_max": stated.most, "funding_rate_evidence": words}


def _for(field: str, parse: Callable[..., Parsed], *arguments: object) -> Parsed:
    """Run a parser; its error names our field."""
    try:
        return parse(*arguments)
    except RecordError as error:
        raise error.for_field(field) from error
