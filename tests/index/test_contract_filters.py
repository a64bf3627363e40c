"""Filters, facets, ranges and order: right to the count, and true at the moment of asking."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.engine import SearchEngine
from index.query import EVERYWHERE, FACETS, NOT_STATED, SearchQuery
from normalize.call import Call, Deadline, Money
from tests.calls import DAY, call, deadline, euros, tag
from tests.chance import examples
from tests.conftest import NOW
from tests.index.conftest import Fill

BRUSSELS = ZoneInfo("Europe/Brussels")
CALLS = (
    call(
        1,
        tags=(tag("clean.hydrogen"),),
        regions=("FR", "FR1", "FR10"),
        countries=("FR",),
        budget_total=euros("100"),
    ),
    call(2, tags=(tag("clean.solar"), tag("digital.ai_data")), level="eu", countries=()),
    call(3, applicants=("sme", "university"), language="de", countries=("DE",), budget_total=euros("5000")),
    call(4, programme="LIFE", budget_total=Money(amount=Decimal(300), currency="SEK"), countries=("SE",)),
)


def ids(engine: SearchEngine, now: datetime = NOW, **query: Any) -> list[str]:  # noqa: ANN401 - any field
    return [hit.call_id.partition(":")[2] for hit in engine.search(SearchQuery(**query), now=now).hits]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sector": ("clean",)}, "12"),
        ({"sector": ("digital", "not_stated")}, "234"),
        ({"area": ("clean.solar",)}, "2"),
        ({"sector": ("clean",), "area": ("digital.ai_data",)}, "2"),
        ({"region": ("FR1",)}, "1"),  # the parent finds the child
        ({"region": ("FR",)}, "1"),
        ({"region": ("FRB",)}, ""),
        ({"country": (NOT_STATED,)}, "2"),
        ({"level": ("eu",)}, "2"),
        ({"applicant": ("university",)}, "3"),
        ({"programme": ("LIFE",)}, "4"),
        ({"language": ("de",)}, "3"),
        ({"budget_min": Decimal(50), "budget_max": Decimal(200)}, "1"),  # crowns are no euros
        ({"budget_min": Decimal(200)}, "3"),
    ],
)
def test_filters(fill: Fill, query: dict[str, Any], expected: str) -> None:
    assert "".join(sorted(ids(fill(CALLS), **query))) == expected


def test_a_facet_ignores_its_own_choice_and_no_other(fill: Fill) -> None:
    result = fill(CALLS).search(SearchQuery(sector=("clean",), level=("national",)), now=NOW, facets=FACETS)

    sectors = {value.value: (value.count, value.selected) for value in result.facets["sector"]}
    levels = {value.value: value.count for value in result.facets["level"]}
    assert sectors == {"clean": (1, True), NOT_STATED: (2, False)}
    assert levels == {"national": 1, "eu": 1}


def test_open_everywhere_is_stated_and_joins_a_country(fill: Fill) -> None:
    engine = fill((*CALLS, call(5, countries=(), everywhere=True)))

    assert ids(engine, country=(EVERYWHERE,)) == ["5"]
    assert sorted(ids(engine, country=("FR", EVERYWHERE))) == ["1", "5"]
    assert ids(engine, country=(NOT_STATED,)) == ["2"]


def test_a_chosen_value_without_hits_is_still_shown_and_not_stated_comes_last(fill: Fill) -> None:
    result = fill(CALLS).search(SearchQuery(applicant=("cluster",)), now=NOW, facets=("applicant",))

    assert [value.value for value in result.facets["applicant"]] == [
        "sme",
        "university",
        "cluster",
        NOT_STATED,
    ]
    assert result.total == 0


MOMENTS = st.integers(-40, 40).map(lambda days: NOW + days * DAY + timedelta(hours=days % 7))
DEADLINES = st.builds(
    lambda at, precision: deadline(at, precision=precision), MOMENTS, st.sampled_from(["day", "minute"])
)
RANDOM_CALLS = st.lists(
    st.builds(
        lambda opens, ends, goes_on, word, gone: {
            "opens_at": opens,
            "deadlines": (
                *ends,
                *((Deadline(at=None, precision="day", zone="UTC", kind="continuous"),) * goes_on),
            ),
            "source_status": word,
            "withdrawn": gone,
        },
        st.none() | MOMENTS,
        st.lists(DEADLINES, max_size=3).map(tuple),
        st.booleans(),
        st.sampled_from([None, "open", "closed", "forthcoming", "31094502"]),
        st.sampled_from([False, False, False, True]),
    ),
    min_size=1,
    max_size=12,
)
FUNCTION = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def numbered(drawn: list[dict[str, Any]]) -> dict[str, Call]:
    return {f"xx_test:{number}": call(number, **facts) for number, facts in enumerate(drawn)}


def renew(engine: SearchEngine, calls: dict[str, Call]) -> None:
    engine.rebuild(calls.values(), cursor=1, now=NOW)


@settings(max_examples=examples(40), suppress_health_check=FUNCTION)
@given(RANDOM_CALLS, st.integers(0, 40))
def test_status_is_true_at_the_moment_of_asking(
    engine: SearchEngine, drawn: list[dict[str, Any]], days: int
) -> None:
    calls, asked_at = numbered(drawn), NOW + days * DAY
    renew(engine, calls)

    result = engine.search(SearchQuery(), now=asked_at, facets=("status",))

    counted = {value.value: value.count for value in result.facets["status"]}
    assert counted == Counter(found.status_at(asked_at) for found in calls.values())
    for status in ("forthcoming", "open", "closed", "withdrawn", "unknown"):
        hits = engine.search(SearchQuery(status=(status,), limit=100), now=asked_at).hits
        assert {hit.call_id for hit in hits} == {
            i for i, c in calls.items() if c.status_at(asked_at) == status
        }


@settings(max_examples=examples(40), suppress_health_check=FUNCTION)
@given(RANDOM_CALLS, st.integers(0, 40))
def test_calls_come_by_their_next_deadline_as_of_now(
    engine: SearchEngine, drawn: list[dict[str, Any]], days: int
) -> None:
    calls, asked_at = numbered(drawn), NOW + days * DAY
    renew(engine, calls)

    hits = [
        engine.search(SearchQuery(sort="deadline", limit=1, offset=offset), now=asked_at).hits
        for offset in range(len(calls))
    ]

    order = [calls[page[0].call_id] for page in hits]
    following = [found.next_deadline_at(asked_at) for found in order if not found.withdrawn]
    dated = [int(end.at.timestamp()) for end in following if end and end.at]
    assert {found.id for found in order} == set(calls)
    assert dated == sorted(dated)
    places = [0 if end and end.at else 1 if end else 2 for end in following]
    assert [place for place in places if place == 0] == places[: places.count(0)]


@settings(max_examples=examples(40), suppress_health_check=FUNCTION)
@given(RANDOM_CALLS, st.integers(0, 40), st.integers(-5, 30), st.integers(0, 30))
def test_the_bounds_of_the_next_deadline_are_exact(
    engine: SearchEngine, drawn: list[dict[str, Any]], days: int, start: int, length: int
) -> None:
    calls, asked_at = numbered(drawn), NOW + days * DAY
    renew(engine, calls)
    low = (asked_at + start * DAY).astimezone(BRUSSELS).date()
    high = low + timedelta(days=length)

    hits = engine.search(SearchQuery(deadline_from=low, deadline_to=high, limit=100), now=asked_at).hits

    def inside(found: Call) -> bool:
        end = found.next_deadline_at(asked_at)
        return bool(
            end and end.at and low <= end.at.astimezone(BRUSSELS).date() <= high and not found.withdrawn
        )

    assert {hit.call_id for hit in hits} == {call_id for call_id, found in calls.items() if inside(found)}


def test_newest_first(fill: Fill) -> None:
    engine = fill([call(number, first_seen_at=NOW + number * DAY) for number in range(5)])

    assert ids(engine, sort="newest") == ["4", "3", "2", "1", "0"]
    assert ids(engine, new_since=date(2026, 11, 27), sort="newest") == ["4", "3"]


def test_paging_reaches_every_call_once(fill: Fill) -> None:
    engine = fill([call(number) for number in range(230)])

    pages = [ids(engine, sort="deadline", offset=offset, limit=50) for offset in range(0, 250, 50)]

    assert [len(page) for page in pages] == [50, 50, 50, 50, 30]
    assert len({call_id for page in pages for call_id in page}) == 230
