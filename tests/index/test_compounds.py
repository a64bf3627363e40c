"""Compounds and the words they are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.compounds import ENDINGS, joined_words, parts_of


@pytest.mark.parametrize(
    ("word", "language", "parts"),
    [
        ("wasserstoffspeicher", "de", {"wasserstoff", "speicher"}),
        ("wasserstoffspeichern", "de", {"wasserstoff", "speicher"}),
        ("unternehmensgrundung", "de", {"unternehmen", "grundung"}),  # with the letter that joins them
        ("forderrichtlinie", "de", {"richtlinie"}),  # one known part is enough
        ("batterijcelproductie", "nl", {"batterijcel", "productie"}),
        ("vatgaslager", "sv", {"vatgas", "lager"}),
        ("wasserstoff", "de", set()),  # no water
        ("innovationen", "de", set()),  # an ending
        ("unterstutzung", "de", set()),
        ("wasserstoffspeicher", "en", set()),
        ("wasserstoffspeicher", None, set()),
    ],
)
def test_parts(word: str, language: str | None, parts: set[str]) -> None:
    assert parts_of(word, language) == parts


def test_hyphens_join() -> None:
    assert list(joined_words(["Bio-based, Start-ups", "und F-u-E; - nichts -"])) == [
        "biobased",
        "startups",
        "fue",
    ]


@given(
    st.text("abcdehimnorstu", max_size=30), st.sampled_from(["de", "nl", "sv", "da", "fi", "et", "hu", "fr"])
)
def test_parts_stand_at_the_ends_of_a_word(word: str, language: str) -> None:
    for part in parts_of(word, language):
        assert word.startswith(part) or any(word.endswith(part + end) for end in ("", *ENDINGS))
        assert len(part) < len(word)
