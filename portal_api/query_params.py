"""The whole state of a search in its address, both ways."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.datastructures import QueryParams

from config.errors import reason_of
from index.query import FACETS, SearchQuery

RENAMED = {"q": "text", "deadline_before": "deadline_to", "deadline_after": "deadline_from"}
"""Parameter -> field of `SearchQuery`, where people expect another name."""
LISTS = frozenset(FACETS)
SINGLE = frozenset(SearchQuery.model_fields) - LISTS - {"text"}
DATES = frozenset({"deadline_from", "deadline_to", "opens_from", "opens_to", "new_since"})
AMOUNTS = frozenset({"budget_min", "budget_max"})
TEXT_MAX = 500
VALUES_MAX = 100
"""Alternatives of one facet: a question of thousands of terms is no question but a load."""
OFFSET_MAX = 100_000
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
"""Days outside cannot be a call's; the ends of the calendar overflow arithmetic with days."""
AMOUNT_MAX = Decimal(10) ** 15
PAGE_ONLY = frozenset({"lang", "month", "view"})
"""Parameters of the search page that say how it looks, not what is searched."""


class ParameterError(ValueError):
    """A parameter that is not understood; names it and says what is wrong."""

    def __init__(self, parameter: str, reason: str) -> None:
        self.parameter, self.reason = parameter, reason
        super().__init__(f"{parameter}: {reason}")


def read_query(params: QueryParams, *, own: Iterable[str] = ()) -> SearchQuery:
    """Read a search from an address, strictly: for programs.

    Args:
        params: The address's parameters.
        own: Parameters that belong to the route and not to the search.

    Raises:
        ParameterError: A parameter nobody knows, a value that is empty or none of its values, or
            more than one value where one is asked.
    """
    for name in params:
        field, values = RENAMED.get(name, name), params.getlist(name)
        if name == "text" or (field not in SearchQuery.model_fields and name not in own):
            raise ParameterError(name, "no such parameter")
        if field not in LISTS and name not in own and len(values) > 1:
            raise ParameterError(name, "only one value is possible")
        if name not in own and len(values) > VALUES_MAX:
            raise ParameterError(name, f"at most {VALUES_MAX} values are possible")
        if name != "q" and not all(values):
            raise ParameterError(name, "an empty value")
    given = _given({name: tuple(dict.fromkeys(params.getlist(name))) for name in params})
    try:
        query = SearchQuery(**given)
    except ValidationError as error:
        first = error.errors()[0]
        raise ParameterError(_name(str(first["loc"][0])), reason_of(first)) from error
    for field, reason in _out_of_bounds(query):
        raise ParameterError(_name(field), reason)
    return query


def read_whole_query(params: QueryParams, *, own: Iterable[str] = ()) -> SearchQuery:
    """Read a search whose every call is wanted: for files, feeds and calendars.

    The address of a search page may be used as it is: what says how the page looks makes no difference.

    Raises:
        ParameterError: See `read_query`.
    """
    return read_query(params, own=(*PAGE_ONLY, *own)).model_copy(update={"cursor": None})


def read_query_leniently(params: QueryParams) -> SearchQuery:
    """Read a search from an address as well as can be: for pages.

    An old or mangled link must still show something: what is not understood is left out, too long
    a text is cut.
    """
    given = _given({name: _stated(params, name) for name in params})
    given["text"] = given.get("text", "")[:TEXT_MAX]
    given.pop("cursor", None)  # pages are turned by offset; a cursor may belong to another question
    for field in LISTS & set(given):
        given[field] = given[field][:VALUES_MAX]
    query = _without_wrong_values(given)
    wrong = {field: SearchQuery.model_fields[field].default for field, _ in _out_of_bounds(query)}
    return query.model_copy(update=wrong)


def _stated(params: QueryParams, name: str) -> tuple[str, ...]:
    """Return a parameter's values without blanks and repetitions; forms send empty fields too."""
    return tuple(dict.fromkeys(value.strip() for value in params.getlist(name) if value.strip()))


def _given(params: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return field -> value(s) of every parameter that is part of a search."""
    given: dict[str, Any] = {}
    for name, values in params.items():
        field = RENAMED.get(name, name)
        if not values or name == "text":
            continue
        if field in LISTS:
            given[field] = values
        elif field in SINGLE or field == "text":
            given[field] = values[-1]
    return given


def _without_wrong_values(given: dict[str, Any]) -> SearchQuery:
    while True:
        try:
            return SearchQuery(**given)
        except ValidationError as error:
            wrong = [(str(item["loc"][0]), item["loc"][1:2]) for item in error.errors()]
        for field in {name for name, _ in wrong}:
            places = {at for name, place in wrong if name == field for at in place}
            if field in LISTS and places:
                given[field] = tuple(value for at, value in enumerate(given[field]) if at not in places)
            else:
                del given[field]


def _out_of_bounds(query: SearchQuery) -> Iterable[tuple[str, str]]:
    """Yield (field, reason) of what is well formed and still nothing an index can be asked."""
    for field in sorted(DATES):
        day = getattr(query, field)
        if day and not FIRST_DAY <= day <= LAST_DAY:
            yield field, f"a day from {FIRST_DAY} to {LAST_DAY} is needed"
    for field in sorted(AMOUNTS):
        amount = getattr(query, field)
        if amount is not None and amount > AMOUNT_MAX:
            yield field, f"at most {AMOUNT_MAX:f} is possible"
    if query.offset > OFFSET_MAX:
        yield "offset", f"at most {OFFSET_MAX} is possible"


def _name(field: str) -> str:
    return "q" if field == "text" else field


def write_query(query: SearchQuery, **changes: Any) -> str:  # noqa: ANN401 - any field's value
    """Return the address's query string for a search, with some fields changed; defaults left out."""
    asked = query.__dict__ | changes  # no copy of the model: a page writes dozens of addresses
    pairs: list[tuple[str, str]] = []
    for field, default in _DEFAULTS:
        value = asked[field]
        if value is None or value == default:
            continue
        if isinstance(value, (list, tuple)):
            pairs += [(field, str(item)) for item in value]
        else:
            pairs.append((_name(field), _written(value)))
    return urlencode(pairs)


_DEFAULTS = tuple((name, field.default) for name, field in SearchQuery.model_fields.items())


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
