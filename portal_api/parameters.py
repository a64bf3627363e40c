"""The search parameters as OpenAPI 3.1 says them: they are read by `query_params`, not by FastAPI."""

from typing import Any

from index.query import FACETS, PAGE_SIZE_MAX, SearchQuery

_WORDS = {
    "sector": "Technology sector",
    "area": "Technology area, a key of /api/v1/taxonomy",
    "level": "Who publishes: EU, a state or a region",
    "country": "ISO 3166-1 code",
    "region": "NUTS 2024 code; finds its children too",
    "programme": "Programme as the facet spells it",
    "status": "Status at the moment of asking",
    "applicant": "Who may apply",
    "language": "ISO 639-1 code of the call's text",
    "instrument": "Kind of support",
    "seal": "What it has to do with the STEP (Sovereignty) Seal",
    "source": "Source id, see /api/v1/sources",
}
_EXAMPLES = {"sector": ["clean"], "country": ["ES"], "status": ["open"], "region": ["FR1"]}


def _list(name: str) -> dict[str, Any]:
    items = SearchQuery.model_json_schema()["properties"][name].get("items", {"type": "string"})
    schema = {"type": "array", "items": items}
    parameter = {
        "name": name,
        "in": "query",
        "description": f"{_WORDS[name]}; repeatable, values are alternatives",
    }
    extra = {"example": _EXAMPLES[name]} if name in _EXAMPLES else {}
    return {**parameter, "schema": schema, "style": "form", "explode": True, **extra}


def _one(name: str, schema: dict[str, Any], words: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": words, "schema": schema}


_DAY = {"type": "string", "format": "date"}
_AMOUNT = {"type": "number", "minimum": 0}
_FILTERS = [
    {**_one("q", {"type": "string", "maxLength": 500}, 'Words, "a phrase", -without, or a call identifier'),
     "example": "hydrogen"},
    *[_list(name) for name in FACETS],
    _one("deadline_from", _DAY, "Next deadline on or after this day (Brussels)"),
    _one("deadline_to", _DAY, "Next deadline on or before this day (Brussels); also deadline_before"),
    _one("opens_from", _DAY, "Opens on or after this day"),
    _one("opens_to", _DAY, "Opens on or before this day"),
    _one("budget_min", _AMOUNT, "Budget of the whole call in EUR, at least"),
    _one("budget_max", _AMOUNT, "Budget of the whole call in EUR, at most"),
    _one("new_since", _DAY, "First seen on or after this day"),
    _one("sort", {"type": "string", "enum": ["relevance", "deadline", "newest"]}, "Order"),
]  # fmt: skip
_PAGE = [
    _one("offset", {"type": "integer", "minimum": 0}, "Hits to skip"),
    _one("limit", {"type": "integer", "minimum": 0, "maximum": PAGE_SIZE_MAX}, "Hits on a page"),
]
_PROBLEM = {
    "application/problem+json": {
        "schema": {
            "type": "object",
            "required": ["title", "status", "detail"],
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
            },
        }
    }
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such thing", "content": _PROBLEM},
    422: {"description": "A parameter is not understood; the detail names it", "content": _PROBLEM},
    503: {"description": "Search is not available now", "content": _PROBLEM},
}
_FACETS = _one(
    "facets", {"type": "string"}, "Facets to count, comma separated; all when not given, `none` for none"
)
SEARCH: dict[str, Any] = {"parameters": [*_FILTERS, *_PAGE, _FACETS]}
EXPORT: dict[str, Any] = {"parameters": [*_FILTERS, *_PAGE]}
