"""From the taxonomy's terms to patterns an automaton can look for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from config.taxonomy import Taxonomy
from normalize.tagging.folding import fold_term, spellings

MIN_STEM = 6
"""Letters a word needs before its inflections and compounds are looked for."""
COMPOUNDING = frozenset({"de", "nl", "sv", "da", "fi", "et", "hu"})
"""Languages that write compounds in one word: a long term inside a word counts there."""
_VOWELS = "aeiouyąę"
_RICH_ENDINGS = frozenset(
    {"pl", "cs", "sk", "hr", "sl", "lt", "lv", "et", "fi", "hu", "el", "bg", "ro", "de"}
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One term of one area, or a phrase in which its terms mean something else.

    Attributes:
        area: ``sector.area``, or the name of a flag.
        term: As the taxonomy spells it.
        language: Of the term, ISO 639-1; empty for a negative phrase.
        weak: It names the context as often as the technology.
        negative: A phrase that takes the area's terms inside it away.
        exact: Text that must stand there by case (abbreviations); empty when case does not count.
        ending: Letters an inflected ending may have; English has a list of them.
        inside: It may stand inside a longer word of a compounding language.
        stemmed: Not the term itself is looked for but its stem.
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
    stemmed: bool = False
    rest: tuple[str, ...] = ()


def patterns_of(taxonomy: Taxonomy) -> Iterator[tuple[str, Pattern]]:
    """Yield (folded text to look for, pattern) for all terms and negatives of areas and flags."""
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


def as_read_in(pattern: Pattern, language: str | None) -> Pattern | None:
    """Return the pattern as it works in a text of the language; None: it does not.

    A text's own and English terms may be inflected, its own in compounds. Terms of other languages
    must stand there letter by letter, and their abbreviations are other words: IA is no French in
    an English text. In a text of unknown language (None) every language may be its own.
    """
    if pattern.exact:
        return pattern if pattern.language in ("en", language) else None
    inside = pattern.inside and pattern.language == language and language in COMPOUNDING
    if pattern.negative or language is None or pattern.language in ("en", language):
        return replace(pattern, inside=inside)
    if pattern.rest or pattern.stemmed:
        return None
    return replace(pattern, ending=0, inside=False)


def _of_term(area: str, term: str, language: str, *, weak: bool) -> Iterator[tuple[str, Pattern]]:
    if is_abbreviation(term):
        yield fold_term(term), Pattern(area, term, language, weak, exact=term)
        return
    plain = Pattern(area, term, language, weak, ending=_endings(term, language))
    for key in spellings(term):
        stems = [key] if language == "en" else [_stem(word) for word in key.split()]
        if len(stems) > 1:
            yield stems[0], replace(plain, rest=tuple(stems[1:]), stemmed=True)
            yield key, plain
        elif stems[0] != key:
            yield stems[0], replace(plain, stemmed=True)
            yield key, replace(plain, inside=True)  # a compound holds the whole word, not its stem
        else:
            yield key, replace(plain, inside=len(key) >= MIN_STEM and " " not in key)


def _endings(term: str, language: str) -> int:
    if len(term) < MIN_STEM or language == "en":
        return 0
    return 4 if language in _RICH_ENDINGS else 3


def _stem(word: str) -> str:
    """Drop the last vowel where five letters remain: sztuczna, sztucznej; cuántica, cuántico."""
    return word[:-1] if len(word) >= MIN_STEM and word[-1] in _VOWELS else word
