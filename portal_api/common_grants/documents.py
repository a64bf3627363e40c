"""The shapes of CommonGrants (https://commongrants.org, core 0.3), as far as calls have them.

Names and required members are the protocol's own; the protocol knows no null, what is not stated is
left out.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.alias_generators import to_camel

from index.query import written_day

StatusValue = Literal["forecasted", "open", "closed", "custom"]
ApplicantValue = Literal[
    "individual",
    "organization",
    "for_profit_small_business",
    "for_profit_not_small_business",
    "custom",
]
SortBy = Literal[
    "lastModifiedAt",
    "createdAt",
    "title",
    "status.value",
    "keyDates.closeDate",
    "funding.maxAwardAmount",
    "funding.minAwardAmount",
    "funding.totalAmountAvailable",
    "funding.estimatedAwardCount",
    "custom",
]
DecimalString = Annotated[str, Field(pattern=r"^-?[0-9]+\.?[0-9]*$", max_length=30)]


def _without_null(schema: dict[str, Any]) -> None:
    for described in schema.get("properties", {}).values():
        kinds = [kind for kind in described.get("anyOf", ()) if kind != {"type": "null"}]
        if "anyOf" in described and len(kinds) < len(described["anyOf"]):
            del described["anyOf"]
            described.pop("default", None)
            described |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


class _Shape(BaseModel):
    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, json_schema_extra=_without_null
    )


class MoneyShape(_Shape):
    """A monetary amount and its currency (ISO 4217)."""

    amount: DecimalString
    currency: str = Field(pattern="^[A-Z]{3}$")

    @property
    def number(self) -> Decimal:
        """Return the amount as a number."""
        return Decimal(self.amount)


class Event(_Shape):
    """A date, or words where there is none."""

    name: str
    event_type: Literal["singleDate", "other"]
    date: str | None = Field(None, description="YYYY-MM-DD, in the source's zone")
    time: str | None = Field(
        None, description="HH:MM:SS in the zone the description names; left out when no hour is stated"
    )
    details: str | None = None
    description: str | None = None


class Timeline(_Shape):
    """Opening (`postDate`), the next deadline or the last one (`closeDate`), and every deadline."""

    post_date: Event | None = None
    close_date: Event | None = None
    other_dates: dict[str, Event] | None = None


class Funding(_Shape):
    """Amounts, as far as they are stated."""

    details: str | None = None
    total_amount_available: MoneyShape | None = None
    min_award_amount: MoneyShape | None = None
    max_award_amount: MoneyShape | None = None
    estimated_award_count: int | None = None


class StatusShape(_Shape):
    """Status at the moment of asking; `custom` stands for withdrawn calls and for those without dates."""

    value: StatusValue
    custom_value: str | None = None
    description: str | None = None


class ApplicantShape(_Shape):
    """Who may apply; `custom` where the protocol's own values mean something else than ours."""

    value: ApplicantValue
    custom_value: str | None = None
    description: str | None = None


class CustomField(_Shape):
    """A field of ours; `schema` leads to its published JSON Schema."""

    name: str
    field_type: Literal["string", "array", "object"]
    schema_url: str = Field(alias="schema", json_schema_extra={"format": "uri"})
    value: Any
    description: str


class Opportunity(_Shape):
    """A call."""

    id: UUID = Field(description="UUIDv5 of the call's id; the same for ever")
    title: str
    status: StatusShape
    description: str = Field(description="Plain text; the title where a source gives no more")
    funding: Funding | None = None
    key_dates: Timeline | None = None
    accepted_applicant_types: tuple[ApplicantShape, ...] | None = None
    source: str | None = Field(None, json_schema_extra={"format": "uri"})
    custom_fields: dict[str, CustomField]
    created_at: datetime
    last_modified_at: datetime = Field(description="Of the last change event")


class _Success(_Shape):
    status: int = 200
    message: str = "Success"


class Pagination(_Shape):
    """Where in the results a page stands."""

    page: int = Field(ge=1)
    page_size: int = Field(ge=1)
    total_items: int
    total_pages: int


