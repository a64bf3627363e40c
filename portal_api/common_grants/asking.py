"""A search in the terms of CommonGrants, asked of our own engine.

What the engine can narrow or order it does; the rest (ranges it does not know, orders by amounts or
titles) is done here over what it found, so that every filter of the protocol holds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from config.errors import reason_of
from index.finding import found_ids, stored_calls
from index.query import FACETS, SearchQuery
from normalize.call import Call, Money
from portal_api.common_grants.documents import (
    DateRangeFilter,
    DefaultFilter,
    Filters,
    MoneyRangeFilter,
    Sorting,
    StringArrayFilter,
)
from portal_api.common_grants.opportunity import STATUSES, close_deadline
from portal_api.query_params import VALUES_MAX
from portal_api.state import Portal
from store.call_events import last_events

Holds = Callable[[Call], bool]
Key = Callable[[Call], Any]
CUSTOM = frozenset(FACETS) - {"status"}
"""Names of our own filters: the facets of a search."""


@dataclass(slots=True)
class Asked:
    """A search as far as it is understood.

    Attributes:
        query: What the engine does.
        conditions: What is checked here of each call found.
        nothing: Something was asked that no call can be.
        errors: What was not understood and left out, in words.
    """

    query: SearchQuery
    conditions: list[Holds] = field(default_factory=list)
    nothing: bool = False
    errors: list[str] = field(default_factory=list)


def read_filters(text: str, filters: Filters, now: datetime) -> Asked:
    """Read words and filters; one that is not understood is reported and left out, as the protocol asks."""
    asked = Asked(SearchQuery(text=text))
    if filters.status:
        _status(asked, filters.status)
    if filters.close_date_range:
        asked.conditions.append(_closes(filters.close_date_range, now))
    for name, given in (
        ("budget_total", filters.total_funding_available_range),
        ("grant_min", filters.min_award_amount_range),
        ("grant_max", filters.max_award_amount_range),
    ):
        if given:
            asked.conditions.append(_amount(name, given))
    for name, custom in (filters.custom_filters or {}).items():
        _custom(asked, name, custom)
    asked.errors += [f"{name}: no such filter" for name in filters.model_extra or ()]
    return asked


def _status(asked: Asked, given: StringArrayFilter) -> None:
    is_in = given.operator == "in"
    wanted = [ours for ours, theirs in STATUSES.items() if (theirs in given.value) == is_in]
    asked.nothing = not wanted
    asked.query = asked.query.model_copy(update={"status": tuple(wanted)})


def _closes(given: DateRangeFilter, now: datetime) -> Holds:
    low, high = given.value.min or date.min, given.value.max or date.max

    def holds(call: Call) -> bool:
        closing = close_deadline(call, now)
        if closing is None or closing.at is None:
            return False
        day = closing.at.astimezone(ZoneInfo(closing.zone)).date()
        return (low <= day <= high) == (given.operator == "between")

    return holds


def _amount(name: str, given: MoneyRangeFilter) -> Holds:
    low, high = given.value.min, given.value.max

    def holds(call: Call) -> bool:
        money: Money | None = getattr(call, name)
        if money is None or money.currency != low.currency or money.currency != high.currency:
            return False
        return (low.number <= money.amount <= high.number) == (given.operator == "between")

    return holds


def _custom(asked: Asked, name: str, given: DefaultFilter) -> None:
    values = given.value if isinstance(given.value, list) else [given.value]
    if name not in CUSTOM:
        asked.errors.append(f"customFilters.{name}: there are {', '.join(sorted(CUSTOM))}")
    elif given.operator not in ("in", "eq"):
        asked.errors.append(f"customFilters.{name}: the operators are in and eq")
    elif len(values) > VALUES_MAX or not all(isinstance(value, str) for value in values):
        asked.errors.append(f"customFilters.{name}: a list of at most {VALUES_MAX} texts is needed")
    elif not values:
        asked.nothing = True
    else:
        try:
            asked.query = SearchQuery(**asked.query.model_dump() | {name: tuple(values)})
        except ValidationError as error:
            asked.errors.append(f"customFilters.{name}: {reason_of(error.errors()[0])}")


def found_in_order(
    portal: Portal, asked: Asked, sorting: Sorting, now: datetime
) -> tuple[list[str], list[str]]:
    """Return the ids of the calls found in the order asked for, and what of the order could not be done.

    Raises:
        SearchUnavailable: The engine cannot answer.
    """
    if asked.nothing:
        return [], []
    ids = found_ids(portal.engine, asked.query, now=now)
    key = _keys(now).get(sorting.sort_by)
    if asked.conditions or key:
        kept = list(_kept(portal, ids, asked.conditions, key or _no_key))
        ids = [call_id for call_id, _ in kept]
        if key:
            return _sorted(kept, descending=sorting.sort_order == "desc"), []
    changed = [event.call_id for event in last_events(portal.db, ids)]
    if sorting.sort_order == "asc":
        changed.reverse()
    if sorting.sort_by == "custom":
        return changed, [f"customSortBy {sorting.custom_sort_by!r}: there is none; sorted by lastModifiedAt"]
    return changed, []


def _kept(portal: Portal, ids: list[str], conditions: Sequence[Holds], key: Key) -> Iterator[tuple[str, Any]]:
    """Yield id and key of the calls that hold every condition; calls themselves are not kept in memory."""
    for call in stored_calls(portal.db, ids):
        if all(holds(call) for holds in conditions):
            yield call.id, key(call)


def _sorted(kept: list[tuple[str, Any]], *, descending: bool) -> list[str]:
    """Sort by key, ids among equals; what has none stands last in either order."""
    known = sorted((one for one in kept if one[1] is not None), key=lambda one: one[0])
    known.sort(key=lambda one: one[1], reverse=descending)
    return [call_id for call_id, _ in known] + [call_id for call_id, key in kept if key is None]


def _no_key(call: Call) -> None:
    return None


def _money_key(name: str) -> Key:
    def key(call: Call) -> tuple[str, Decimal] | None:
        # Amounts of two currencies have no order: each currency by itself.
        money: Money | None = getattr(call, name)
        return (money.currency, money.amount) if money else None

    return key


_STATUS_ORDER = ("forecasted", "open", "custom", "closed")


def _keys(now: datetime) -> Mapping[str, Key]:
    """Return sort order -> what of a call it goes by; None where the call does not say."""

    def closes(call: Call) -> datetime | None:
        closing = close_deadline(call, now)
        return closing.at if closing else None

    return {
        "createdAt": lambda call: call.first_seen_at,
        "title": lambda call: call.title.casefold(),
        "status.value": lambda call: _STATUS_ORDER.index(STATUSES[call.status_at(now)]),
        "keyDates.closeDate": closes,
        "funding.totalAmountAvailable": _money_key("budget_total"),
        "funding.minAwardAmount": _money_key("grant_min"),
        "funding.maxAwardAmount": _money_key("grant_max"),
        "funding.estimatedAwardCount": lambda call: call.expected_grants,
    }
