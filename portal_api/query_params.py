"""The whole state of a search in its address, both ways."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.datastructures import QueryParams

from index.query import FACETS, SearchQuery

RENAMED = {"q": "text", "deadline_before": "deadline_to", "deadline_after": "deadline_from"}
"""Parameter -> field of `SearchQuery`, where people expect another name."""
LISTS = frozenset(FACETS)
SINGLE = frozenset(SearchQuery.model_fields) - LISTS - {"text"}
OWN = frozenset({"facets"})


class ParameterError(ValueError):
    """A parameter that is not understood; names it and says what is wrong."""

    def __init__(self, parameter: str, reason: str) -> None:
        self.parameter, self.reason = parameter, reason
        super().__init__(f"{parameter}: {reason}")


def read_query(params: QueryParams, *, strict: bool) -> SearchQuery:
    """Read a search from an address.

    Args:
        params: The address's parameters; empty values count as not given.
        strict: Refuse unknown parameters and wrong values (the API); else leave them out (pages,
            where an old link must still show something).

    Raises:
        ParameterError: Only when strict.
    """
    given: dict[str, Any] = {}
    for name in dict.fromkeys(params.keys()):
        field = RENAMED.get(name, name)
        values = tuple(dict.fromkeys(value for value in params.getlist(name) if value.strip()))
        if field in LISTS:
            given[field] = values
        elif field in SINGLE or field == "text":
            if values:
                given[field] = values[-1]
        elif strict and name not in OWN:
            raise ParameterError(name, "no such parameter")
    return _build(given, strict=strict)


def _build(given: dict[str, Any], *, strict: bool) -> SearchQuery:
    while True:
        try:
            return SearchQuery(**given)
        except ValidationError as error:
            first = error.errors()[0]
            field = str(first["loc"][0])
            if strict:
                names = {ours: theirs for theirs, ours in RENAMED.items() if ours == "text"}
                raise ParameterError(names.get(field, field), first["msg"]) from error
            given.pop(field)


def write_query(query: SearchQuery, **changes: Any) -> str:  # noqa: ANN401 - any field's value
    """Return the address's query string for a search, with some fields changed; defaults left out."""
    values = query.model_dump(mode="json", exclude_defaults=True) | changes
    defaults = SearchQuery.model_fields
    pairs: list[tuple[str, str]] = []
    for field, value in values.items():
        name = "q" if field == "text" else field
        if isinstance(value, (list, tuple)):
            pairs += [(name, str(item)) for item in value]
        elif value is not None and value != defaults[field].default:
            pairs.append((name, str(value)))
    return urlencode(pairs)


def without(query: SearchQuery, facet: str, value: str) -> str:
    """Return the query string with one choice taken back, from the first page."""
    kept = [other for other in getattr(query, facet) if other != value]
    return write_query(query, **{facet: kept}, offset=0)


def chosen(query: SearchQuery, labels: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield (facet, value) of every choice made, in the order of the facets."""
    for facet in FACETS:
        values: Sequence[str] = getattr(query, facet)
        for value in values:
            yield facet, value
