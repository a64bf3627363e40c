"""Words: what every engine finds, and how it says so."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.engine import SearchEngine
from index.query import SearchQuery
from tests.calls import call, tag
from tests.conftest import NOW
from tests.index.conftest import Fill

HYDROGEN = call(1, title="Green hydrogen valleys", description="<p>Electrolysers near ports.</p>")
FUEL = call(2, title="Fuel cell buses", summary="Buses with hydrogen for towns.")
WAERME = call(3, title="Förderung von Wärmepumpen", language="de")
CHIPS = call(
    4,
    title="Batteries and chips",
    call_identifier="HORIZON-CL4-2027-02-MAT-07",
    aliases=("HORIZON-CL4-2027",),
)
CELL = call(5, title="A cell for fuel", description="<p>Nothing else.</p>")
ALL = (HYDROGEN, FUEL, WAERME, CHIPS, CELL)


def found(engine: SearchEngine, text: str) -> list[str]:
    return [hit.call_id.partition(":")[2] for hit in engine.search(SearchQuery(text=text), now=NOW).hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hydrogen", ["1", "2"]),  # title before summary
        ("hydrogen ports", ["1"]),
        ("HYDROGEN", ["1", "2"]),
        ("hydrogen -buses", ["1"]),
        ('"fuel cell"', ["2"]),
        ("fuel cell", ["2", "5"]),
        ("Wärmepumpen", ["3"]),
        ("waermepumpen", ["3"]),
        ("Warmepumpen", ["3"]),
        ("Wärmep", ["3"]),  # still typing
        ("battery", ["4"]),
        ("hydrogne", ["1", "2"]),  # two letters swapped
        ("electrolyzers", ["1"]),  # one letter wrong
        ("HORIZON-CL4-2027-02-MAT-07", ["4"]),
        ("horizon-cl4-2027", ["4"]),
        ("CL4-2027-02", ["4"]),
        ("zeppelin", []),
        ("fuel zeppelin", []),
    ],
)
def test_words_are_found(fill: Fill, text: str, expected: list[str]) -> None:
    engine = fill(ALL)

    assert sorted(found(engine, text)) == sorted(expected)


def test_the_title_counts_more_than_the_text(fill: Fill) -> None:
    assert found(fill(ALL), "hydrogen") == ["1", "2"]


def test_accents_typed_as_signs_of_their_own_are_accents(fill: Fill) -> None:
    engine = fill([call(1, title="Wa\u0308rmepumpen", description="<p>E\u0301nergie</p>")])

    assert found(engine, "wärmepumpen énergie") == ["1"]


def test_a_typing_error_is_told(fill: Fill) -> None:
    result = fill(ALL).search(SearchQuery(text="hydrogne"), now=NOW)

    assert result.corrections == {"hydrogne": ("hydrogen",)}


def test_a_word_the_index_knows_is_never_corrected(fill: Fill) -> None:
    assert fill(ALL).search(SearchQuery(text="hydrogen"), now=NOW).corrections == {}


def test_highlights_are_the_words_that_matched(fill: Fill) -> None:
    for text in ("hydrogen", "hydrog", "hydrogne", "waermepumpen"):
        for hit in fill(ALL).search(SearchQuery(text=text), now=NOW).hits:
            marked = [mark.text[s.start : s.end].lower() for mark in hit.highlights for s in mark.spans]
            assert marked
            assert set(marked) <= {"hydrogen", "wärmepumpen"}


def test_a_term_of_the_taxonomy_finds_calls_in_other_languages(fill: Fill) -> None:
    french = call(9, title="Produire autrement", language="fr", tags=(tag("clean.hydrogen"),))

    result = fill([*ALL, french]).search(SearchQuery(text="Wasserstoff"), now=NOW)

    assert [hit.call_id for hit in result.hits] == ["xx_test:9"]
    assert result.expanded == {"wasserstoff": ("clean.hydrogen",)}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=80) | st.text(alphabet='"-()*:^~\\/[]{}AND OR+ hydrogen', max_size=60))
def test_no_text_raises(engine: SearchEngine, text: str) -> None:
    result = engine.search(SearchQuery(text=text), now=NOW, facets=("sector",))

    assert result.total == 0
