"""Order: total, stable, and as of now, whatever moment the index was written at."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.engine import SearchEngine
from index.query import SearchQuery
from normalize.call import Deadline
from tests.calls import DAY, call, deadline, tag
from tests.chance import examples
from tests.conftest import NOW
from tests.index.conftest import Fill
from tests.index.test_contract_filters import FUNCTION, RANDOM_CALLS, ids, numbered, renew

RANKS = {"open": 0, "forthcoming": 1, "unknown": 2, "closed": 3, "withdrawn": 3}
CONTINUOUS = Deadline(at=None, precision="day", zone="UTC", kind="continuous")


def every_id(engine: SearchEngine, now: datetime, limit: int = 5, **query: Any) -> list[str]:  # noqa: ANN401
    """Turn every page, as a reader would."""
    found: list[str] = []
    while page := ids(engine, now, offset=len(found), limit=limit, **query):
        found += page
    return found


def test_deadlines_come_first_then_open_ends_then_unknown_then_what_is_over(fill: Fill) -> None:
    engine = fill(
        [
            call("over", deadlines=(deadline(NOW - DAY),)),
            call("closed word", deadlines=(), source_status="closed"),
            call("unknown", deadlines=()),
            call("open end", deadlines=(CONTINUOUS,)),
            call("far", deadlines=(deadline(datetime(9999, 1, 1, tzinfo=UTC)),)),
            call("near", deadlines=(deadline(NOW + DAY),)),
            call("gone", deadlines=(deadline(NOW + DAY),), withdrawn=True),
        ]
    )

    order = ids(engine, sort="deadline")

    assert order[:4] == ["near", "far", "open end", "unknown"]
    assert set(order[4:]) == {"over", "closed word", "gone"}


@settings(max_examples=examples(40), suppress_health_check=FUNCTION)
@given(RANDOM_CALLS, st.integers(-40, 40))
def test_without_text_what_is_open_comes_first(
    engine: SearchEngine, drawn: list[dict[str, Any]], days: int
) -> None:
    calls, asked_at = numbered(drawn), NOW + days * DAY
    renew(engine, calls)

    order = [calls[f"xx_test:{number}"] for number in every_id(engine, asked_at)]

    assert {found.id for found in order} == set(calls)
    assert len(order) == len(calls)
    ranks = [RANKS[found.status_at(asked_at)] for found in order]
    assert ranks == sorted(ranks)
    for rank in range(3):
        ends = [c.next_deadline_at(asked_at) for c in order if RANKS[c.status_at(asked_at)] == rank]
        dated = [end.at for end in ends if end and end.at]
        assert dated == sorted(dated)


@settings(max_examples=examples(40), suppress_health_check=FUNCTION)
@given(RANDOM_CALLS, st.integers(-40, 40), st.integers(0, 999_999))
def test_status_and_order_are_true_also_when_the_clock_was_set_back(
    engine: SearchEngine, drawn: list[dict[str, Any]], days: int, microseconds: int
) -> None:
    calls = numbered(drawn)
    asked_at = NOW + days * DAY + timedelta(microseconds=microseconds)
    renew(engine, calls)

    order = [calls[f"xx_test:{number}"] for number in every_id(engine, asked_at, sort="deadline")]

    ends = [found.next_deadline_at(asked_at) for found in order if not found.withdrawn]
    dated = [end.at for end in ends if end and end.at]
    assert dated == sorted(dated)
    for status in RANKS:
        hits = engine.search(SearchQuery(status=(status,), limit=100), now=asked_at).hits
        assert {hit.call_id for hit in hits} == {
            call_id for call_id, found in calls.items() if found.status_at(asked_at) == status
        }


def test_a_day_ends_where_the_source_is(fill: Fill) -> None:
    printed = deadline(datetime(2026, 11, 30, 16, tzinfo=UTC), precision="day", zone="Europe/Helsinki")
    engine = fill([call(1, deadlines=(printed,))])

    last_minute = datetime(2026, 11, 30, 21, 59, tzinfo=UTC)

    assert ids(engine, last_minute, status=("open",)) == ["1"]
    assert ids(engine, last_minute + timedelta(minutes=1), status=("closed",)) == ["1"]


@pytest.mark.parametrize("text", ["widget", "widge", "wigdet"])  # the word, its beginning, a typing error
def test_equal_hits_come_by_deadline_page_by_page(fill: Fill, text: str) -> None:
    engine = fill(
        [
            call(number, title="A widget", deadlines=(deadline(NOW + (number * 37 % 101) * DAY),))
            for number in range(1, 101)
        ]
    )

    order = every_id(engine, NOW, limit=7, text=text)

    assert order == sorted(map(str, range(1, 101)), key=lambda number: int(number) * 37 % 101)


def test_equal_hits_keep_their_order_after_a_passed_cut_off(fill: Fill) -> None:
    later = call("later", title="A widget", deadlines=(deadline(NOW + DAY), deadline(NOW + 9 * DAY)))
    engine = fill([later, call("sooner", title="A widget", deadlines=(deadline(NOW + 5 * DAY),))])

    assert ids(engine, NOW, text="widget") == ["later", "sooner"]
    assert engine.stale_ids(NOW + 2 * DAY) == {"xx_test:later"}
    fill([later], now=NOW + 2 * DAY)  # as the next synchronising does
    assert ids(engine, NOW + 2 * DAY, text="widget") == ["sooner", "later"]


def test_the_word_itself_ranks_above_words_that_begin_with_it(fill: Fill) -> None:
    engine = fill(
        [
            call("longer", title="Photonics, photonics and photonics"),
            call("exact", description="<p>A photon at last.</p>"),
        ]
    )

    assert ids(engine, text="photon") == ["exact", "longer"]


def test_the_words_themselves_rank_above_what_the_taxonomy_means(fill: Fill) -> None:
    engine = fill(
        [
            call("tagged", title="Autre chose", tags=(tag("clean.hydrogen"),)),
            call("named", title="Etwas", description="<p>Auch Wasserstoff.</p>"),
        ]
    )

    assert ids(engine, text="Wasserstoff ") == ["named", "tagged"]


def test_an_identifier_typed_whole_ranks_first(fill: Fill) -> None:
    named = [
        call(n, call_identifier=f"HORIZON-CL4-2027-{n:02}", title="HORIZON CL4 2027 01") for n in (2, 3, 4)
    ]
    engine = fill([*named, call(1, call_identifier="HORIZON-CL4-2027-01", deadlines=(deadline(NOW - DAY),))])

    assert ids(engine, text="horizon cl4 2027 01")[0] == "1"
    assert ids(engine, text="HORIZON-CL4-2027-01")[0] == "1"


def test_newest_first_with_ties_broken_alike(fill: Fill) -> None:
    engine = fill([call(number, first_seen_at=NOW) for number in range(60)])

    assert every_id(engine, NOW, limit=7, sort="newest") == every_id(engine, NOW, limit=60, sort="newest")


def test_what_can_be_applied_for_comes_before_what_is_over(fill: Fill) -> None:
    over = call(1, title="Hydrogen hydrogen hydrogen", deadlines=(deadline(NOW - DAY),))
    open_call = call(2, title="Ports", description="<p>A word on hydrogen among many others.</p>")

    result = fill([over, open_call]).search(SearchQuery(text="hydrogen"), now=NOW)

    assert [hit.call_id for hit in result.hits] == ["xx_test:2", "xx_test:1"]
