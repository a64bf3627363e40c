"""Finding the taxonomy's terms in a text: whole words, their inflections and compounds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ahocorasick

from config.taxonomy import Taxonomy
from normalize.tagging.folding import fold, spellings

COMPOUNDING = frozenset({"de", "nl", "sv", "da", "no", "nb", "fi", "et", "hu"})
"""Languages that write compounds in one word: a stem inside a word counts there."""
MIN_STEM = 6
"""Letters a term needs before its inflections and compounds are looked for."""
MAX_ENDING = 4
_ENGLISH_ENDINGS = frozenset({"s", "es", "'s"})
_FINAL_VOWELS = "aeiouyę"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One term of one area, or a negative phrase of it.

    Attributes:
        exact: Text that must stand there by case (abbreviations); empty when case does not count.
        open_end: An inflected ending may follow.
        inside: It may stand inside a longer word of a compounding language.
    """

    area: str
    term: str
    language: str
    negative: bool = False
    exact: str = ""
    open_end: bool = False
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A term found at ``[start, end)``; ``end`` includes the inflected ending or whole compound."""

    pattern: Pattern
    start: int
    end: int


class Matcher:
    """All terms of a taxonomy in one automaton."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._automaton = ahocorasick.Automaton()
        keyed: dict[str, list[Pattern]] = {}
        for key, pattern in _patterns(taxonomy):
            keyed.setdefault(key, []).append(pattern)
        for key, patterns in keyed.items():
            self._automaton.add_word(key, (len(key), tuple(patterns)))
        self._automaton.make_automaton()

    def find(self, text: str, language: str | None) -> list[Match]:
        """Return every match in reading order, those inside a negative phrase left out.

        Args:
            text: Plain text; offsets of the matches are its characters.
            language: Decides whether words may be compounds.
        """
        folded = fold(text)
        found: list[Match] = []
        shadows: list[Match] = []
        for last, (length, patterns) in self._automaton.iter(folded):
            start, end = last - length + 1, last + 1
            for pattern in patterns:
                match = _fit(pattern, text, folded, start, end, language)
                if match is not None:
                    (shadows if pattern.negative else found).append(match)
        if shadows:
            found = [match for match in found if not any(_shadowed(match, shadow) for shadow in shadows)]
        return sorted(found, key=lambda match: (match.start, -match.end))


def _shadowed(match: Match, shadow: Match) -> bool:
    same = match.pattern.area == shadow.pattern.area
    return same and shadow.start <= match.start and match.end <= shadow.end


def _fit(
    pattern: Pattern, text: str, folded: str, start: int, end: int, language: str | None
) -> Match | None:
    """Check the borders of a hit; the automaton knows no words ("ai" stands in "said")."""
    if pattern.exact:
        whole = not _letter(folded, start - 1) and not _letter(folded, end)
        return Match(pattern, start, end) if whole and text[start:end] == pattern.exact else None
    tail = end
    while tail < len(folded) and _letter(folded, tail) and tail - end <= 40:
        tail += 1
    ending = folded[end:tail]
    head = start
    while head > 0 and _letter(folded, head - 1) and start - head <= 40:
        head -= 1
    compounds = pattern.inside and language in COMPOUNDING
    if head < start and not compounds:
        return None
    if not ending or ending in _ENGLISH_ENDINGS:
        return Match(pattern, head, tail)
    if compounds or (pattern.open_end and len(ending) <= MAX_ENDING):
        return Match(pattern, head, tail)
    return None


def _letter(text: str, index: int) -> bool:
    return 0 <= index < len(text) and text[index].isalnum()


def _patterns(taxonomy: Taxonomy) -> Iterator[tuple[str, Pattern]]:
    everything = [*taxonomy.areas(), *taxonomy.flags.items()]
    for area, entry in everything:
        for language, terms in entry.terms.items():
            for term in terms:
                yield from _keys(area, term, language)
        for phrase in entry.negatives:
            for key in spellings(phrase):
                yield key, Pattern(area, phrase, "", negative=True, open_end=True)


def is_abbreviation(term: str) -> bool:
    """Tell whether a term is matched by case: AI, H2, SiC, GaN, but not "grid"."""
    capitals = sum(1 for character in term if character.isupper())
    return (
        len(term) <= 5
        and " " not in term
        and (capitals >= 2 or (capitals == 1 and any(map(str.isdigit, term))))
    )


def _keys(area: str, term: str, language: str) -> Iterable[tuple[str, Pattern]]:
    if is_abbreviation(term):
        return [(fold(term), Pattern(area, term, language, exact=term))]
    long = len(term.replace(" ", "")) >= MIN_STEM
    inside = long and " " not in term
    pattern = Pattern(area, term, language, open_end=long, inside=inside)
    keys = spellings(term)
    if long and language != "en":
        # cuántico is also found as cuántica, mikroelektronika as mikroelektroniki
        keys |= {key[:-1] for key in keys if key[-1] in _FINAL_VOWELS and len(key) > MIN_STEM}
    return [(key, pattern) for key in keys]
