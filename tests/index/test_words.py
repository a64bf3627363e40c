"""What people type, cut into clauses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.folding import composed, fold, words_of
from index.words import WORDS_MAX, parse_text, within_one_edit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("green hydrogen", [("green",), ("hydrogen",)]),
        ('"fuel cell" bus', [("fuel", "cell"), ("bus",)]),
        ("HORIZON-CL4-2027", [("horizon", "cl4", "2027")]),
        ("l'hydrogène d’État dell'aria", [("hydrogene",), ("etat",), ("aria",)]),
        ('"l\'eau"', [("l", "eau")]),  # in quotes an article is a word
        ('open "without end', [("open",), ("without", "end")]),
        ('-" * ( ~ : ^', []),
        ("  ", []),
        ("CO₂", [("co2",)]),
        ("wa\u0308rme", [("warme",)]),  # the dots typed as a sign of their own
    ],
)
def test_text_is_cut_into_clauses(text: str, expected: list[tuple[str, ...]]) -> None:
    assert [clause.words for clause in parse_text(text)] == expected


def test_only_the_last_word_may_go_on_and_a_blank_ends_it() -> None:
    assert [clause.open_end for clause in parse_text("green hydro")] == [False, True]
    assert [clause.open_end for clause in parse_text("green hydro ")] == [False, False]
    assert [clause.open_end for clause in parse_text('"green hydro"')] == [False]


def test_a_minus_excludes_only_at_the_beginning_of_a_word() -> None:
    assert [(c.words, c.excluded) for c in parse_text("-diesel bio-based")] == [
        (("diesel",), True),
        (("bio", "based"), False),
    ]


def test_a_pasted_text_is_cut() -> None:
    assert len(parse_text(" ".join(f"word{number}" for number in range(100)))) == WORDS_MAX


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("Wärme", "waerme"),
        ("waerme", "warme"),
        ("warme", "waerme"),
        ("Strasse", "strase"),
        ("Århus", "aarhus"),
    ],
)
def test_a_word_is_respelt_both_ways(typed: str, other: str) -> None:
    assert other in parse_text(typed)[0].respelt


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("hydrogen", "hydrogen", True),
        ("hydrogen", "hydrogn", True),
        ("hydrogn", "hydrogen", True),
        ("hydrogen", "hydrogan", True),
        ("hydrogen", "hydrogne", True),  # neighbours swapped
        ("hydrogen", "hydrgone", False),
        ("abc", "bca", False),
        ("a", "b", True),
        ("", "ab", False),
    ],
)
def test_one_edit(one: str, other: str, expected: bool) -> None:
    assert within_one_edit(one, other) is expected


@given(st.text(st.characters(codec="cp1252"), max_size=60) | st.text("éß", min_size=95, max_size=105))
def test_western_letters_fold_as_all_letters_do(text: str) -> None:
    beyond = "ж"  # no western letter: the whole text is then folded the other way
    assert fold(text) == fold(text + beyond)[:-1]
    assert words_of(text) == words_of(f"{text} {beyond}")[:-1]


@given(st.text(max_size=60))
def test_folding_moves_no_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(max_size=60))
def test_what_is_indexed_is_what_is_asked(text: str) -> None:
    asked = [
        word for clause in parse_text(f'"{composed(text).replace(chr(34), " ")}"') for word in clause.words
    ]

    assert asked == words_of(composed(text).replace('"', " "))[:WORDS_MAX]
