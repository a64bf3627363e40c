"""What is open, counted: by area and country with the money on offer, by month, and over time."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from config.countries import countries
from index.finding import found_calls
from index.query import NOT_STATED, FacetName, FacetValue, SearchQuery
from normalize.call import Call
from portal_api.deadline_views import local_day
from portal_api.state import Portal
from store.activity import events_by_week

SHOWN: tuple[FacetName, ...] = ("sector", "level", "area", "country", "region", "programme")
MONTHS, WEEKS = 12, 26
EU = "EU"
"""The column of calls that are open in every member state."""
OPEN = SearchQuery(status=("open",))


@dataclass(frozen=True, slots=True)
class Cell:
    """Open calls of one area in one country, and the sum of their whole budgets stated in EUR."""

    calls: int
    euros: Decimal


@dataclass(frozen=True, slots=True)
class Observation:
    """The figures of one moment.

    Attributes:
        facets: Open calls by value of each facet of `SHOWN`.
        columns: Countries of the matrix, `EU` first.
        matrix: (area, country) -> cell; what is not in it is a gap.
        closing: First of a month -> open calls whose next deadline falls in it.
        weeks: Monday -> kind of event -> number.
        undated: Open calls without a dated deadline.
        euros: Budgets stated in EUR of all open calls, each counted once.
        unpriced: Open calls that state no budget in EUR.
    """

    at: datetime
    total: int
    facets: Mapping[FacetName, Sequence[FacetValue]]
    columns: Sequence[str]
    areas: Sequence[str]
    matrix: Mapping[tuple[str, str], Cell]
    closing: Mapping[date, int]
    weeks: Mapping[date, Mapping[str, int]]
    undated: int
    euros: Decimal
    unpriced: int


def observe(portal: Portal, now: datetime) -> Observation:
    """Count everything that is open at ``now`` (UTC).

    A call of several areas or countries counts in each; its budget is not divided, for nobody says how.

    Raises:
        SearchUnavailable: The engine cannot answer.
    """
    result = portal.engine.search(OPEN.model_copy(update={"limit": 0}), now=now, facets=SHOWN)
    calls: Counter[tuple[str, str]] = Counter()
    euros: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    closing: Counter[date] = Counter()
    undated, unpriced, total_euros = 0, 0, Decimal(0)
    for call in found_calls(portal.db, portal.engine, OPEN, now=now):
        budget = _euros(call)
        unpriced += budget is None
        total_euros += budget or 0
        for place in places_of(call):
            for area in dict.fromkeys(tag.area for tag in call.tags):
                calls[area, place] += 1
                euros[area, place] += budget or 0
        day = local_day(call.next_deadline_at(now))
        undated += day is None
        if day:
            closing[day.replace(day=1)] += 1
    return Observation(
        at=now,
        total=result.total,
        facets=result.facets,
        columns=_columns(portal, calls),
        areas=[key for key, _ in portal.taxonomy.areas()],
        matrix={key: Cell(number, euros[key]) for key, number in calls.items()},
        closing=_months(closing, now.date()),
        weeks=_weeks(portal, now),
        undated=undated,
        euros=total_euros,
        unpriced=unpriced,
    )


def places_of(call: Call) -> Sequence[str]:
    """Return the columns a call stands in: `EU` for one of the EU or open everywhere, else its countries."""
    if call.level == "eu" or call.everywhere:
        return (EU,)
    return call.countries


def _euros(call: Call) -> Decimal | None:
    budget = call.budget_total
    return budget.amount if budget and budget.currency == "EUR" else None


def _columns(portal: Portal, found: Iterable[tuple[str, str]]) -> Sequence[str]:
    """Return the countries we read a source of, and those that have a call: only there is nothing a gap."""
    read = {source.country for source in portal.sources.values() if source.country and not source.why_off}
    there = {place for _, place in found}
    return [EU, *sorted((read | there) & set(countries()))]


def _months(closing: Counter[date], today: date) -> Mapping[date, int]:
    first, months = today.replace(day=1), {}
    for _ in range(MONTHS):
        months[first] = closing[first]
        first = (first + timedelta(days=32)).replace(day=1)
    return months


def _weeks(portal: Portal, now: datetime) -> Mapping[date, Mapping[str, int]]:
    monday = now.date() - timedelta(days=now.weekday())
    counted = events_by_week(portal.db, now - timedelta(weeks=WEEKS, days=7))
    weeks: dict[date, Counter[str]] = {
        monday - timedelta(weeks=number): Counter() for number in reversed(range(WEEKS))
    }
    for (week, kind), number in counted.items():
        if week in weeks:
            weeks[week][kind] += number
    return weeks


def gaps_of(seen: Observation) -> Mapping[str, Sequence[str]]:
    """Return country -> areas nobody funds there now, of its own money; the EU's column is one of them."""
    return {
        place: [area for area in seen.areas if (area, place) not in seen.matrix] for place in seen.columns
    }


def stated(values: Iterable[FacetValue]) -> list[FacetValue]:
    """Return the values of a facet that say something."""
    return [value for value in values if value.value != NOT_STATED and value.count]
