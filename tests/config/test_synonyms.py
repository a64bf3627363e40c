"""The list of synonyms serves whoever reads the portal in one of its languages."""

from collections import Counter

import pytest

from config.synonyms import load_synonyms
from config.translations import LANGUAGES
from index.expansion import expand
from index.words import parse_text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_meaning_has_words_in_each_language_of_the_portal(language: str) -> None:
    assert [key for key, meaning in load_synonyms().meanings.items() if language not in meaning] == []


def test_a_word_of_a_language_means_one_thing() -> None:
    words = Counter(
        (language, word.lower())
        for meaning in load_synonyms().meanings.values()
        for language, several in meaning.items()
        for word in several
    )

    assert [word for word, times in words.items() if times > 1] == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("pompy ciepła", "pompe à chaleur"),
        ("Verpackungen", "emballage"),
        ("sécheresse", "sequía"),
        ("cyberbezpieczeństwo", "ciberseguridad"),
        ("bunăstarea animalelor", "Tierschutz"),
        ("genanvendelse", "recycling"),
    ],
)
def test_a_term_is_also_looked_for_as_others_say_it(typed: str, found: str) -> None:
    alternatives = [other.said.words for one in expand(parse_text(f"{typed} ")) for other in one.alternatives]

    assert found in alternatives