class OpportunityAnswer(_Success):
    """One opportunity."""

    data: Opportunity


class OpportunityList(_Success):
    """A page of opportunities."""

    items: tuple[Opportunity, ...]
    pagination_info: Pagination


class ErrorAnswer(_Shape):
    """What went wrong; also has the members of RFC 9457."""

    model_config = ConfigDict(extra="allow")

    status: int
    message: str
    errors: tuple[Any, ...]


# --- what is asked


class _Question(_Shape):
    model_config = ConfigDict(extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _no_null(cls, given: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(given, dict):
            for field in cls.model_fields.values():
                if field.alias in given and given[field.alias] is None:
                    raise ValueError(f"{field.alias} is null; leave it out instead")
        return given


class StringArrayFilter(_Question):
    """One of these values, or none of them."""

    operator: Literal["in", "notIn"]
    value: tuple[str, ...] = Field(max_length=100)


def _read_day(given: object) -> object:
    """Read a day, or the day of a moment."""
    return written_day(given[:10] if isinstance(given, str) else given)


Day = Annotated[date, BeforeValidator(_read_day), WithJsonSchema({"type": "string", "format": "date"})]


class DateRange(_Question):
    """Two days, both included; one of them may be left out."""

    min: Day | None = None
    max: Day | None = None


class DateRangeFilter(_Question):
    """Between two days, or outside of them."""

    operator: Literal["between", "outside"]
    value: DateRange


class MoneyRange(_Question):
    """Two amounts of one currency, both included."""

    min: MoneyShape
    max: MoneyShape


class MoneyRangeFilter(_Question):
    """Between two amounts, or outside of them; amounts in another currency match neither."""

    operator: Literal["between", "outside"]
    value: MoneyRange


class DefaultFilter(_Shape):
    """A filter of our own; see `customFilters`."""

    operator: Literal[
        "eq", "neq", "gt", "gte", "lt", "lte", "in", "notIn", "between", "outside", "like", "notLike"
    ]
    value: Any


class Filters(_Question):
    """Filters; each narrows the others. `customFilters`: the facets of `/api/v1/calls`, by `in` or `eq`."""

    status: StringArrayFilter | None = None
    close_date_range: DateRangeFilter | None = None
    total_funding_available_range: MoneyRangeFilter | None = None
    min_award_amount_range: MoneyRangeFilter | None = None
    max_award_amount_range: MoneyRangeFilter | None = None
    custom_filters: dict[str, DefaultFilter] | None = None


class Sorting(_Question):
    """The order of the results."""

    sort_by: SortBy = "lastModifiedAt"
    custom_sort_by: str | None = None
    sort_order: Literal["asc", "desc"] = "desc"


def _is_whole(given: object) -> object:
    """Refuse what is no number in JSON, though it could be read as one."""
    if isinstance(given, bool | str):
        raise ValueError("a whole number is needed")
    return given


Whole = Annotated[int, BeforeValidator(_is_whole)]


class Paging(_Question):
    """Which page."""

    page: Whole = Field(1, ge=1, le=1_000_000)
    page_size: Whole = Field(100, ge=1, le=1_000_000, description="A page holds at most 100 all the same")


class SearchRequest(_Question):
    """A search: words, filters, order, page."""

    search: str = Field("", max_length=500)
    filters: Filters = Filters()
    sorting: Sorting = Sorting()
    pagination: Paging = Paging()


# --- what a search answers


class SortInfo(_Shape):
    """The order of the results, and what of it could not be done."""

    sort_by: SortBy
    custom_sort_by: str | None = None
    sort_order: Literal["asc", "desc"]
    errors: tuple[str, ...] = ()


class FilterInfo(_Shape):
    """The filters applied, and those that could not be."""

    filters: Filters
    errors: tuple[str, ...] = ()


class OpportunitySearch(OpportunityList):
    """A page of the opportunities found."""

    sort_info: SortInfo
    filter_info: FilterInfo
