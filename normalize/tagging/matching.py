"""Finding the taxonomy's terms in a text: whole words, their inflections and compounds."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import ahocorasick

from config.taxonomy import Taxonomy
from normalize.tagging.folding import fold
from normalize.tagging.patterns import Pattern, patterns_of

COMPOUNDING = frozenset({"de", "nl", "sv", "da", "fi", "et", "hu"})
"""Languages that write compounds in one word: a long term inside a word counts there."""
_PLURAL = ("", "s", "es", "'s")
_WORD_MAX = 60
"""Letters a word may have; longer runs are no words, and reading them must not cost time."""


@dataclass(frozen=True, slots=True)
class Match:
    """A term found at ``[start, end)``; ``end`` includes the inflected ending or whole compound."""

    pattern: Pattern
    start: int
    end: int


class Matcher:
    """All terms of a taxonomy in one automaton; `find` is pure."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._automaton = ahocorasick.Automaton()
        keyed: dict[str, dict[Pattern, None]] = {}
        for key, pattern in patterns_of(taxonomy):
            keyed.setdefault(key, {})[pattern] = None
        for key, patterns in keyed.items():
            self._automaton.add_word(key, (len(key), tuple(patterns)))
        self._automaton.make_automaton()

    def find(self, text: str, language: str | None) -> list[Match]:
        """Return the matches in reading order.

        Left out are those inside a negative phrase of their area, and those inside a longer
        match of the same area ("hydrogen" in "renewable hydrogen").

        Args:
            text: Plain text; offsets of the matches are its characters.
            language: ISO 639-1 of the text. Its own and English terms may be inflected or in
                compounds; terms of other languages must stand there letter by letter. None:
                unknown, every language may be its own.
        """
        folded, origin = fold(text)
        found: list[Match] = []
        shadows: list[Match] = []
        for last, (length, patterns) in self._automaton.iter(folded):
            start = last - length + 1
            if start and folded[start - 1].isalnum() and not any(pattern.inside for pattern in patterns):
                continue
            for pattern in patterns:
                span = _fit(pattern, folded, start, last + 1, language)
                if span is None or (pattern.exact and not _same_case(pattern, text, origin, span)):
                    continue
                (shadows if pattern.negative else found).append(Match(pattern, *span))
        kept = _longest(_lit(found, shadows))
        return [Match(match.pattern, origin[match.start], origin[match.end - 1] + 1) for match in kept]


def _same_case(pattern: Pattern, text: str, origin: Sequence[int], span: tuple[int, int]) -> bool:
    end = origin[span[1] - 1] + 1
    return text[origin[span[0]] : end] == pattern.exact and text[end : end + 1] != "S"


def _fit(pattern: Pattern, folded: str, start: int, end: int, language: str | None) -> tuple[int, int] | None:
    """Return the words a hit covers, or None: the automaton knows no words ("ai" stands in "said")."""
    tail = _word_end(folded, end)
    whole = start == 0 or not folded[start - 1].isalnum()
    if pattern.exact:
        alone = whole and folded[end:tail] in ("", "s")  # LLM, LLMs
        return (start, end) if alone and _may_abbreviate(pattern, language) else None
    own = pattern.negative or pattern.language == "en" or language in (None, pattern.language)
    compound = pattern.inside and language in COMPOUNDING and pattern.language == language
    if compound:
        return _word_start(folded, start), tail
    if not whole:
        return None
    ending = folded[end:tail]
    if pattern.rest:
        return _following(pattern, folded, start, tail) if len(ending) <= pattern.ending and own else None
    if ending in _PLURAL or (own and len(ending) <= pattern.ending):
        return start, tail
    return None


def _may_abbreviate(pattern: Pattern, language: str | None) -> bool:
    """An abbreviation of a third language is another word here: IA is no French in an English text."""
    return pattern.language in ("en", language)


def _following(pattern: Pattern, folded: str, start: int, tail: int) -> tuple[int, int] | None:
    for stem in pattern.rest:
        begin = tail + 1
        if not folded.startswith(" ", tail) or not folded.startswith(stem, begin):
            return None
        tail = _word_end(folded, begin + len(stem))
        allowed = pattern.ending if len(stem) > 3 else 1
        if tail - begin - len(stem) > allowed:
            return None
    return start, tail


def _word_end(folded: str, index: int) -> int:
    limit = min(len(folded), index + _WORD_MAX)
    while index < limit and folded[index].isalnum():
        index += 1
    return index


def _word_start(folded: str, index: int) -> int:
    limit = max(0, index - _WORD_MAX)
    while index > limit and folded[index - 1].isalnum():
        index -= 1
    return index


def _lit(found: Iterable[Match], shadows: Sequence[Match]) -> Iterable[Match]:
    """Leave out what stands inside a negative phrase of its area."""
    if not shadows:
        return found
    by_area: dict[str, list[Match]] = {}
    for shadow in sorted(shadows, key=lambda match: match.start):
        by_area.setdefault(shadow.pattern.area, []).append(shadow)
    starts = {area: [shadow.start for shadow in group] for area, group in by_area.items()}
    reach = {area: list(accumulate((shadow.end for shadow in group), max)) for area, group in by_area.items()}

    def is_lit(match: Match) -> bool:
        area = match.pattern.area
        before = bisect_right(starts.get(area, ()), match.start)
        return before == 0 or reach[area][before - 1] < match.end

    return [match for match in found if is_lit(match)]


def _longest(matches: Iterable[Match]) -> list[Match]:
    """Leave out what stands inside an earlier or longer match of the same area."""
    kept: list[Match] = []
    reach: dict[str, int] = {}
    for match in sorted(matches, key=lambda match: (match.start, -match.end, match.pattern.weak)):
        area = match.pattern.area
        if match.end > reach.get(area, 0):
            kept.append(match)
            reach[area] = match.end
    return kept
