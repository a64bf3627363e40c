"""Marks: the right characters of the original text, whatever was typed."""

from hypothesis import given
from hypothesis import strategies as st

from index.folding import fold
from index.highlighting import SNIPPET, Matcher, highlight
from index.query import Highlight
from index.words import parse_text


def marked(text: str, asked: str, fuzzy: str = "") -> list[str]:
    marks = Matcher(parse_text(asked), frozenset(fuzzy.split())).marks(text)
    return [text[mark.start : mark.end] for mark in marks]


def body_of(asked: str, body: str) -> Highlight:
    parts, _ = highlight("A title", "", body, matcher=Matcher(parse_text(asked), frozenset()))
    return next(part for part in parts if part.field == "body")


def test_accents_and_case_do_not_matter() -> None:
    assert marked("L’HYDROGÈNE et l'hydrogène", "hydrogene") == ["HYDROGÈNE", "hydrogène"]


def test_a_word_is_marked_whole_and_nothing_inside_another() -> None:
    assert marked("cell, subcell, cells, cellar", "cell ") == ["cell", "cells"]
    assert marked("cell, subcell, cells, cellar", "cell") == ["cell", "cells", "cellar"]


def test_a_phrase_is_marked_as_one_and_its_words_alone_are_not() -> None:
    assert marked("A fuel for a fuel-cell, no cell.", '"fuel cell"') == ["fuel-cell"]


def test_what_is_excluded_is_not_marked() -> None:
    assert marked("hydrogen buses", "hydrogen -buses") == ["hydrogen"]


def test_a_typing_error_marks_the_word_it_was_taken_for() -> None:
    assert marked("hydrogen, hydrogene, hydraulic", "hydrogne ", "hydrogne") == ["hydrogen", "hydrogene"]


def test_the_title_is_whole_and_always_there() -> None:
    parts, found = highlight("A title", "sum", "none", matcher=Matcher(parse_text("zeppelin"), frozenset()))

    assert [(part.field, part.text, part.spans) for part in parts] == [("title", "A title", ())]
    assert found == frozenset()


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


@given(st.text(alphabet="ab \n-é", max_size=600), st.text(alphabet='ab "-é', max_size=12))
def test_spans_lie_in_the_text_in_order_and_on_what_was_asked(body: str, asked: str) -> None:
    clauses = parse_text(asked)
    if all(clause.excluded for clause in clauses):
        return

    parts, _ = highlight(body, body, body, matcher=Matcher(clauses, frozenset()))

    firsts = {c.words[0][0] for c in clauses if not c.excluded}
    for part in parts:
        ends = [0, *(place for span in part.spans for place in (span.start, span.end)), len(part.text)]
        assert ends == sorted(ends)
        assert {fold(part.text[span.start]) for span in part.spans} <= firsts
