"""What staff say against the source: applied to a call, with the source's own value kept beside it.

A correction names one field of the schema, or one technology area (``tags.clean.hydrogen``), and
the value that holds whatever the source says. It is applied to the call that a harvest made, just
before it is stored, so no later harvest undoes it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from config.errors import reason_of
from normalize.call import Call, Evidence, Tag
from normalize.errors import RecordError
from normalize.text import clean_line, plain_text, sanitise_html
from normalize.web_address import clean_url

TAG_PREFIX = "tags."
SURE = 1.0
"""Confidence of a tag somebody set by hand."""
_KEPT = frozenset(
    {"id", "source_id", "native_id", "group_id", "withdrawn", "tags", "taxonomy_version"}
    | {"trl_evidence", "grant_evidence", "funding_rate_evidence"}
    | {"first_seen_at", "last_seen_at", "changed_at", "revision"}
)
CORRECTABLE = tuple(name for name in Call.model_fields if name not in _KEPT)
"""Fields of the schema staff may override; identity, life and what the store decides stay."""
_STATED_BY = {
    "trl_min": "trl_evidence",
    "trl_max": "trl_evidence",
    "grant_max": "grant_evidence",
    "funding_rate_max": "funding_rate_evidence",
}
_READ_FOR_TAGS = frozenset({"title", "summary", "description", "keywords", "call_identifier", "programme"})


@dataclass(frozen=True, slots=True)
class Override:
    """One field, the value staff gave it (a JSON value), and why.

    Attributes:
        field: A name of `CORRECTABLE`, or ``tags.`` and an area.
        value: As in the schema's JSON; of a tag whether the call has it.
        reason: In the words of whoever corrected it.
    """

    field: str
    value: Any
    reason: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """A call with its overrides applied.

    Attributes:
        call: As to be stored and shown.
        source_values: Overridden field -> what the source says, a JSON value (a tag: the tag, or None).
        unusable: Overridden field -> why its override could not be applied (the schema has changed).
        overrides: What was applied.
    """

    call: Call
    source_values: Mapping[str, Any]
    unusable: Mapping[str, str]
    overrides: tuple[Override, ...] = ()


def checked_override(call: Call, override: Override, areas: Sequence[str]) -> Override:
    """Return the override cleaned as a source's text would be, if it can be applied to the call.

    Args:
        call: The call to be corrected.
        override: What somebody entered.
        areas: Areas of the taxonomy.

    Raises:
        RecordError: No such field or area, no reason, or a value that the schema refuses; names the field.
    """
    reason = clean_line(override.reason)
    if not reason:
        raise RecordError("a reason is needed", field="reason")
    if override.field.startswith(TAG_PREFIX):
        if override.field.removeprefix(TAG_PREFIX) not in areas:
            raise RecordError("no area of the taxonomy", field="tags", value=override.field)
        if not isinstance(override.value, bool):
            raise RecordError("a tag is there or not: true or false", field="tags", value=override.value)
        return Override(override.field, override.value, reason)
    if override.field not in CORRECTABLE:
        raise RecordError("a field that cannot be corrected", field=override.field)
    cleaned = Override(override.field, _cleaned(override.field, override.value), reason)
    try:
        changed = _with_field(call, cleaned)
    except ValidationError as error:
        raise RecordError(reason_of(error.errors()[0]), field=override.field, value=override.value) from error
    return Override(override.field, json_value(changed, override.field), reason)


def apply_overrides(call: Call, overrides: Sequence[Override]) -> Corrected:
    """Return the call with every override that fits; one that fits no longer is told, not raised.

    Args:
        call: What the source's record says, untouched.
        overrides: At most one a field.
    """
    source_values: dict[str, Any] = {}
    unusable: dict[str, str] = {}
    for override in overrides:
        source_values[override.field] = json_value(call, override.field)
    for override in overrides:
        try:
            call = _applied(call, override)
        except ValidationError as error:
            unusable[override.field] = reason_of(error.errors()[0])
    return Corrected(call, source_values, unusable, tuple(overrides))


def json_value(call: Call, field: str) -> Any:  # noqa: ANN401 - JSON
    """Return a field's value as JSON; of ``tags.<area>`` the tag, or None when the call has it not."""
    if field.startswith(TAG_PREFIX):
        area = field.removeprefix(TAG_PREFIX)
        found = next((tag for tag in call.tags if tag.area == area), None)
        return found.model_dump(mode="json") if found else None
    return call.model_dump(mode="json", include={field})[field]


