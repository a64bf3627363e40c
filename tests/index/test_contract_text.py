"""Words: what every engine finds, and how it says so."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.engine import SearchEngine
from index.query import SearchQuery
from index.suggesting import Suggestions, suggest
from tests.calls import call, tag
from tests.chance import examples
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
        ("ne", ["1"]),  # two letters of a word of the text
        ("nea", ["1"]),
        ("xy", []),
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


STORE = call(6, title="Zuschüsse für Wasserstoffspeicher", language="de")
HYPHEN = call(7, title="Batterie-Speicher in Quartieren", language="de")
DUTCH = call(8, title="Speicher", language="en", summary="Wasserstoffspeicher")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Speicher ", ["6", "7", "8"]),
        ("wasserstoff", ["6", "8"]),
        ('"Speicher"', ["7", "8"]),  # the word itself
        ("Batteriespeicher ", ["7"]),
        ("Batterie-Speicher", ["7"]),
        ("Zuschüsse Speicher ", ["6"]),
    ],
)
def test_compounds_are_found_by_their_parts(fill: Fill, text: str, expected: list[str]) -> None:
    engine = fill([STORE, HYPHEN, DUTCH])

    assert sorted(found(engine, text)) == expected
    if text == "Speicher ":
        (hit,) = (
            hit for hit in engine.search(SearchQuery(text=text), now=NOW).hits if hit.call_id.endswith("6")
        )
        assert [(why.asked, why.found, why.field, why.by) for why in hit.reasons] == [
            ("speicher", "Wasserstoffspeicher", "title", "compound")
        ]


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

    assert {hit.call_id for hit in result.hits} == {"xx_test:1", "xx_test:2", "xx_test:9"}
    assert result.expanded == {"wasserstoff": ("clean.hydrogen",)}
    (why,) = next(hit.reasons for hit in result.hits if hit.call_id == "xx_test:9")
    assert (why.asked, why.found, why.field, why.by) == (
        "wasserstoff",
        "clean.hydrogen",
        "area",
        "translation",
    )


@pytest.mark.parametrize("text", ["Wasserstoff", "hydrogène", "hidrógeno ", "idrogeno Busse", "idrogeno bus"])
def test_a_word_also_finds_what_it_is_called_elsewhere(fill: Fill, text: str) -> None:
    calls = [*ALL, call(6, title="Busse mit Wasserstoff", language="de")]

    result = fill(calls).search(SearchQuery(text=text), now=NOW)

    assert {hit.call_id for hit in result.hits} >= {"xx_test:6" if "Busse" in text else "xx_test:2"}
    assert any(why.by == "translation" for hit in result.hits for why in hit.reasons)
    (asked,) = result.equivalents
    assert asked in ("wasserstoff", "hydrogene", "hidrogeno", "idrogeno")
    assert {("hydrogen", "en"), ("idrogeno", "it")} - {(asked, "it")} <= {
        (other.words, other.language) for other in result.equivalents[asked]
    }


@pytest.mark.parametrize("query", [{"text": "Wasserstoff", "expand": False}, {"text": '"Wasserstoff"'}])
def test_other_languages_can_be_switched_off(fill: Fill, query: dict[str, Any]) -> None:
    result = fill(ALL).search(SearchQuery(**query), now=NOW)

    assert (result.total, result.expanded, result.equivalents) == (0, {}, {})


def test_acronyms_are_found_in_both_forms(fill: Fill) -> None:
    engine = fill(
        [
            call(1, title="Artificial intelligence for ports", language="en"),
            call(2, title="AI for ports", language="en"),
            call(3, title="KI für Häfen", language="de"),
            call(4, title="Ai sensi della legge", language="it"),
        ]
    )

    assert set(found(engine, "artificial intelligence")) == {"1", "2", "3"}
    assert set(found(engine, "AI ")) == {"1", "2", "3", "4"}  # whoever types it gets the word everywhere
    assert set(found(engine, "KI ")) == {"1", "2", "3"}


def test_every_hit_says_why(fill: Fill) -> None:
    engine = fill(ALL)
    ways = {
        text: {
            (why.asked, why.found.lower(), why.field, why.by)
            for hit in engine.search(SearchQuery(text=text), now=NOW).hits
            for why in hit.reasons
        }
        for text in ("hydrogen ports", "hydrog", "hydrogne", "battery ", "CL4-2027-02", "")
    }

    assert ways["hydrogen ports"] == {
        ("hydrogen", "hydrogen", "title", "exact"),
        ("ports", "ports", "body", "exact"),
    }
    assert {why[3] for why in ways["hydrog"]} == {"prefix"}
    assert {why[3] for why in ways["hydrogne"]} == {"typo"}
    assert ways["battery "] == {("battery", "batteries", "title", "spelling")}
    assert ways["CL4-2027-02"] == {("cl4 2027 02", "cl4-2027-02", "identifier", "exact")}
    assert ways[""] == set()


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("green hydrogne ", "green hydrogen"),
        ("Zeppelin", None),
        ("hydrogen", None),
        ("-hydrogne bus", None),
        ('"hydrogne"', None),
    ],
)
def test_did_you_mean(fill: Fill, text: str, suggestion: str | None) -> None:
    assert fill(ALL).search(SearchQuery(text=text), now=NOW).suggestion == suggestion


def test_suggesting_goes_on_with_words_of_the_calls(fill: Fill) -> None:
    engine = fill(ALL)

    typed = suggest(engine, "Förderung wärme", now=NOW)
    misspelt = suggest(engine, "hydrogne ", now=NOW)

    assert typed.completions == ("Förderung wärmepumpen",)
    assert [(one.call_id, one.title) for one in typed.calls] == [("xx_test:3", WAERME.title)]
    assert misspelt.completions == ("hydrogen",)
    assert len(misspelt.calls) == 2
    assert suggest(engine, "  ", now=NOW) == Suggestions(text="  ", completions=(), calls=())


def test_a_typing_error_may_stand_anywhere(fill: Fill) -> None:
    engine, word = fill([HYDROGEN, CHIPS]), "electrolysers"
    for at in range(1, len(word) - 1):  # of a first letter Meilisearch counts two
        before, letter, behind = word[:at], word[at], word[at + 1 :]
        for typed in (before + behind, f"{before}q{behind}", f"{before}q{letter}{behind}"):
            assert found(engine, f"{typed} ") == ["1"], typed


@settings(max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80) | st.text(alphabet='"-()*:^~\\/[]{}AND OR+ hydrogen', max_size=60))
def test_no_text_raises(engine: SearchEngine, text: str) -> None:
    result = engine.search(SearchQuery(text=text), now=NOW, facets=("sector",))

    assert result.total == 0
