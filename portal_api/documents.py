"""The shape of every answer of the JSON API; OpenAPI is made from it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from index.query import Equivalent, FacetValue, Highlight, Reason
from index.suggesting import SuggestedCall
from normalize.call import Call, Deadline, Status
from store.health import Health, SourceState


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True)


class CallDocument(Call):
    """One call in the schema of the house, with what can only be said for a moment.

    Amounts are strings, exact to the cent; moments are UTC. With ``precision: day`` the source
    stated no hour. Absent facts are null or empty, never guessed.
    """

    status: Status = Field(description="As of the moment of asking")
    next_deadline: Deadline | None = Field(description="The first deadline still running")


class HitDocument(_Document):
    """One call found, and where the words asked for stand in it."""

    call: CallDocument
    highlights: tuple[Highlight, ...]
    reasons: tuple[Reason, ...] = Field(
        description="Which words matched where, and whether as typed, by another spelling, a beginning, "
        "a compound, a typing error, a synonym or a translation; the strongest first"
    )
    score: float = Field(description="Orders the hits of one answer and means nothing else")


class SearchDocument(_Document):
    """One page of hits, the total, and the facet counts."""

    total: int = Field(description="Calls found, on all pages")
    query: Mapping[str, Any] = Field(description="The question as understood; defaults left out")
    offset: int
    limit: int
    hits: tuple[HitDocument, ...]
    facets: Mapping[str, tuple[FacetValue, ...]] = Field(
        description="Counts ignore the facet's own selection; `not_stated` counts the calls that do not say"
    )
    corrections: Mapping[str, tuple[str, ...]] = Field(
        description="Word typed -> words of the index it was taken for"
    )
    expanded: Mapping[str, tuple[str, ...]] = Field(
        description="Words typed -> technology areas they were also taken for, whatever the language"
    )
    equivalents: Mapping[str, tuple[Equivalent, ...]] = Field(
        description="Words typed -> what was also searched for; `expand=false` switches it off"
    )
    suggestion: str | None = Field(description="Did you mean: the text without its typing errors")
    next_cursor: str | None = Field(description="Asks for the next page as `cursor`; null on the last")


class SuggestionDocument(_Document):
    """What somebody may be about to type, and calls that already fit."""

    text: str = Field(description="What was typed")
    completions: tuple[str, ...] = Field(description="Whole texts that go on from it, the likeliest first")
    calls: tuple[SuggestedCall, ...]


class EventDocument(_Document):
    """One change of a call."""

    number: int = Field(description="Orders all changes of the portal")
    kind: str
    at: datetime
    old: Any
    new: Any
    words: str = Field(description="The change as a sentence")


class SourceDocument(_Document):
    """One source: where its calls come from, how fresh they are, and what is wrong."""

    id: str
    title: str
    publisher: str
    homepage: str
    level: str
    country: str | None
    protocol: str
    evidence: Literal["payload", "code", "description"] = Field(
        description="payload: its wire was seen in a recorded answer; code: only in a program; "
        "description: only words tell of it"
    )
    proven: bool = Field(description="A recorded answer or a healthy run has shown how its wire is")
    licence: str
    licence_url: str | None
    records: int = Field(description="Calls of it held here")
    last_run_at: datetime | None
    last_healthy_run_at: datetime | None
    age_hours: float | None = Field(description="Since the last healthy run; null when there was none")
    rejected: int = Field(description="Records of the last run that could not be used")
    health: Health
    problems: tuple[str, ...]
    words: str = Field(description="Its state as a sentence")


def source_document(state: SourceState, licence_url: str | None, now: datetime) -> SourceDocument:
    """Return a source's state as the API shows it at ``now`` (UTC)."""
    age = (now - state.last_healthy_at).total_seconds() / 3600 if state.last_healthy_at else None
    return SourceDocument(
        id=state.source_id,
        records=state.calls,
        last_healthy_run_at=state.last_healthy_at,
        age_hours=None if age is None else round(age, 1),
        licence_url=licence_url,
        **{
            name: getattr(state, name)
            for name in SourceDocument.model_fields
            if name not in ("id", "records", "last_healthy_run_at", "age_hours", "licence_url")
        },
    )


class SectorDocument(_Document):
    """A sector of STEP."""

    key: str
    label: str


class AreaDocument(_Document):
    """A technology area."""

    key: str
    label: str
    sector: str


class TaxonomyDocument(_Document):
    """Sectors and areas, as the filters `sector` and `area` take them."""

    version: str
    sectors: tuple[SectorDocument, ...]
    areas: tuple[AreaDocument, ...]


class ProblemDocument(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str = Field(description="In words for the caller")
    parameter: str | None = Field(default=None, description="The parameter that is not understood")
