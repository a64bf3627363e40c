"""Paging to the end by cursor: every call once, whatever is written between two pages."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from index.engine import SearchEngine
from index.paging import CursorError
from index.query import SearchQuery
from index.tantivy_folder import KEPT_MAX
from tests.calls import DAY, call, deadline, tag
from tests.chance import examples
from tests.conftest import NOW
from tests.index.conftest import Fill, Place
from tests.index.test_contract_filters import FUNCTION, RANDOM_CALLS, ids, numbered, renew

ORDERS: tuple[dict[str, Any], ...] = (
    {"sort": "newest"},
    {"sort": "deadline"},
    {},
    {"text": "call"},
    {"text": "hydrogen"},
)


def walk(engine: SearchEngine, now: datetime, limit: int, **query: Any) -> list[str]:  # noqa: ANN401
    """Turn every page by its cursor, as a program would."""
    found: list[str] = []
    asked = SearchQuery(limit=limit, **query)
    for _ in range(1_000):
        result = engine.search(asked, now=now)
        found += [hit.call_id.partition(":")[2] for hit in result.hits]
        if result.next_cursor is None:
            return found
        asked = asked.model_copy(update={"cursor": result.next_cursor})
    raise AssertionError("the cursor never ends")


@settings(max_examples=examples(25), suppress_health_check=FUNCTION)
@given(RANDOM_CALLS, st.integers(-40, 40), st.sampled_from(ORDERS[:4]), st.integers(1, 5))
def test_a_cursor_shows_what_an_offset_shows(
    engine: SearchEngine, drawn: list[dict[str, Any]], days: int, query: dict[str, Any], limit: int
) -> None:
    renew(engine, numbered(drawn))
    now = NOW + days * DAY

    assert walk(engine, now, limit, **query) == ids(engine, now, limit=100, **query)


@pytest.mark.parametrize("query", ORDERS)
def test_what_is_written_between_two_pages_moves_no_other_call(
    fill: Fill, place: Place, query: dict[str, Any]
) -> None:
    if place.kind == "meilisearch" and query.get("text"):
        pytest.skip("a server holds no commit for those who turn its pages: by relevance it counts hits")

    def some(number: int) -> Any:  # noqa: ANN401 - a call
        ends = NOW + (number * 7 % 50 + 1) * DAY
        return call(
            number,
            title=f"Call for hydrogen {number}",
            deadlines=(deadline(ends),),
            first_seen_at=NOW - number % 9 * DAY,
            tags=(tag("clean.hydrogen"),),
        )

    engine = fill([some(number) for number in range(0, 200, 2)])
    asked = SearchQuery(limit=9, **query)
    first = engine.search(asked, now=NOW)
    found = [hit.call_id for hit in first.hits]
    cursor, writes = first.next_cursor, 1
    while cursor:
        # New calls, calls written again as they are, and the clock goes on.
        fill([some(writes * 2 + 1), some(writes * 4)], cursor=writes + 1)
        moment = NOW + writes * timedelta(hours=5)
        page = engine.search(asked.model_copy(update={"cursor": cursor}), now=moment)
        found += [hit.call_id for hit in page.hits]
        cursor, writes = page.next_cursor, writes + 1

    assert len(found) == len(set(found))
    assert {f"xx_test:{number}" for number in range(0, 200, 2)} <= set(found)


def test_a_cursor_goes_beyond_ten_thousand(fill: Fill) -> None:
    engine = fill([call(number, deadlines=()) for number in range(10_300)])

    for query in ({"sort": "deadline"}, {"text": "call "}):
        found = walk(engine, NOW, 100, **query)
        assert (len(found), len(set(found))) == (10_300, 10_300)


def test_a_cursor_ends_though_hundreds_come_before_it_and_its_commit_is_gone(fill: Fill) -> None:
    engine = fill([call(number, title=f"A call for hydrogen {number}", deadlines=()) for number in range(30)])
    first = engine.search(SearchQuery(text="hydrog", limit=10), now=NOW)
    for commit in range(KEPT_MAX + 1):
        better = (
            call(f"{commit}-{number}", title="Hydrogen hydrogen hydrogen", deadlines=(deadline(NOW + DAY),))
            for number in range(40)
        )
        fill(list(better), cursor=commit + 2)

    found = walk(engine, NOW, 10, text="hydrog", cursor=first.next_cursor)

    assert len(found) == len(set(found))
    assert {str(number) for number in range(30)} <= {*found, *(hit.call_id[8:] for hit in first.hits)}


def test_the_last_page_has_no_cursor(fill: Fill) -> None:
    engine = fill([call(1), call(2)])

    assert engine.search(SearchQuery(limit=2), now=NOW).next_cursor is None
    assert engine.search(SearchQuery(limit=1), now=NOW).next_cursor is not None
    assert engine.search(SearchQuery(limit=0), now=NOW).next_cursor is None


def test_a_cursor_of_another_question_is_refused(fill: Fill) -> None:
    engine = fill([call(1), call(2)])
    cursor = engine.search(SearchQuery(limit=1), now=NOW).next_cursor

    with pytest.raises(CursorError, match="another question"):
        engine.search(SearchQuery(limit=1, sort="newest", cursor=cursor), now=NOW)


@pytest.mark.parametrize("token", ["", "x", "bm9uc2Vuc2U", "é", "WyJhIiwxLDIsMyw0LDUsNl0", "W10"])
def test_what_is_no_cursor_is_refused(token: str) -> None:
    with pytest.raises(ValidationError, match="no cursor of this portal"):
        SearchQuery(cursor=token)
