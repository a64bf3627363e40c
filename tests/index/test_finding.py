from datetime import datetime
from typing import Any

import pytest

from index.finding import found_ids
from index.query import Hit, SearchQuery, SearchResult
from tests.calls import call
from tests.conftest import NOW
from tests.index.conftest import Fill


def test_everything_is_found_in_the_order_of_the_search(fill: Fill) -> None:
    engine = fill(call(number, title=f"Hydrogen {number}") for number in range(1100))
    query = SearchQuery(text="hydrogen", limit=3, offset=7)

    found = found_ids(engine, query, now=NOW)

    page = engine.search(query.model_copy(update={"offset": 0, "limit": 100}), now=NOW)
    assert found[:100] == [hit.call_id for hit in page.hits]
    assert len(found) == len(set(found)) == 1100


def test_without_explanations_the_same_calls_are_found(fill: Fill) -> None:
    engine = fill(call(number, title=f"Hydrogen {number}") for number in range(5))
    query = SearchQuery(text="hydrogne")

    bare = engine.search(query, now=NOW, facets=("level",), explained=False)

    whole = engine.search(query, now=NOW, facets=("level",))
    assert [hit.call_id for hit in bare.hits] == [hit.call_id for hit in whole.hits]
    assert (bare.total, bare.facets) == (whole.total, whole.facets)


class Moving:
    """An engine that is written to while it is read, some times."""

    def __init__(self, times: int) -> None:
        self.times, self.asked, self.number = times, 0, 0

    def cursor(self) -> int:
        return self.number

    def search(self, query: SearchQuery, *, now: datetime, **options: Any) -> SearchResult:  # noqa: ANN401
        self.asked += 1
        if self.asked <= self.times:
            self.number += 1
        return SearchResult(total=1, hits=(Hit(call_id=f"x:{self.asked}", score=1),))


@pytest.mark.parametrize(("times", "asked"), [(0, 1), (1, 2), (2, 3), (9, 3)])
def test_what_was_written_to_meanwhile_is_read_again(times: int, asked: int) -> None:
    engine = Moving(times)

    assert found_ids(engine, SearchQuery(), now=NOW) == [f"x:{asked}"]  # type: ignore[arg-type]  # what is used
