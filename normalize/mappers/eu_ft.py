"""The EU Funding & Tenders portal: topics (type 1), external action calls (2), cascade calls (8).

Source: recorded answers of the search API; its traps are each named where they are met.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from config.eu_programmes import eu_programmes
from config.sources import Source
from normalize.call import DeadlineKind
from normalize.errors import NotACall, RecordError
from normalize.fields import DeadlineText, DocumentText, Fields
from normalize.mappers.sedia_record import first, metadata_of, native_id_of, values
from normalize.text import plain_text

_PORTAL = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities"
_OFFSET = re.compile(r"(?:Z|[+-]00:?00)$")
_INDICATIVE = re.compile(
    r"[Ii]ndicative budget(?: for the topic is|:)\s"
    r"(?P<amount>EUR\s?\d{1,3}(?:[\s,]\d{3})*(?:\.\d{1,2})?(?:\smillion)?)"
    r"(?=\s(?:for|to support) this topic|\.(?:\s|[A-Z]|$))"
)
_ZONE_NOTE = (
    "Hour as the EU portal prints it; the portal does not state its time zone, read here as Brussels time."
)


def map_record(payload: Mapping[str, Any], source: Source) -> Fields:
    """Map one search result to field texts, still as printed.

    Raises:
        NotACall: News about a topic (type 6, which reuses its title), the dead copy of 2021 to
            2023 that still says "open", another language's copy, or a tender.
        RecordError: A key, identifier or programme that every call has is missing or unknown.
    """
    metadata = metadata_of(payload)
    kind = first(metadata, "type")
    _refuse(metadata, kind)
    native_id = native_id_of(payload)
    if native_id is None:
        raise RecordError("missing", field="native_id", value=payload.get("reference"))
    if kind == "8":
        return _cascade(metadata, native_id)
    return _topic(metadata, native_id) if kind == "1" else _prospect(metadata, native_id)


def _refuse(metadata: Mapping[str, Any], kind: str | None) -> None:
    if kind == "6":
        raise NotACall("news about a topic")
    if first(metadata, "DATASOURCE") == "SEDIA_PRD_CENTRICITY":
        raise NotACall("stale copy of 2021 to 2023")
    if (first(metadata, "language") or "en") != "en":
        raise NotACall("copy in another language")
    if kind == "0":
        raise NotACall("tender")
    if kind not in ("1", "2", "8"):
        raise RecordError("unknown record type", field="type", value=kind)


def _topic(metadata: Mapping[str, Any], native_id: str) -> Fields:
    identifier = first(metadata, "identifier")
    if not identifier:
        raise RecordError("missing", field="identifier")
    budget = _budget(metadata, identifier)
    call = first(metadata, "callIdentifier")
    return Fields(
        native_id=native_id,
        aliases=tuple(dict.fromkeys(filter(None, (identifier, call)))),
        url=f"{_PORTAL}/topic-details/{identifier}",
        call_identifier=identifier,
        title=first(metadata, "title"),
        description=first(metadata, "descriptionByte"),
        eligibility=first(metadata, "topicConditions"),
        action_type=first(metadata, "typesOfAction"),
        destination=first(metadata, "destinationDescription"),
        **_common(metadata),
        deadlines=_deadlines(metadata),
        opens_at=_opening(metadata),
        **budget,
        instrument=("grant",),
    )


def _prospect(metadata: Mapping[str, Any], native_id: str) -> Fields:
    number = first(metadata, "callIdentifier")
    return Fields(
        native_id=native_id,
        aliases=tuple(dict.fromkeys(filter(None, (first(metadata, "identifier"), number)))),
        url=f"https://webgate.ec.europa.eu/prospect/external/publishedcalls.htm?callId={number}",
        call_identifier=first(metadata, "identifier"),
        title=first(metadata, "title"),
        documents=_documents(metadata),
        **_common(metadata),
        everywhere=True,
        deadlines=_deadlines(metadata, local_hours=True),
        deadline_note=_ZONE_NOTE if _has_hour(metadata) else None,
        opens_at=_opening(metadata),
        budget_total=_plain_amount(metadata),
        currency=first(metadata, "currency"),
        instrument=("grant",),
    )


def _cascade(metadata: Mapping[str, Any], native_id: str) -> Fields:
    """Map a funded project's own call: its title and page are not those of the parent topic.

    Its texts were written by third parties, so only an excerpt is kept.
    """
    duration = " ".join((first(metadata, "duration") or "").split())
    notes = [note for note in (_ZONE_NOTE if _has_hour(metadata) else "", duration[:600]) if note]
    return Fields(
        native_id=native_id,
        aliases=tuple(filter(None, (first(metadata, "projectId"), first(metadata, "projectAcronym")))),
        url=f"{_PORTAL}/competitive-calls-cs/{first(metadata, 'callccm2Id')}",
        cascade=True,
        call_identifier=first(metadata, "identifier"),
        title=first(metadata, "callTitle") or first(metadata, "caName"),
        summary=first(metadata, "furtherInformation") or first(metadata, "description"),
        eligibility=None,
        funder=first(metadata, "projectName") or first(metadata, "projectAcronym"),
        **{name: value for name, value in _common(metadata).items() if name != "funder"},
        deadlines=_deadlines(metadata, local_hours=True),
        deadline_note=" ".join(notes) or None,
        opens_at=_opening(metadata),
        budget_total=_plain_amount(metadata),
        instrument=("grant",),
    )


def _common(metadata: Mapping[str, Any]) -> dict[str, Any]:
    code = first(metadata, "frameworkProgramme")
    programme = eu_programmes().get(code or "")
    if code and programme is None:
        raise RecordError("unknown programme code", field="programme", value=code)
    return {
        "programme": programme,
        "funder": "European Commission",
        "status": first(metadata, "status"),
        "keywords": _keywords(metadata),
        "source_tags": tuple(values(metadata, "tags")),
    }


def _keywords(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keywords; in 2023 they came as one string that holds a JSON list."""
    found = values(metadata, "keywords")
    if len(found) == 1 and found[0].startswith("["):
        try:
            found = [str(word) for word in json.loads(found[0])]
        except ValueError as error:
            raise RecordError("no JSON list", field="keywords", value=found[0]) from error
    codes = {first(metadata, "identifier"), first(metadata, "callIdentifier")}
    return tuple(word for word in found if word not in codes)


