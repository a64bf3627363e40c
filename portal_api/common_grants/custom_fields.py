"""Our custom fields in CommonGrants: what a European call has and the protocol has no place for.

Each has a JSON Schema published under `SCHEMAS_PATH`; it lies outside ``/common-grants/``, where the
protocol allows no routes of one's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from normalize.call import Call
from portal_api.addresses import call_url
from portal_api.common_grants.documents import CustomField

SCHEMAS_PATH = "/api/v1/custom-fields"
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_TRL = {"type": ["integer", "null"], "minimum": 1, "maximum": 9}


@dataclass(frozen=True, slots=True)
class Published:
    """A custom field: what it means, its JSON Schema, and how a call gives its value."""

    description: str
    field_type: Literal["string", "array", "object"]
    schema: Mapping[str, Any]
    value: Callable[[Call, str], Any]


def _stages(call: Call, public_url: str) -> Any:  # noqa: ANN401 - JSON
    return [deadline.model_dump(mode="json") for deadline in call.deadlines]


def _trl(call: Call, public_url: str) -> Any:  # noqa: ANN401 - JSON
    if call.trl_min is None and call.trl_max is None:
        return None
    return {"min": call.trl_min, "max": call.trl_max}


def _tags(call: Call, public_url: str) -> Any:  # noqa: ANN401 - JSON
    return [
        {
            "area": tag.area,
            "sector": tag.sector,
            "confidence": tag.confidence,
            "words": list(dict.fromkeys(evidence.term for evidence in tag.evidence)),
        }
        for tag in call.tags
    ]


PUBLISHED: Mapping[str, Published] = {
    "callId": Published(
        "The call's id in the portal's own API", "string", _TEXT, lambda call, public_url: call.id
    ),
    "page": Published(
        "The call's page in the portal",
        "string",
        {"type": "string", "format": "uri"},
        call_url,
    ),
    "level": Published(
        "Who publishes it",
        "string",
        {"enum": ["eu", "national", "regional"]},
        lambda call, public_url: call.level,
    ),
    "stages": Published(
        "Every deadline: stages, cut-offs, open ends. With precision `day` the source stated no hour.",
        "array",
        {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["at", "precision", "zone", "kind", "label"],
                "additionalProperties": False,
                "properties": {
                    "at": {"type": ["string", "null"], "format": "date-time", "description": "UTC"},
                    "precision": {"enum": ["day", "minute"]},
                    "zone": {"type": "string", "description": "IANA zone in which the source thinks"},
                    "kind": {"enum": ["single", "stage_1", "stage_2", "cut_off", "continuous"]},
                    "label": {"type": ["string", "null"]},
                },
            },
        },
        _stages,
    ),
    "countries": Published(
        "Where applicants may be, ISO 3166-1 alpha-2",
        "array",
        {"type": "array", "items": {"type": "string", "pattern": "^[A-Z]{2}$"}},
        lambda call, public_url: list(call.countries),
    ),
    "nuts": Published(
        "Where applicants may be, NUTS 2024 codes, each with its parents",
        "array",
        {"type": "array", "items": {"type": "string", "pattern": "^[A-Z]{2}[0-9A-Z]{0,3}$"}},
        lambda call, public_url: list(call.regions),
    ),
    "trl": Published(
        "Technology readiness levels the projects start and end at",
        "object",
        {
            "type": "object",
            "required": ["min", "max"],
            "additionalProperties": False,
            "properties": {"min": _TRL, "max": _TRL},
        },
        _trl,
    ),
    "tags": Published(
        "Technology areas of STEP, Regulation (EU) 2024/795, and the words that earned them",
        "array",
        {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["area", "sector", "confidence", "words"],
                "additionalProperties": False,
                "properties": {
                    "area": {"type": "string", "description": "A key of /api/v1/taxonomy"},
                    "sector": {"enum": ["digital", "clean", "bio", "defence"]},
                    "confidence": {"type": "number", "minimum": 0, "maximum": 1},
                    "words": _TEXTS,
                },
            },
        },
        _tags,
    ),
    "sovereigntySeal": Published(
        "What it has to do with the STEP (Sovereignty) Seal, Regulation (EU) 2024/795, Art. 4",
        "string",
        {"enum": ["awards", "accepts", "none"]},
        lambda call, public_url: call.seal.state,
    ),
    "programme": Published("Programme that pays", "string", _TEXT, lambda call, public_url: call.programme),
    "funder": Published("Who pays", "string", _TEXT, lambda call, public_url: call.funder),
    "instrument": Published(
        "Kinds of support", "array", _TEXTS, lambda call, public_url: list(call.instrument)
    ),
    "language": Published(
        "Language of the call's text, ISO 639-1",
        "string",
        {"type": "string", "pattern": "^[a-z]{2}$"},
        lambda call, public_url: call.language,
    ),
    "licence": Published(
        "Licence of the source's data", "string", _TEXT, lambda call, public_url: call.licence
    ),
}
"""Key in `customFields` -> what is published of it."""


def custom_fields(call: Call, public_url: str) -> dict[str, CustomField]:
    """Return our fields of a call; those with nothing to say are left out."""
    values = {key: field.value(call, public_url) for key, field in PUBLISHED.items()}
    return {
        key: CustomField(
            name=key,
            field_type=PUBLISHED[key].field_type,
            schema_url=schema_address(key, public_url),
            value=value,
            description=PUBLISHED[key].description,
        )
        for key, value in values.items()
        if value not in (None, [])
    }


def schema_address(key: str, public_url: str) -> str:
    """Return where the JSON Schema of a custom field stands."""
    return f"{public_url.rstrip('/')}{SCHEMAS_PATH}/{key}.json"


def schema_document(key: str, public_url: str) -> dict[str, Any]:
    """Return the JSON Schema of a custom field's value.

    Raises:
        KeyError: There is no such field.
    """
    field = PUBLISHED[key]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_address(key, public_url),
        "title": key,
        "description": field.description,
        **field.schema,
    }
