"""`Call`, the one schema of the house, and what can be computed from it.

A call is a fact sheet of one thing that can be applied for. It is immutable; status and next
deadline are never stored in it but computed for a moment (`Call.status_at`,
`Call.next_deadline_at`), because a stored "open" is wrong by tomorrow.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

Level = Literal["eu", "national", "regional"]
Status = Literal["forthcoming", "open", "closed", "withdrawn", "unknown"]
Sector = Literal["digital", "clean", "bio", "defence"]
Applicant = Literal[
    "sme",
    "large_enterprise",
    "startup",
    "research_organisation",
    "university",
    "public_body",
    "non_profit",
    "individual",
    "cluster",
    "other",
]
Instrument = Literal["grant", "loan", "guarantee", "equity", "prize", "procurement", "tax", "advice"]
Precision = Literal["day", "minute"]
DeadlineKind = Literal["single", "stage_1", "stage_2", "cut_off", "continuous"]
SealState = Literal["awards", "accepts", "none"]


def _written_moment(given: object) -> object:
    """Return a moment as it was given; pydantic alone takes 2027, and "2027", for a second of 1970.

    Raises:
        ValueError: It is none, as a `datetime` or as a text that begins with a year.
    """
    if isinstance(given, datetime) or (isinstance(given, str) and given[4:5] == "-"):
        return given
    raise ValueError("a moment as YYYY-MM-DDThh:mm with its zone is needed")


Utc = Annotated[
    AwareDatetime, BeforeValidator(_written_moment), AfterValidator(lambda value: value.astimezone(UTC))
]
"""A moment; whatever zone it was given in, it is kept as UTC."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Money(_Part):
    """An amount in whole units of its own currency (euros, not cents), exact to the cent."""

    amount: Decimal
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")


class Deadline(_Part):
    """One date by which an application must be in.

    Attributes:
        at: The moment in UTC. With ``precision="day"`` the source printed no hour: ``at`` is then
            the source's usual closing hour of that day where its entry names one (17:00 in
            Brussels for the EU portal), else the last second of the day, and the deadline counts
            as running until the local day is over. None only for ``kind="continuous"``.
        precision: Whether the source printed an hour.
        zone: IANA time zone in which the source thinks, such as ``Europe/Brussels``.
        kind: The only one, a stage, one of several cut-offs, or no end ("until funds end").
        label: The source's own words for it ("first cut-off"), where it has any.
    """

    at: Utc | None
    precision: Precision
    zone: str
    kind: DeadlineKind = "single"
    label: str | None = None

    @model_validator(mode="after")
    def _only_continuous_has_no_date(self) -> Self:
        if self.at is None and self.kind != "continuous":
            raise ValueError("a deadline without a date must be continuous")
        return self

    def is_running(self, now: datetime) -> bool:
        """Tell whether an application at ``now`` (timezone-aware) would still be in time."""
        if self.at is None:
            return True
        if self.precision == "minute":
            return now <= self.at
        zone = ZoneInfo(self.zone)
        return now.astimezone(zone).date() <= self.at.astimezone(zone).date()


class Document(_Part):
    """A document of the call: its title and an http(s) address."""

    title: str
    url: str


class Evidence(_Part):
    """The words that earned a tag: ``term`` stands at ``[start, end)`` of the call's ``field``.

    Offsets are characters of the plain text of that field (`normalize.text.plain_text`).
    """

    field: Literal[
        "title", "summary", "description", "keywords", "eligibility", "call_identifier", "programme"
    ]
    start: int
    end: int
    term: str


class Tag(_Part):
    """A technology area the money is for, and why we say so."""

    area: str = Field(description="Key of the taxonomy, such as clean.hydrogen")
    sector: Sector
    confidence: float = Field(ge=0, le=1)
    evidence: tuple[Evidence, ...] = ()
    by: Literal["rule", "staff"] = "rule"
    reason: str | None = None


class Seal(_Part):
    """What the call has to do with the STEP (Sovereignty) Seal, Regulation (EU) 2024/795, Art. 4."""

    state: SealState = "none"
    evidence: tuple[str, ...] = ()