def _deadlines(metadata: Mapping[str, Any], *, local_hours: bool = False) -> tuple[DeadlineText, ...]:
    """Return each deadline with its kind; ``local_hours`` drops the offset the index adds by itself."""
    printed = sorted(set(values(metadata, "deadlineDate")))
    texts = [_OFFSET.sub("", text) if local_hours else _index_day(text) for text in printed]
    model = (first(metadata, "deadlineModel") or "").casefold()
    kinds: list[DeadlineKind] = ["single"] * len(texts)
    if model == "two-stage" and len(texts) >= 2:
        kinds[0] = "stage_1"
        kinds[1:] = ["stage_2" for _ in texts[1:]]
    elif model == "two-stage":
        kinds = ["stage_1"] * len(texts)
    elif len(texts) > 1 or model.startswith("multiple"):
        kinds = ["cut_off"] * len(texts)
    return tuple(DeadlineText(text=text, kind=kind) for text, kind in zip(texts, kinds, strict=True))


def _opening(metadata: Mapping[str, Any]) -> str | None:
    start = first(metadata, "startDate")
    return _index_day(start) if start else None


def _index_day(text: str) -> str:
    """Return the day of an index moment: its hour is an artefact (T00:00 UTC on 951 of 951 topics).

    The rows of 2023 print the same moments with Brussels' offset. What is no moment is returned
    as it came, for the parser to judge.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date().isoformat()


def _has_hour(metadata: Mapping[str, Any]) -> bool:
    return any("T" in text and "T00:00" not in text for text in values(metadata, "deadlineDate"))


def _plain_amount(metadata: Mapping[str, Any]) -> Decimal | None:
    return _decimal(first(metadata, "budget"), "budget_total")


def _decimal(value: object, field: str) -> Decimal | None:
    """Read a plain number; 0 means "not stated"."""
    if value in (None, ""):
        return None
    try:
        return Decimal(str(value)) or None
    except InvalidOperation as error:
        raise RecordError("not a number", field=field, value=value) from error


def _budget(metadata: Mapping[str, Any], identifier: str) -> dict[str, Any]:
    """Return the topic's own budget: the overview lists every topic of the whole call.

    A line belongs to the topic when its action begins with the identifier and a blank: a bare
    prefix also takes "...-01-02" (4.6 bn instead of 17 M, recorded). A topic may have a line a
    type of action; years are summed.
    """
    lines = _action_lines(metadata, identifier)
    years = [
        _decimal(amount, "budget_total")
        for line in lines
        for amount in (line.get("budgetYearMap") or {}).values()
    ]
    lowest = [_decimal(line.get("minContribution"), "grant_min") for line in lines]
    highest = [_decimal(line.get("maxContribution"), "grant_max") for line in lines]
    grants = [
        int(line["expectedGrants"]) for line in lines if str(line.get("expectedGrants") or "").isdigit()
    ]
    return {
        "budget_total": sum(filter(None, years), Decimal(0)) or _stated_budget(metadata),
        "grant_min": min(filter(None, lowest), default=None),
        "grant_max": max(filter(None, highest), default=None),
        "expected_grants": sum(grants) or None,
    }


def _stated_budget(metadata: Mapping[str, Any]) -> str | None:
    """Return the topic's budget in the words of its description; None where it says none, or several.

    For topics of which the overview says nothing, as the Defence Fund's. "7 million for area A and 5 million
    for area B" is no match.
    """
    description = first(metadata, "descriptionByte") or ""
    if "ndicative budget" not in description:
        return None
    stated = {match["amount"] for match in _INDICATIVE.finditer(plain_text(description))}
    return stated.pop() if len(stated) == 1 else None


def _action_lines(metadata: Mapping[str, Any], identifier: str) -> list[dict[str, Any]]:
    text = first(metadata, "budgetOverview")
    if not text:
        return []
    try:
        overview = json.loads(text)
    except ValueError as error:
        raise RecordError("no JSON", field="budget_total", value=text) from error
    lines = [line for group in (overview.get("budgetTopicActionMap") or {}).values() for line in group]
    return [line for line in lines if str(line.get("action", "")).startswith(f"{identifier} ")]


def _documents(metadata: Mapping[str, Any]) -> tuple[DocumentText, ...]:
    text = first(metadata, "publicationDocuments")
    if not text:
        return ()
    try:
        listed = json.loads(text)
    except ValueError as error:
        raise RecordError("no JSON", field="documents", value=text) from error
    return tuple(
        DocumentText(title=str(item.get("nameDoc") or item["docUrl"]), url=str(item["docUrl"]))
        for item in listed
        if isinstance(item, dict) and item.get("docUrl")
    )
