"""The shelf answers saved searches as the search page does."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.shelf import Shelf, places_of
from index.embedded import EmbeddedEngine
from index.engine import SearchEngine
from index.matching import matching_ids
from index.query import SearchQuery
from normalize.call import Call
from tests.calls import call, deadline, euros, tag
from tests.chance import examples
from tests.conftest import NOW

WORDS = ("hydrogen", "wasserstoff", "quantum sensing", "batery", "photonics fibre", '"fuel cell"', "-quantum")
DAY = timedelta(days=1)


def _calls() -> list[Call]:
    """Calls in which every filter has something to tell apart."""
    made = []
    for number in range(90):
        at = NOW + DAY * (number - 20)
        facts: dict[str, Any] = {
            "title": (
                "Hydrogen valleys",
                "Quantum sensing",
                "Batteries",
                "Fuel cell trucks",
                "Photonic fibres",
            )[number % 5],
            "deadlines": () if number % 7 == 0 else (deadline(at, precision=("day", "minute")[number % 2]),),
            "opens_at": at - DAY * 15 if number % 3 else None,
            "withdrawn": number % 11 == 0,
            "source_status": (None, "open", "forthcoming", "closed")[number % 4],
            "level": ("eu", "national", "regional")[number % 3],
            "countries": ((), ("BE",), ("FR", "DE"))[number % 3],
            "regions": ((), ("FR", "FR1", "FR10"), ("DE", "DE2"))[number % 3],
            "applicants": ((), ("sme",), ("university", "sme"))[number % 3],
            "programme": (None, "Horizon Europe")[number % 2],
            "language": (None, "en", "fr")[number % 3],
            "instrument": ((), ("grant",), ("loan", "grant"))[number % 3],
            "budget_total": (None, euros("1000000"), euros("250000.50"))[number % 3],
            "tags": ((), (tag("clean.hydrogen"),), (tag("digital.quantum"),))[number % 3],
            "first_seen_at": NOW - DAY * number,
        }
        made.append(call(number, **facts))
    return made


CALLS = _calls()


def _some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from([*values, "not_stated"]), max_size=2, unique=True).map(tuple)


DAYS = st.none() | st.integers(-30, 80).map(lambda days: date(2026, 11, 24) + timedelta(days=days))
AMOUNTS = st.none() | st.sampled_from(
    [Decimal("0"), Decimal("250000.5"), Decimal("999999.999"), Decimal("1e6")]
)
STATUSES = st.lists(
    st.sampled_from(["open", "forthcoming", "closed", "withdrawn", "unknown"]), max_size=2, unique=True
)
QUERIES = st.builds(
    SearchQuery,
    text=st.sampled_from(["", *WORDS]),
    sector=_some("digital", "clean"),
    area=_some("clean.hydrogen", "digital.quantum", "no.such_area"),
    level=st.lists(st.sampled_from(["eu", "national"]), max_size=2, unique=True).map(tuple),
    country=_some("BE", "FR", "XX"),
    region=_some("FR1", "DE", "ZZ9"),
    programme=_some("Horizon Europe", "Gone"),
    status=STATUSES.map(tuple),
    applicant=_some("sme", "university"),
    language=_some("en", "fr"),
    instrument=_some("grant", "loan"),
    seal=st.lists(st.sampled_from(["awards", "none"]), max_size=2, unique=True).map(tuple),
    deadline_from=DAYS,
    deadline_to=DAYS,
    opens_from=DAYS,
    opens_to=DAYS,
    budget_min=AMOUNTS,
    budget_max=AMOUNTS,
    new_since=DAYS,
)


@pytest.mark.hypothesis
def test_the_shelf_finds_what_the_search_finds(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    with engine.writer() as writer:
        writer.upsert(CALLS, now=NOW)
        writer.commit(cursor=1)
    shelf = Shelf(CALLS, NOW, lambda text: matching_ids(engine, SearchQuery(text=text), now=NOW))
    found: list[int] = []

    @settings(max_examples=examples(400), suppress_health_check=[HealthCheck.too_slow])
    @given(QUERIES)
    def same(query: SearchQuery) -> None:
        ours = {CALLS[at].id for at in places_of(shelf.matching(query))}
        assert ours == matching_ids(engine, query, now=NOW)
        found.append(len(ours))

    same()
    assert any(found), "questions that find nothing show nothing"


def test_pages_of_any_engine_give_the_same_set(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    calls = [call(number, title="Hydrogen") for number in range(250)]
    with engine.writer() as writer:
        writer.upsert(calls, now=NOW)
        writer.commit(cursor=1)

    class Other:
        """An engine that is no `EmbeddedEngine`."""

        search = staticmethod(engine.search)

    query, other = SearchQuery(text="hydrogen"), cast("SearchEngine", Other())
    found = matching_ids(other, query, now=NOW)
    assert found == matching_ids(engine, query, now=NOW) == {one.id for one in calls}


def test_places_and_keys_survive_packing() -> None:
    shelf = Shelf(CALLS, datetime(2026, 11, 24, tzinfo=UTC), lambda _text: set())
    bits = shelf.bits([0, 7, 8, 63, 64, 89])
    assert list(places_of(bits)) == [0, 7, 8, 63, 64, 89]
    assert shelf.bits_of_known(shelf.packed(bits)) == bits
    assert shelf.bits_of_known(b"") == 0
