"""What is asked of search, and what it answers: the same for every engine."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from normalize.call import Applicant, Instrument, Level, Sector, Status

FacetName = Literal[
    "sector", "area", "level", "country", "region", "programme", "status", "applicant", "language",
    "instrument", "seal", "source",
]  # fmt: skip
FACETS: tuple[FacetName, ...] = FacetName.__args__  # type: ignore[attr-defined]  # typing keeps the words there
Sort = Literal["relevance", "deadline", "newest"]
NOT_STATED = "not_stated"
"""The value of a facet, and of its filter, for calls that do not say."""
PAGE_SIZE_MAX = 100


class SearchQuery(BaseModel):
    """One question. Values within a filter are alternatives (or), filters narrow each other (and).

    Attributes:
        text: What somebody typed; empty means everything.
        sector, area, level, ...: Filters by facet; `NOT_STATED` is a value of each.
        region: NUTS codes; a parent finds its children: "FR1" finds a call for "FR10".
        deadline_from, deadline_to: Bounds of the *next* deadline, inclusive days of
            Europe/Brussels; a call without a running dated deadline matches neither.
        opens_from, opens_to: The same for the opening date.
        budget_min, budget_max: Bounds of ``budget_total`` in EUR; other currencies never match.
        new_since: Calls first seen on or after this day.
        offset, limit: Page, in hits.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(default="", max_length=500)
    sector: tuple[Sector | Literal["not_stated"], ...] = ()
    area: tuple[str, ...] = ()
    level: tuple[Level | Literal["not_stated"], ...] = ()
    country: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    programme: tuple[str, ...] = ()
    status: tuple[Status, ...] = ()
    applicant: tuple[Applicant | Literal["not_stated"], ...] = ()
    language: tuple[str, ...] = ()
    instrument: tuple[Instrument | Literal["not_stated"], ...] = ()
    seal: tuple[Literal["awards", "accepts", "none"], ...] = ()
    source: tuple[str, ...] = ()
    deadline_from: date | None = None
    deadline_to: date | None = None
    opens_from: date | None = None
    opens_to: date | None = None
    budget_min: Decimal | None = Field(default=None, ge=0)
    budget_max: Decimal | None = Field(default=None, ge=0)
    new_since: date | None = None
    sort: Sort = "relevance"
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=20, ge=0, le=PAGE_SIZE_MAX)


class Span(BaseModel):
    """Characters ``[start, end)`` of ``Highlight.text`` that matched."""

    model_config = ConfigDict(frozen=True)

    start: int
    end: int


class Highlight(BaseModel):
    """A piece of one field of a hit, plain text, with what matched in it."""

    model_config = ConfigDict(frozen=True)

    field: Literal["title", "summary", "body"]
    text: str
    spans: tuple[Span, ...]


class Hit(BaseModel):
    """One call found. ``score`` orders hits of one answer and means nothing else."""

    model_config = ConfigDict(frozen=True)

    call_id: str
    score: float
    highlights: tuple[Highlight, ...] = ()


class FacetValue(BaseModel):
    """How many calls have ``value`` when every filter but this facet's own applies."""

    model_config = ConfigDict(frozen=True)

    value: str
    count: int
    selected: bool = False


class SearchResult(BaseModel):
    """The answer: one page of hits, the total, and the facets.

    Attributes:
        facets: Facet -> values, most frequent first, selected ones always present, `NOT_STATED` last.
        corrections: Word typed -> words of the index it was taken for (typing errors).
        expanded: Words typed -> taxonomy areas they were also taken for (other languages).
    """

    model_config = ConfigDict(frozen=True)

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[FacetName, tuple[FacetValue, ...]] = {}
    corrections: Mapping[str, tuple[str, ...]] = {}
    expanded: Mapping[str, tuple[str, ...]] = {}
