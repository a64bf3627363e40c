"""Marks: the right characters of the original text, whatever was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.expansion import expand
from index.folding import fold
from index.highlighting import SNIPPET, explain
from index.marking import Matcher
from index.query import Highlight
from index.texts import Texts
from index.words import parse_text


def marked(text: str, asked: str, fuzzy: str = "") -> list[str]:
    marks = Matcher(parse_text(asked), frozenset(fuzzy.split())).marks(fold(text))
    return [text[mark.start : mark.end] for mark in marks]


def body_of(asked: str, body: str) -> Highlight:
    parts = explain(Texts("A title", body=body), Matcher(parse_text(asked), frozenset())).highlights
    return next(part for part in parts if part.field == "body")


def test_accents_and_case_do_not_matter() -> None:
    assert marked("L’HYDROGÈNE et l'hydrogène", "hydrogene") == ["HYDROGÈNE", "hydrogène"]


def test_a_word_is_marked_whole_and_nothing_inside_another() -> None:
    assert marked("cell, subcell, cells, cellar", "cell ") == ["cell", "cells"]
    assert marked("cell, subcell, cells, cellar", "cell") == ["cell", "cells", "cellar"]


def test_a_phrase_is_marked_as_one_and_its_words_alone_are_not() -> None:
    assert marked("A fuel for a fuel-cell, no cell.", '"fuel cell"') == ["fuel-cell"]


def test_words_side_by_side_never_reach_from_one_field_into_the_next() -> None:
    texts = Texts("For fuel", summary="Cells and fuel", keywords="cell")

    assert reasons(texts, '"fuel cells"') == []
    assert reasons(texts, '"cells and"') == [("cells and", "Cells and", "summary", "exact")]


def test_a_compound_is_marked_by_its_parts_and_a_hyphen_hides_no_word() -> None:
    text = fold("Wasserstoffspeichern, Speicher-Kraft, Stromspeicherung; im Zwischenspeicher")
    matcher = Matcher(parse_text("Speicher "), frozenset())
    assert [text[mark.start : mark.end] for mark in matcher.marks(text, "de")] == [
        "wasserstoffspeichern",
        "speicher",
        "zwischenspeicher",
    ]
    assert marked("bio-based and biobased, bio based", "biobased ") == ["bio-based", "biobased"]
    assert marked("bio-based and biobased", '"biobased"') == ["biobased"]


def test_a_text_of_one_endless_word_is_looked_through_at_once() -> None:
    text = "speicher" * 50_000

    assert Matcher(parse_text("Speicher speichr "), frozenset({"speichr"})).marks(text, "de") == []


def test_what_is_excluded_is_not_marked() -> None:
    assert marked("hydrogen buses", "hydrogen -buses") == ["hydrogen"]


def test_a_typing_error_marks_the_word_it_was_taken_for() -> None:
    assert marked("hydrogen, hydrogene, hydraulic", "hydrogne ", "hydrogne") == ["hydrogen", "hydrogene"]


def test_the_title_is_whole_and_always_there() -> None:
    why = explain(Texts("A title", "sum", "none"), Matcher(parse_text("zeppelin"), frozenset()))

    assert [(part.field, part.text, part.spans) for part in why.highlights] == [("title", "A title", ())]
    assert (why.words, why.reasons) == (frozenset(), ())


def test_a_snippet_is_short_and_begins_at_a_word() -> None:
    body = "lorem ipsum\n" * 200 + "the hydrogen valley " + "dolor sit " * 200

    part = body_of("hydrogen", body)

    assert len(part.text) <= SNIPPET
    assert [part.text[span.start : span.end] for span in part.spans] == ["hydrogen"]
    assert part.text.split()[0] in {"lorem", "ipsum"}
    assert "\n" not in part.text


def test_a_snippet_is_cut_where_most_words_stand_together() -> None:
    body = "hydrogen " + "filler " * 200 + "hydrogen for ports " + "filler " * 200

    assert "ports" in body_of("hydrogen ports", body).text


def reasons(texts: Texts, asked: str, fuzzy: str = "") -> list[tuple[str, str, str, str]]:
    clauses = parse_text(asked)
    matcher = Matcher(clauses, frozenset(fuzzy.split()), expand(clauses))
    return [(why.asked, why.found, why.field, why.by) for why in explain(texts, matcher).reasons]


def test_each_word_says_where_and_by_which_way_it_was_found() -> None:
    texts = Texts(
        "Wärmepumpen", "A battery and batteries.", "hydrogens", "fuel\ncells", "HORIZON-CL4-2027-01"
    )

    assert reasons(texts, "waermepumpen ") == [("waermepumpen", "Wärmepumpen", "title", "spelling")]
    assert reasons(texts, '"battery"') == [("battery", "battery", "summary", "exact")]
    assert ("battery", "batteries", "summary", "spelling") in reasons(texts, "battery ")
    assert reasons(texts, "wärmep") == [("warmep", "Wärmepumpen", "title", "prefix")]
    assert reasons(texts, "hydrgens ", "hydrgens") == [("hydrgens", "hydrogens", "body", "typo")]
    assert reasons(texts, "fuel-cells ") == [("fuel cells", "fuel\ncells", "keywords", "exact")]
    assert reasons(texts, "CL4-2027") == [("cl4 2027", "CL4-2027", "identifier", "exact")]


def test_a_translation_names_its_language() -> None:
    clauses = parse_text("Wasserstoff ")
    matcher = Matcher(clauses, frozenset(), expand(clauses))

    (why,) = explain(Texts("Production d'hydrogène", language="fr"), matcher).reasons

    assert (why.found, why.field, why.by, why.language) == ("hydrogène", "title", "translation", "fr")


@pytest.mark.parametrize(
    ("language", "named"),
    [("hu", "hu"), ("ro", "ro"), ("ca", None), ("en", None)],
)
def test_a_word_of_several_languages_is_said_to_be_of_the_call_s(language: str, named: str | None) -> None:
    clauses = parse_text("hydrogen ")
    matcher = Matcher(clauses, frozenset(), expand(clauses))

    (why,) = explain(Texts("Hidrogen 2027", language=language), matcher).reasons

    assert (why.found, why.by, why.language) == ("Hidrogen", "translation", named)


def test_a_word_of_a_third_language_is_the_reason_only_where_there_is_no_other() -> None:
    found_by = {
        summary: reasons(Texts("Aufruf", summary=summary, language="de"), "hydrogen ")
        for summary in ("Wasserstoff und hydrogène", "das Vorhaben hydrogène")
    }

    assert found_by == {
        "Wasserstoff und hydrogène": [("hydrogen", "Wasserstoff", "summary", "translation")],
        "das Vorhaben hydrogène": [("hydrogen", "hydrogène", "summary", "translation")],
    }


def test_a_tag_is_the_reason_only_where_no_word_is() -> None:
    assert reasons(Texts("Autre", areas=("clean.hydrogen",)), "hydrogen ") == [
        ("hydrogen", "clean.hydrogen", "area", "translation")
    ]
    assert reasons(Texts("Hydrogen", areas=("clean.hydrogen",)), "hydrogen ") == [
        ("hydrogen", "Hydrogen", "title", "exact")
    ]


def test_a_short_word_counts_only_in_its_own_language() -> None:
    assert reasons(Texts("KI im Betrieb", language="de"), "ai ") == [("ai", "KI", "title", "translation")]
    assert reasons(Texts("Ki o te whenua", language="en"), "ai ") == []


@given(st.text(alphabet="ab \n-é", max_size=600), st.text(alphabet='ab "-é', max_size=12))
def test_spans_lie_in_the_text_in_order_and_on_what_was_asked(body: str, asked: str) -> None:
    clauses = parse_text(asked)
    if all(clause.excluded for clause in clauses):
        return

    parts = explain(Texts(body, body, body), Matcher(clauses, frozenset())).highlights

    firsts = {c.words[0][0] for c in clauses if not c.excluded}
    for part in parts:
        ends = [0, *(place for span in part.spans for place in (span.start, span.end)), len(part.text)]
        assert ends == sorted(ends)
        assert {fold(part.text[span.start]) for span in part.spans} <= firsts


@st.composite
def mistyped(draw: st.DrawFn) -> tuple[str, str]:
    """A word, and the same with one letter more, less, another, or two neighbours swapped."""
    word = draw(st.text("abcdehiost", min_size=5, max_size=14))
    at = draw(st.integers(0, len(word) - 2))
    letter = draw(st.sampled_from("abcdehiost"))
    edited = {
        "more": word[:at] + letter + word[at:],
        "less": word[:at] + word[at + 1 :],
        "other": word[:at] + letter + word[at + 1 :],
        "swapped": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }
    return word, edited[draw(st.sampled_from(sorted(edited)))]


@given(mistyped())
def test_a_mistyped_word_is_never_overlooked(words: tuple[str, str]) -> None:
    meant, typed = words

    # Of letters that no word here has: "last" is one letter away from "aast".
    assert marked(f"zzzzz {meant} zzzzz", f"{typed} ", typed) == [meant]
