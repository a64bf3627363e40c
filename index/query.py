"""What is asked of search, and what it answers: the same for every engine.

The pieces of an answer are plain dataclasses: an answer has hundreds, and a model's checks of what was just
worked out took a tenth of a search.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from index.paging import CURSOR_MAX, Cursor
from normalize.call import Applicant, Instrument, Level, Sector, Status

FacetName = Literal[
    "sector", "area", "level", "country", "region", "programme", "status", "applicant", "language",
    "instrument", "seal", "source",
]  # fmt: skip
FACETS: tuple[FacetName, ...] = FacetName.__args__  # type: ignore[attr-defined]  # typing keeps the words there
Sort = Literal["relevance", "deadline", "newest"]
Way = Literal["exact", "spelling", "prefix", "compound", "typo", "synonym", "translation"]
WAYS: tuple[Way, ...] = Way.__args__  # type: ignore[attr-defined]  # the strongest first
ReasonField = Literal["identifier", "title", "keywords", "summary", "body", "area"]
NOT_STATED = "not_stated"
"""The value of a facet, and of its filter, for calls that do not say."""
EVERYWHERE = "everywhere"
"""The value of the facet ``country`` for calls whose applicants may be anywhere, as most of the EU's."""
PAGE_SIZE_MAX = 100
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def written_day(given: object) -> object:
    """Return a day as it was given; pydantic alone takes "2026" for a second of 1970.

    Raises:
        ValueError: It is none, as a date or as YYYY-MM-DD.
    """
    if isinstance(given, date) or (isinstance(given, str) and _DAY.fullmatch(given)):
        return given
    raise ValueError("a day as YYYY-MM-DD is needed")


Day = Annotated[date, BeforeValidator(written_day)]


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
        expand: Whether terms also find their equivalents in other languages.
        offset, limit: Page, in hits.
        cursor: Where the page before ended (`SearchResult.next_cursor`): the page after it, however
            far; ``offset`` then counts from there. Belongs to one question, in one order.
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
    deadline_from: Day | None = None
    deadline_to: Day | None = None
    opens_from: Day | None = None
    opens_to: Day | None = None
    budget_min: Decimal | None = Field(default=None, ge=0)
    budget_max: Decimal | None = Field(default=None, ge=0)
    new_since: Day | None = None
    expand: bool = True
    sort: Sort = "relevance"
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=20, ge=0, le=PAGE_SIZE_MAX)
    cursor: str | None = Field(default=None, max_length=CURSOR_MAX)

    @field_validator("cursor")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        if value is not None:
            Cursor.read(value)
        return value

    def question(self) -> "SearchQuery":
        """Return what is asked whatever the page: the same for every page of one answer."""
        return self.model_copy(update={"offset": 0, "limit": 0, "cursor": None})


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``[start, end)`` of ``Highlight.text`` that matched."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Highlight:
    """A piece of one field of a hit, plain text, with what matched in it."""

    field: Literal["title", "summary", "body"]
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing asked for, and what stands for it in a call.

    Attributes:
        asked: Words as they were typed, folded ("waerme" for "Waerme", "fuel cell").
        found: What stands there, as it is written; of an area its key.
        field: Where: a field of the call, or ``area`` for a technology it is tagged with.
        by: The words themselves; another spelling or the plural; words that begin so; a compound of
            them; a typing error; another word of the same language for the same thing; a translation.
        language: Language of what was found (ISO 639-1), for synonyms and translations; None where
            several languages write it so and the call's is none of them.
    """

    asked: str
    found: str
    field: ReasonField
    by: Way
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One call found. ``score`` orders hits of one answer and means nothing else.

    Attributes:
        highlights: Where in title, summary and text what was asked for stands.
        reasons: Why it was found, the strongest first; empty when no text was asked for.
    """

    call_id: str
    score: float
    highlights: tuple[Highlight, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Equivalent:
    """Words that mean what was asked for.

    Attributes:
        words: As written in the taxonomy or the list of synonyms.
        language: ISO 639-1.
        by: A translation, or another word of the same language.
    """

    words: str
    language: str
    by: Literal["synonym", "translation"]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many calls have ``value`` when every filter but this facet's own applies."""

    value: str
    count: int
    selected: bool = False


class SearchResult(BaseModel):
    """The answer: one page of hits, the total, and the facets.

    Attributes:
        facets: Facet -> values, most frequent first, selected ones always present, `NOT_STATED` last.
        corrections: Word typed -> words of the index it was taken for (typing errors).
        suggestion: "Did you mean": the text with unknown words replaced by the likeliest words of
            the index; None when there is nothing better to ask.
        expanded: Words typed -> taxonomy areas they were also taken for (other languages).
        equivalents: Words typed -> what was also searched for, in other languages and other words.
        next_cursor: The page after this one, as `SearchQuery.cursor`; None when this is the last.
    """

    model_config = ConfigDict(frozen=True)

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[FacetName, tuple[FacetValue, ...]] = {}
    corrections: Mapping[str, tuple[str, ...]] = {}
    suggestion: str | None = None
    expanded: Mapping[str, tuple[str, ...]] = {}
    equivalents: Mapping[str, tuple[Equivalent, ...]] = {}
    next_cursor: str | None = None
