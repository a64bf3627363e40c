"""From the taxonomy's terms to patterns an automaton can look for."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.taxonomy import Taxonomy
from normalize.tagging.folding import fold_term, spellings

CONTEXT = "context"
"""Stands for an area in patterns of words that speak against a technology purpose."""
MIN_STEM = 6
"""Letters a word needs before its inflections and compounds are looked for."""
_VOWELS = "aeiouyąę"
_RICH_ENDINGS = frozenset(
    {"pl", "cs", "sk", "hr", "sl", "lt", "lv", "et", "fi", "hu", "el", "bg", "ro", "de"}
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One term of one area, or a phrase in which its terms mean something else.

    Attributes:
        area: ``sector.area``, or the name of a flag, or `CONTEXT`.
        term: As the taxonomy spells it.
        language: Of the term, ISO 639-1; empty for a negative phrase.
        weak: It names the context as often as the technology.
        negative: A phrase that takes the area's terms inside it away.
        exact: Text that must stand there by case (abbreviations); empty when case does not count.
        ending: Letters an inflected ending may have.
        inside: It may stand inside a longer word of a compounding language.
        rest: Folded stems of the words that must follow the first.
    """

    area: str
    term: str
    language: str
    weak: bool = False
    negative: bool = False
    exact: str = ""
    ending: int = 0
    inside: bool = False
    rest: tuple[str, ...] = ()


def patterns_of(taxonomy: Taxonomy) -> Iterator[tuple[str, Pattern]]:
    """Yield (folded text to look for, pattern) for terms, negatives and words of context."""
    for language, words in taxonomy.context.items():
        for word in words:
            yield from _of_term(CONTEXT, word, language, weak=False)
    for area, entry in [*taxonomy.areas(), *taxonomy.flags.items()]:
        weak = {term.casefold() for term in entry.weak}
        for language, terms in entry.terms.items():
            for term in terms:
                yield from _of_term(area, term, language, weak=term.casefold() in weak)
        for phrase in entry.negatives:
            for key in spellings(phrase):
                yield key, Pattern(area, phrase, "", negative=True, ending=3)


def is_abbreviation(term: str) -> bool:
    """Tell whether a term is matched by case: AI, H2, SiC, GaN, but not "grid"."""
    capitals = sum(1 for character in term if character.isupper())
    digits = any(character.isdigit() for character in term)
    return len(term) <= 5 and " " not in term and (capitals >= 2 or (capitals == 1 and digits))


def _of_term(area: str, term: str, language: str, *, weak: bool) -> Iterator[tuple[str, Pattern]]:
    if is_abbreviation(term):
        yield fold_term(term), Pattern(area, term, language, weak, exact=term)
        return
    for key in spellings(term):
        words = key.split()
        if len(words) > 1 and language != "en":
            stems = [_stem(word) for word in words]
            yield (
                stems[0],
                Pattern(area, term, language, weak, ending=_endings(language), rest=tuple(stems[1:])),
            )
        elif len(words) == 1 and len(key) >= MIN_STEM:
            text = _stem(key) if language != "en" else key
            yield text, Pattern(area, term, language, weak, ending=_endings(language), inside=text == key)
            if text != key:  # a compound holds the whole word, not its stem
                yield key, Pattern(area, term, language, weak, ending=0, inside=True)
        else:
            yield key, Pattern(area, term, language, weak, ending=3 if len(key) >= MIN_STEM else 0)


def _endings(language: str) -> int:
    return 4 if language in _RICH_ENDINGS else 3


def _stem(word: str) -> str:
    """Drop the last vowel where five letters remain: sztuczna, sztucznej; cuántica, cuántico."""
    return word[:-1] if len(word) > MIN_STEM - 1 and word[-1] in _VOWELS else word