class Call(_Part):
    """One call for proposals, scheme or aid that can be applied for.

    Field by field the schema of ``docs/schema.md``. Absent facts are None or empty, never guessed.
    ``description`` is HTML sanitised once, at normalising; every other text is plain.
    """

    # identity
    id: str
    source_id: str
    native_id: str
    aliases: tuple[str, ...] = ()
    url: str
    licence: str
    group_id: str | None = None
    # what
    title: str = Field(min_length=1)
    summary: str | None = Field(default=None, max_length=500)
    description: str | None = None
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    keywords: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    # who pays
    level: Level
    cascade: bool = False
    funder: str | None = None
    programme: str | None = None
    destination: str | None = None
    partnership: str | None = None
    action_type: str | None = None
    call_identifier: str | None = None
    # where
    countries: tuple[str, ...] = Field(default=(), description="ISO 3166-1 alpha-2")
    regions: tuple[str, ...] = Field(default=(), description="NUTS 2024 codes, each with its parents")
    everywhere: bool = Field(default=False, description="Open to applicants wherever they are")
    # who may apply
    applicants: tuple[Applicant, ...] = ()
    eligibility: str | None = None
    consortium: str | None = None
    trl_min: int | None = Field(default=None, ge=1, le=9)
    trl_max: int | None = Field(default=None, ge=1, le=9)
    trl_evidence: str | None = Field(default=None, description="The words of its text that state the levels")
    # when
    opens_at: Utc | None = None
    deadlines: tuple[Deadline, ...] = ()
    deadline_note: str | None = None
    decided_at: Utc | None = None
    source_status: str | None = Field(default=None, description="The source's own word")
    withdrawn: bool = Field(default=False, description="The source no longer lists it")
    # how much
    budget_total: Money | None = None
    grant_min: Money | None = None
    grant_max: Money | None = None
    grant_evidence: str | None = Field(
        default=None, description="The words of its text that state `grant_max`; null where a field does"
    )
    funding_rate_max: Decimal | None = Field(default=None, ge=0, le=1)
    funding_rate_evidence: str | None = Field(
        default=None,
        description="The words of its text that state `funding_rate_max`; null where a field does",
    )
    expected_grants: int | None = Field(default=None, ge=0)
    instrument: tuple[Instrument, ...] = ()
    # technology
    tags: tuple[Tag, ...] = ()
    taxonomy_version: str
    # Sovereignty Seal
    seal: Seal = Seal()
    # life
    first_seen_at: Utc | None = None
    last_seen_at: Utc | None = None
    changed_at: Utc | None = None
    revision: int = 1

    @property
    def sectors(self) -> tuple[Sector, ...]:
        """Return the sectors of its tags, each once, in the order of the tags."""
        return tuple(dict.fromkeys(tag.sector for tag in self.tags))

    def next_deadline_at(self, now: datetime) -> Deadline | None:
        """Return the first deadline still running at ``now`` (timezone-aware).

        Dated ones come before a continuous one. None when all are over or none is known.
        """
        running = [deadline for deadline in self.deadlines if deadline.is_running(now)]
        return min(running, key=lambda deadline: (deadline.at is None, deadline.at), default=None)

    def status_at(self, now: datetime) -> Status:
        """Return the status at ``now`` (timezone-aware), from dates before words.

        A missing deadline is not "open": without a date the status is `unknown`, unless the
        source's word (`source_status`, already one of ours when the entry's lookup knows it) says
        more. Rule: shared fact sheets, "status lags dates" (the EU portal's own status was up to
        19 days behind its opening dates).
        """
        if self.withdrawn:
            return "withdrawn"
        if self.deadlines and self.next_deadline_at(now) is None:
            return "closed"
        if self.opens_at is not None and now < self.opens_at:
            return "forthcoming"
        word: Status | None = _KNOWN_WORDS.get(self.source_status or "")
        if self.deadlines:
            return word if word == "forthcoming" and self.opens_at is None else "open"
        return word or "unknown"


_KNOWN_WORDS: dict[str, Status] = {"forthcoming": "forthcoming", "open": "open", "closed": "closed"}
