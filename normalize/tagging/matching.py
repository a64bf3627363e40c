"""Finding the taxonomy's terms in a text: whole words, their inflections and compounds."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import ahocorasick

from config.taxonomy import Taxonomy
from normalize.tagging.folding import fold
from normalize.tagging.patterns import MIN_STEM, Pattern, as_read_in, patterns_of

_ENGLISH_ENDINGS = frozenset(["s", "es", "d", "ed", "r", "rs", "er", "ers", "al", "ing", "ity", "ly"])
_AROUND = 12
"""Characters looked at on either side of an abbreviation: is everything in capitals there?"""
_BLANKS_MAX = 3
_WORD_MAX = 60
"""Letters a word may have; longer runs are no words, and reading them must not cost time."""


@dataclass(frozen=True, slots=True)
class Match:
    """A term found at ``[start, end)``; ``end`` includes the inflected ending or whole compound."""

    pattern: Pattern
    start: int
    end: int


class Matcher:
    """All terms of a taxonomy in an automaton for each language, made when first needed."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._patterns = tuple(dict.fromkeys(patterns_of(taxonomy)))
        self._languages = frozenset(pattern.language for _, pattern in self._patterns)
        self._automata: dict[str | None, ahocorasick.Automaton] = {}

    def find(self, text: str, language: str | None) -> list[Match]:
        """Return the matches in reading order.

        Left out are those inside a negative phrase of their area, and those inside a longer
        match of the same area ("hydrogen" in "renewable hydrogen").

        Args:
            text: Plain text; offsets of the matches are its characters.
            language: ISO 639-1 of the text; what it changes is said at `as_read_in`.
        """
        folded, origin = fold(text)
        found: list[Match] = []
        shadows: list[Match] = []
        for last, (length, inside, patterns) in self._automaton(language).iter(folded):
            start = last - length + 1
            whole = start == 0 or not folded[start - 1].isalnum()
            if not whole and not inside:
                continue
            tail = _word_end(folded, last + 1)
            for pattern in patterns:
                span = _fit(pattern, folded, start, last + 1, tail, whole)
                if span is None or (
                    pattern.exact and not _abbreviates(pattern, text, origin, span, language)
                ):
                    continue
                (shadows if pattern.negative else found).append(Match(pattern, *span))
        kept = _longest(_lit(found, shadows))
        return [Match(match.pattern, origin[match.start], origin[match.end - 1] + 1) for match in kept]

    def _automaton(self, language: str | None) -> ahocorasick.Automaton:
        known = language if language in self._languages else None
        if known not in self._automata:
            keyed: dict[str, list[Pattern]] = {}
            for key, pattern in self._patterns:
                if (read := as_read_in(pattern, known)) is not None:
                    keyed.setdefault(key, []).append(read)
            automaton = ahocorasick.Automaton()
            for key, patterns in keyed.items():
                inside = any(pattern.inside for pattern in patterns)
                automaton.add_word(key, (len(key), inside, tuple(dict.fromkeys(patterns))))
            automaton.make_automaton()
            self._automata[known] = automaton
        return self._automata[known]


def _abbreviates(
    pattern: Pattern, text: str, origin: Sequence[int], span: tuple[int, int], language: str | None
) -> bool:
    """Tell an abbreviation from a word by its capitals, and from one in capitals by the text's own.

    In "CONTRIBUTI AI COMUNI" an Italian preposition stands; only the language's own abbreviations
    are believed among words all in capitals.
    """
    start, end = origin[span[0]], origin[span[1] - 1] + 1
    if text[start:end] != pattern.exact or text[end : end + 1] == "S":
        return False
    if pattern.language == language:
        return True
    around = text[max(0, start - _AROUND) : end + _AROUND]
    return not around.isupper() or len(around) < _AROUND


def _fit(
    pattern: Pattern, folded: str, start: int, end: int, tail: int, whole: bool
) -> tuple[int, int] | None:
    """Return the words a hit covers, or None: the automaton knows no words ("ai" stands in "said").

    Args:
        pattern: What is looked for.
        folded: The text.
        start: Where the hit begins.
        end: Where it ends.
        tail: End of the word the hit ends in.
        whole: Whether the hit begins a word.
    """
    if pattern.inside:
        return _word_start(folded, start), tail
    if not whole:
        return None
    ending = tail - end
    if pattern.exact:
        return (start, end) if folded[end:tail] in ("", "s") else None  # LLM, LLMs
    if pattern.rest:
        return _following(pattern, folded, start, tail) if ending <= pattern.ending else None
    long = end - start >= MIN_STEM
    if ending <= pattern.ending or (
        folded[end:tail] in _ENGLISH_ENDINGS if long else folded[end:tail] == "s"
    ):
        return start, tail
    return None


def _following(pattern: Pattern, folded: str, start: int, tail: int) -> tuple[int, int] | None:
    for stem in pattern.rest:
        begin = _word_begin(folded, tail)
        if begin == tail or not folded.startswith(stem, begin):
            return None
        tail = _word_end(folded, begin + len(stem))
        allowed = pattern.ending if len(stem) > 3 else 1
        if tail - begin - len(stem) > allowed:
            return None
    return start, tail


def _word_begin(folded: str, index: int) -> int:
    """Skip the blanks between two words; "Energie- und" has two, its hyphen being one."""
    limit = min(len(folded), index + _BLANKS_MAX)
    while index < limit and folded[index] == " ":
        index += 1
    return index


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
