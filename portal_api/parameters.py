"""The search parameters as OpenAPI 3.1 says them: they are read by `query_params`, not by FastAPI."""

from typing import Any

from index.paging import CURSOR_MAX
from index.query import FACETS, PAGE_SIZE_MAX, SearchQuery
from index.suggesting import SUGGESTIONS_MAX
from portal_api.documents import ProblemDocument
from portal_api.query_params import AMOUNT_MAX, OFFSET_MAX, TEXT_MAX, VALUES_MAX
from portal_api.spreadsheets import COLUMNS

_WORDS = {
    "sector": "Technology sector",
    "area": "Technology area, a key of /api/v1/taxonomy",
    "level": "Who publishes: the EU, a state or a region",
    "country": "Where applicants may be, ISO 3166-1 alpha-2; `everywhere` for calls open wherever they are",
    "region": "NUTS 2024 code; finds its children too",
    "programme": "Programme as the facet spells it",
    "status": "Status at the moment of asking",
    "applicant": "Who may apply",
    "language": "Language of the call's text, ISO 639-1",
    "instrument": "Kind of support",
    "seal": "What it has to do with the STEP (Sovereignty) Seal",
    "source": "Source, an id of /api/v1/sources",
}
_EXAMPLES = {
    "sector": ["clean", "bio"],
    "area": ["clean.hydrogen"],
    "country": ["ES"],
    "region": ["FR1"],
    "status": ["open"],
}


def _list(name: str) -> dict[str, Any]:
    items = SearchQuery.model_json_schema()["properties"][name].get("items", {})
    if items == {"type": "string"}:
        items = {"type": "string", "minLength": 1}
    words = f"{_WORDS[name]}. Repeatable: values are alternatives; `not_stated` is a value of most facets."
    schema = {"type": "array", "items": items, "maxItems": VALUES_MAX}
    example = {"example": _EXAMPLES[name]} if name in _EXAMPLES else {}
    return _one(name, schema, words) | {"style": "form", "explode": True} | example


def _one(name: str, schema: dict[str, Any], words: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


_DAY = {"type": "string", "format": "date", "pattern": r"^(19[7-9]\d|20\d\d|21\d\d)-\d\d-\d\d$"}
_AMOUNT = {"type": "number", "minimum": 0, "maximum": int(AMOUNT_MAX)}
_TEXT = {"type": "string", "maxLength": TEXT_MAX}
_SORT = {"type": "string", "enum": ["relevance", "deadline", "newest"], "default": "relevance"}
_FILTERS = [
    _one("q", _TEXT, 'Words, "a phrase", -without, or a call identifier') | {"example": "hydrogen"},
    *[_list(name) for name in FACETS],
    _one("deadline_from", _DAY, "Next deadline on or after this day (Brussels); also deadline_after")
    | {"example": "2026-12-01"},
    _one("deadline_to", _DAY, "Next deadline on or before this day (Brussels); also deadline_before")
    | {"example": "2027-03-31"},
    _one("opens_from", _DAY, "Opens on or after this day"),
    _one("opens_to", _DAY, "Opens on or before this day"),
    _one("budget_min", _AMOUNT, "Budget of the whole call in EUR, at least"),
    _one("budget_max", _AMOUNT, "Budget of the whole call in EUR, at most"),
    _one("new_since", _DAY, "First seen here on or after this day"),
    _one("sort", _SORT, "Order; relevance without words is the next deadline"),
    _one(
        "expand", {"type": "boolean", "default": True}, "Also search for the same things in other languages"
    ),
]
_CURSOR = _one(
    "cursor",
    {"type": "string", "pattern": r"^[A-Za-z0-9_-]+$", "minLength": 1, "maxLength": CURSOR_MAX},
    "The page after another: its `next_cursor`, with everything else asked alike",
)
_PAGE = [
    _one("offset", {"type": "integer", "minimum": 0, "maximum": OFFSET_MAX, "default": 0}, "Hits to skip"),
    _one(
        "limit",
        {"type": "integer", "minimum": 0, "maximum": PAGE_SIZE_MAX, "default": 20},
        "Hits on a page",
    ),
]
_FACET_LIST = {
    "type": "array",
    "items": {"type": "string", "enum": [*FACETS, "none"]},
    "minItems": 1,
}
_FACETS = _one("facets", _FACET_LIST, "Facets to count, comma separated; all when not given, `none` for none")
_FACETS |= {"style": "form", "explode": False, "example": ["sector", "status"]}

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems a route may answer with, as OpenAPI says them."""
    words = {
        400: "The body cannot be read",
        404: "There is no such thing",
        422: "A parameter is not understood; `parameter` names it",
        405: "Not a method of this address; `Allow` names those that are",
        413: "The body is too large",
        429: "Too many requests; `Retry-After` says when to try again",
        503: "The search is not available now; `Retry-After` says when to try again",
    }
    return {status: {"description": words[status], "content": _PROBLEM} for status in statuses}


PROBLEM_SCHEMA = ProblemDocument.model_json_schema()
SEARCH: dict[str, Any] = {"parameters": [*_FILTERS, *_PAGE, _CURSOR, _FACETS]}
SUGGEST: dict[str, Any] = {
    "parameters": [
        _one("q", _TEXT, "What is typed so far") | {"example": "hydro"},
        _one(
            "limit",
            {"type": "integer", "minimum": 0, "maximum": SUGGESTIONS_MAX, "default": SUGGESTIONS_MAX},
            "Completions, and calls, at most",
        ),
    ]
}
COUNT: dict[str, Any] = {"parameters": [*_FILTERS, _FACETS]}
_SHORTLIST = {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 500}
_CHOSEN = _one("id", _SHORTLIST, "Ids of chosen calls, exported in this order; repeatable")
_CHOSEN |= {"style": "form", "explode": True}
_COLUMNS = _one(
    "columns",
    {"type": "array", "items": {"type": "string", "enum": list(COLUMNS)}, "minItems": 1},
    "Columns of csv and xlsx, comma separated, in this order; the other formats have none",
)
_COLUMNS |= {"style": "form", "explode": False, "example": ["id", "title", "next_deadline"]}
EXPORT: dict[str, Any] = {"parameters": [*_FILTERS, _CHOSEN, _COLUMNS]}
FEED: dict[str, Any] = {"parameters": [*_FILTERS, *_PAGE]}
CALENDAR: dict[str, Any] = {"parameters": _FILTERS}