def restored(call: Call, field: str, source_value: Any) -> Call:  # noqa: ANN401 - JSON
    """Return the call with one field put back to what the source says (a JSON value of `json_value`).

    Raises:
        ValidationError: The kept value fits the schema no longer.
    """
    if not field.startswith(TAG_PREFIX):
        return _with_field(call, Override(field, source_value, ""))
    area = field.removeprefix(TAG_PREFIX)
    others = tuple(tag for tag in call.tags if tag.area != area)
    back = () if source_value is None else (Tag.model_validate_json(_json(source_value)),)
    return call.model_copy(update={"tags": _in_order((*others, *back))})


def agrees(field: str, value: Any, source_value: Any) -> bool:  # noqa: ANN401 - JSON
    """Tell whether source and staff say the same now, so that the correction is no longer needed."""
    return bool(
        (source_value is not None) == value if field.startswith(TAG_PREFIX) else value == source_value
    )


def _applied(call: Call, override: Override) -> Call:
    if not override.field.startswith(TAG_PREFIX):
        return _with_field(call, override)
    area = override.field.removeprefix(TAG_PREFIX)
    others = tuple(tag for tag in call.tags if tag.area != area)
    if not override.value:
        return call.model_copy(update={"tags": others})
    # Validated: the sector is read off the area.
    tag = Tag.model_validate(
        {
            "area": area,
            "sector": area.split(".")[0],
            "confidence": SURE,
            "evidence": next((tag.evidence for tag in call.tags if tag.area == area), ()),
            "by": "staff",
            "reason": override.reason,
        }
    )
    return call.model_copy(update={"tags": _in_order((*others, tag))})


def _in_order(tags: Sequence[Tag]) -> tuple[Tag, ...]:
    return tuple(sorted(tags, key=lambda tag: (-tag.confidence, tag.area)))


def _with_field(call: Call, override: Override) -> Call:
    document = call.model_dump(mode="json") | {override.field: override.value}
    if evidence := _STATED_BY.get(override.field):
        document[evidence] = None  # words of the source that no longer stand for what is said
    changed = Call.model_validate_json(_json(document))
    if override.field not in _READ_FOR_TAGS:
        return changed
    tags = tuple(
        tag.model_copy(update={"evidence": tuple(e for e in tag.evidence if _still_stands(changed, e))})
        for tag in changed.tags
    )
    return changed.model_copy(update={"tags": tags})


def _still_stands(call: Call, evidence: Evidence) -> bool:
    """Tell whether the words that earned a tag still stand where they were found."""
    value = getattr(call, evidence.field)
    text = "\n".join(value) if isinstance(value, tuple) else plain_text(value or "")
    return text[evidence.start : evidence.end] == evidence.term


def _cleaned(field: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    """Clean what somebody typed as a source's text is cleaned; the pages trust what is stored."""
    if field == "description" and isinstance(value, str):
        return sanitise_html(value) or None
    if field == "url":
        return _checked_url(value)
    if field == "documents" and isinstance(value, list):
        return [{**part, "url": _checked_url(part.get("url"))} for part in value if isinstance(part, Mapping)]
    if isinstance(value, str):
        return (plain_text(value) if field in ("eligibility", "summary") else clean_line(value)) or None
    return value


def _checked_url(value: object) -> str:
    url = clean_url(value) if isinstance(value, str) else None
    if url is None:
        raise RecordError("no web address (http or https)", field="url", value=value)
    return url


def _json(value: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(value)
