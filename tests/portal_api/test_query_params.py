from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from index.query import SearchQuery
from portal_api.query_params import ParameterError, read_query, read_query_leniently, write_query

words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12)
days = st.dates(date(1970, 1, 1), date(2199, 12, 31))
amounts = st.decimals(min_value=0, max_value=10**15, places=2, allow_nan=False)


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, unique=True, max_size=3).map(tuple)


queries = st.builds(
    SearchQuery,
    text=st.lists(words, max_size=4).map(" ".join),
    sector=some(st.sampled_from(["digital", "clean", "bio", "defence", "not_stated"])),
    programme=some(words),
    status=some(st.sampled_from(["open", "closed"])),
    deadline_to=st.none() | days,
    budget_min=st.none() | amounts,
    sort=st.sampled_from(["relevance", "deadline", "newest"]),
    offset=st.integers(0, 100_000),
    limit=st.integers(0, 100),
)


@given(queries)
def test_an_address_holds_the_whole_search(query: SearchQuery) -> None:
    read = read_query(QueryParams(write_query(query)))

    assert read == query


@given(st.lists(st.tuples(words, words | st.just("")), max_size=8))
def test_a_page_reads_any_address(pairs: list[tuple[str, str]]) -> None:
    known = list(SearchQuery.model_fields)
    params = QueryParams([(known[len(name) % len(known)], value) for name, value in pairs])

    assert isinstance(read_query_leniently(params), SearchQuery)


def test_the_default_search_needs_no_parameter() -> None:
    assert write_query(SearchQuery()) == ""


@pytest.mark.parametrize(
    ("address", "field", "value"),
    [
        ("q=wind+power", "text", "wind power"),
        ("deadline_before=2027-01-31", "deadline_to", date(2027, 1, 31)),
        ("deadline_after=2027-01-31", "deadline_from", date(2027, 1, 31)),
        ("sector=clean&sector=bio&sector=clean", "sector", ("clean", "bio")),
        ("budget_min=1000000.50", "budget_min", Decimal("1000000.50")),
        ("q=", "text", ""),
    ],
)
def test_parameters_are_read_by_the_names_people_expect(address: str, field: str, value: object) -> None:
    assert getattr(read_query(QueryParams(address)), field) == value


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("sektor=clean", "sektor"),
        ("text=wind", "text"),
        ("status=", "status"),
        ("deadline_to=", "deadline_to"),
        ("sector=steam", "sector"),
        ("limit=101", "limit"),
        ("offset=-1", "offset"),
        ("offset=1e30", "offset"),
        ("offset=100001", "offset"),
        ("deadline_to=0001-01-01", "deadline_to"),
        ("deadline_to=9999-12-31", "deadline_to"),
        ("deadline_from=31.12.2026", "deadline_from"),
        ("deadline_from=2026", "deadline_from"),  # no second of 1970
        ("opens_to=1798243200", "opens_to"),
        ("budget_min=NaN", "budget_min"),
        ("budget_max=1e400", "budget_max"),
        ("sort=price", "sort"),
        ("sort=deadline&sort=newest", "sort"),
        ("q=" + "x" * 501, "q"),
        ("&".join(f"area=a{number}" for number in range(101)), "area"),
    ],
)
def test_what_is_not_understood_is_named(address: str, parameter: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_query(QueryParams(address))

    assert caught.value.parameter == parameter


def test_what_is_wrong_is_said_in_our_words() -> None:
    with pytest.raises(ParameterError, match=r"^deadline_from: a day as YYYY-MM-DD is needed$"):
        read_query(QueryParams("deadline_from=2026"))


def test_a_page_leaves_out_only_the_wrong_value() -> None:
    query = read_query_leniently(
        QueryParams("sector=clean&sector=steam&sort=price&offset=999999999&utm=x&q=wind")
    )

    assert query == SearchQuery(text="wind", sector=("clean",))


def test_a_page_cuts_too_long_a_text() -> None:
    assert len(read_query_leniently(QueryParams("q=" + "x" * 900)).text) == 500
