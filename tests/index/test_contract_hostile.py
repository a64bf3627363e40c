"""What no engine may be brought down by."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from index.query import FACETS, NOT_STATED, SearchQuery
from tests.calls import call, deadline, euros, tag
from tests.conftest import NOW
from tests.index.conftest import Fill
from tests.index.test_contract_filters import ids


@pytest.mark.parametrize("sort", ["relevance", "deadline", "newest"])
@pytest.mark.parametrize("offset", [10**9, 10**30])
@pytest.mark.parametrize("text", ["", "call"])
def test_a_page_beyond_every_page_is_empty(fill: Fill, sort: Any, offset: int, text: str) -> None:  # noqa: ANN401
    engine = fill([call(1)])

    result = engine.search(SearchQuery(sort=sort, offset=offset, text=text), now=NOW)

    assert (result.total, result.hits) == (1, ())


def test_a_page_of_no_hits_has_a_total(fill: Fill) -> None:
    result = fill([call(1), call(2)]).search(SearchQuery(limit=0), now=NOW)

    assert (result.total, result.hits) == (2, ())


@pytest.mark.parametrize(
    "query",
    [
        {"deadline_from": date.max, "deadline_to": date.max},
        {"deadline_from": date(2030, 1, 1), "deadline_to": date(2020, 1, 1)},
        {"deadline_to": date.min},
        {"budget_min": Decimal("1e400")},
        {"budget_min": Decimal(2), "budget_max": Decimal(1)},
        {"opens_from": date.max, "opens_to": date.max},
        {"new_since": date.max},
        {"region": ("' OR 1=1", "\x00", '"')},
        {"area": ("clean.*", "f_area:x")},
    ],
)
def test_no_filter_raises(fill: Fill, query: dict[str, Any]) -> None:
    engine = fill([call(1, opens_at=NOW, first_seen_at=NOW, budget_total=euros("5"))])

    assert ids(engine, **query) == []


def test_bounds_that_everything_keeps(fill: Fill) -> None:
    engine = fill([call(1, opens_at=NOW, first_seen_at=NOW, budget_total=euros("5"))])

    assert ids(engine, deadline_to=date.max, opens_from=date.min, budget_max=Decimal("1e400")) == ["1"]


def test_cents_are_exact(fill: Fill) -> None:
    engine = fill([call(1, budget_total=euros("10.10"))])

    assert ids(engine, budget_min=Decimal("10.10"), budget_max=Decimal("10.10")) == ["1"]
    assert ids(engine, budget_min=Decimal("10.101")) == []
    assert ids(engine, budget_max=Decimal("10.099")) == []


def test_extreme_calls_are_indexed(fill: Fill) -> None:
    engine = fill(
        [
            call(1, deadlines=(deadline(datetime(9999, 12, 31, 12, tzinfo=UTC), precision="day"),)),
            call(2, budget_total=euros("9" * 40)),
            call(3, title="ẞ" * 70_000, description="<p>x</p>" * 50_000),
            call(5, programme="P" * 70_000, call_identifier="I" * 70_000, keywords=("k\x00", "\t")),
            call(4, opens_at=datetime(1, 1, 1, tzinfo=UTC)),
        ]
    )

    assert sorted(ids(engine)) == ["1", "2", "3", "4", "5"]
    assert ids(engine, budget_min=Decimal(10**15)) == ["2"]


def test_more_values_than_an_engine_gives_by_itself(fill: Fill) -> None:
    calls = [call(number, programme=f"Programme {number:04}") for number in range(1_200)]

    result = fill(calls).search(SearchQuery(limit=0), now=NOW, facets=("programme",))

    assert len(result.facets["programme"]) == 1_200


def test_more_endings_than_an_engine_looks_for_by_itself(fill: Fill) -> None:
    engine = fill([call(number, title=f"Lot x{number:04}") for number in range(300)])

    assert engine.search(SearchQuery(text="lot-x0"), now=NOW).total == 300


@pytest.mark.parametrize(
    "text",
    [
        "a" * 500,
        "-".join("word" for _ in range(100)),
        "ελληνικα" * 60,
        " ".join(f"unknown{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"),
        "l'" * 250,
        '"' * 500,
        "-".join("a" * 99 for _ in range(5)),
    ],
)
def test_no_text_is_too_much(fill: Fill, text: str) -> None:
    engine = fill([call(1, title="a word " * 50, description="word " * 500)])

    assert engine.search(SearchQuery(text=text), now=NOW, facets=FACETS).total <= 1


def test_every_facet_counts_what_is_not_stated(fill: Fill) -> None:
    bare = call(1, countries=(), deadlines=())

    result = fill([bare]).search(SearchQuery(), now=NOW, facets=FACETS)

    silent = {name for name, values in result.facets.items() if values[-1].value == NOT_STATED}
    assert silent == {
        "sector",
        "area",
        "country",
        "region",
        "programme",
        "applicant",
        "language",
        "instrument",
    }
    assert [(v.value, v.count) for v in result.facets["status"]] == [("unknown", 1)]


def test_counts_are_new_after_a_commit_and_when_a_moment_passes(fill: Fill) -> None:
    query = SearchQuery(status=("open",))
    engine = fill([call(1, tags=(tag("clean.hydrogen"),))])
    before = engine.search(query, now=NOW, facets=("sector", "status"))

    fill([call(2, tags=(tag("clean.hydrogen"),))], cursor=2)
    after = engine.search(query, now=NOW, facets=("sector", "status"))
    over = engine.search(query, now=datetime(2027, 3, 2, tzinfo=UTC), facets=("sector", "status"))

    assert [(v.value, v.count) for v in before.facets["sector"]] == [("clean", 1)]
    assert [(v.value, v.count) for v in after.facets["sector"]] == [("clean", 2)]
    assert over.facets["sector"] == ()
    assert [(v.value, v.count, v.selected) for v in over.facets["status"]] == [
        ("closed", 2, False),
        ("open", 0, True),
    ]
