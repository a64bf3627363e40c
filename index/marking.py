"""Finds what was asked for in the texts of a call: every way a word may stand there."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from index.compounds import ENDING_MAX, HYPHENATED, PART_MIN, joined, parts_of
from index.expansion import Alternative, Expansion
from index.folding import WORD_MAX, words_of
from index.query import WAYS, Reason, Way
from index.texts import FIELD_END
from index.words import PREFIX_MIN, Clause, within_one_edit
from normalize.tagging.patterns import COMPOUNDING

PLACES_MAX = 200
"""Places of one thing asked for that are marked in a text."""
_LETTERS = re.compile(r"[^\W_]*")
_LAST_WORD = re.compile(r"[^\W_]+\Z")
_BETWEEN = rf"(?:[^\w{FIELD_END}]|_)+"


class Mark(NamedTuple):
    """Something that matched: ``[start, end)`` of the text, and the folded words there."""

    start: int
    end: int
    words: tuple[str, ...]


class _Part(NamedTuple):
    """Something to look for: its first word, the others behind it, and whether the last may go on."""

    word: str
    others: re.Pattern[str] | None = None
    goes_on: bool = False

    def occurrences(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where it stands in a folded text, as whole words, ``[start, end)``."""
        for start in _places(text, self.word):
            if not text[start - 1 : start].isalnum():
                end = self._end(text, start + len(self.word))
                if end and not text[end : end + 1].isalnum():
                    yield start, end

    def _end(self, text: str, end: int) -> int:
        if self.others is not None:
            behind = self.others.match(text, end)
            if behind is None:
                return 0
            end = behind.end()
        letters = _LETTERS.match(text, end) if self.goes_on else None
        return letters.end() if letters else end


_Why = tuple[str, Way, Alternative | None]
"""What was asked, by which way it was found, and the other words where it was by them."""


class Matcher:
    """Finds what was asked for in a text.

    Of all that may stand for what was asked most stands in no one text, and what does stands there seldom:
    to look for each word is ten times as fast as a pattern of all of them.

    Args:
        clauses: The question; what it excludes is never marked.
        fuzzy: Its words that were looked up with a typing error allowed.
        expansions: What its words are called otherwise, where that was looked for too.
    """

    def __init__(
        self, clauses: Sequence[Clause], fuzzy: frozenset[str], expansions: Sequence[Expansion] = ()
    ) -> None:
        self._wanted = [clause for clause in clauses if not clause.excluded]
        self._fuzzy = fuzzy
        self._others = {
            alternative.words: (expansion.asked, alternative)
            for expansion in expansions
            for alternative in expansion.alternatives
        }
        self._areas = {area: expansion.asked for expansion in expansions for area in expansion.areas}
        longest_first = sorted(self._wanted, key=lambda clause: -len(clause.words))
        self._parts = list(dict.fromkeys(part for clause in longest_first for part in _parts(clause)))
        self._alone = {clause.words[0] for clause in self._wanted if _is_alone(clause)}
        self._otherwise: dict[str | None, list[_Part]] = {}
        self._asked = {" ".join(clause.words) for clause in self._wanted}
        self._read: dict[str, tuple[str, ...]] = {}
        self._why: dict[tuple[str, ...], _Why] = {}

    def marks(self, folded: str, language: str | None = None, *, in_any: bool = False) -> list[Mark]:
        """Return what matched, in order, never overlapping.

        Args:
            folded: Any text of a call, folded.
            language: The call's; short words of another language do not count in it.
            in_any: Look for what things are called in every language, not in this one and English alone:
                there are a dozen, and a text seldom holds a word of a third.
        """
        parts = [part for part in self._parts if part.word in folded]
        parts += [part for part in self._said_in(None if in_any else language) if part.word in folded]
        if self._alone:
            parts += [_Part(word) for word in self._compounds(folded, language)]
        if self._fuzzy:
            parts += [_Part(word) for word in self._misspelt(folded)]
        if not parts:
            return []
        found = [
            (start, rank, end)
            for rank, part in enumerate(parts)
            for start, end in islice(part.occurrences(folded), PLACES_MAX)
        ]
        found.sort()
        marks, reached = list[Mark](), 0
        for start, _, end in found:
            if start < reached:
                continue
            words = self._words(folded[start:end])
            if not self._is_foreign(words, language):
                marks.append(Mark(start, end, words))
                reached = end
        return marks

    def _said_in(self, language: str | None) -> list[_Part]:
        """Return what stands for things asked for in a language or English; None: in any."""
        found = self._otherwise.get(language)
        if found is None:
            spoken = {language, "en"}
            said = (
                words
                for words, (_, other) in self._others.items()
                if language is None or other.languages & spoken
            )
            found = [_part(words) for words in sorted(said, key=lambda words: -len(words))]
            self._otherwise[language] = found
        return found

    def _words(self, there: str) -> tuple[str, ...]:
        if there not in self._read:
            self._read[there] = tuple(words_of(there))
        return self._read[there]

    def is_answered(self, reasons: Iterable[Reason]) -> bool:
        """Tell whether everything asked for stands somewhere already."""
        answered = {word for reason in reasons for word in reason.asked.split()}
        return all(word in answered for asked in self._asked for word in asked.split())

    def why(self, words: tuple[str, ...]) -> _Why:
        """Return what the folded words of a mark stand for."""
        if words not in self._why:
            self._why[words] = self._judge(words)
        return self._why[words]

    def areas(self, areas: Iterable[str]) -> Iterator[Reason]:
        """Yield why a call tagged with these areas was found."""
        for area in areas:
            if area in self._areas:
                yield Reason(asked=self._areas[area], found=area, field="area", by="translation")

    def _is_foreign(self, words: tuple[str, ...], language: str | None) -> bool:
        _, _, other = self.why(words)
        return other is not None and other.is_short and language not in other.languages

    def _judge(self, words: tuple[str, ...]) -> _Why:
        ways = [way for clause in self._wanted if (way := self._way(clause, words))]
        if ways:
            return min(ways, key=lambda way: WAYS.index(way[1]))
        if words not in self._others:  # a word of a hundred letters, cut
            return " ".join(words), "exact", None
        asked, alternative = self._others[words]
        return asked, alternative.said.by, alternative

    def _way(self, clause: Clause, words: tuple[str, ...]) -> _Why | None:
        asked = " ".join(clause.words)
        if words == clause.words:
            return asked, "exact", None
        if len(words) == 1 and words[0] in clause.spellings:
            return asked, "spelling", None
        if _is_alone(clause) and "".join(words) == asked:
            return asked, "spelling", None
        beginnings = [clause.words, *((word,) for word in clause.respelt)]
        if clause.open_end and any(_goes_on(words, begun) for begun in beginnings):
            return asked, "prefix", None
        if _is_alone(clause) and any(asked in parts_of(words[0], language) for language in COMPOUNDING):
            return asked, "compound", None
        if len(words) == len(clause.words) == 1 and clause.words[0] in self._fuzzy:
            return (asked, "typo", None) if within_one_edit(words[0], clause.words[0]) else None
        return None

    def _compounds(self, text: str, language: str | None) -> list[str]:
        """Return the words of a text that a word asked for is a part of, or that hyphens part it in."""
        found = set[str]()
        if language in COMPOUNDING:
            words = ((asked, word) for asked in self._alone for word in _words_with(text, asked))
            found |= {word for asked, word in words if asked in parts_of(word, language)}
        if "-" in text and self._is_parted(text):
            found |= {there for there in HYPHENATED.findall(text) if joined(there) in self._alone}
        return sorted(found)

    def _is_parted(self, text: str) -> bool:
        """Tell whether hyphens part a word asked for: cheap to know, and seldom so."""
        whole = text.replace("-", "")
        return any(whole.count(word) > text.count(word) for word in self._alone)

    def _misspelt(self, text: str) -> list[str]:
        """Return the words of a text that may be a mistyped one."""
        return sorted({word for typed in self._fuzzy for word in _near(text, typed)})


def _is_alone(clause: Clause) -> bool:
    """Tell whether a clause may stand in a compound: quotes ask for the word itself."""
    return len(clause.words) == 1 and not clause.quoted and len(clause.words[0]) >= PART_MIN


def _words_with(text: str, piece: str) -> Iterator[str]:
    """Yield the words of a folded text that begin with a piece, or end with it and an ending."""
    for at in _places(text, piece):
        behind = at + len(piece)
        if not text[at - 1 : at].isalnum():
            yield text[at : _end_of_word(text, at)]
        elif len(rest := text[behind : behind + ENDING_MAX + 1]) <= ENDING_MAX or not rest.isalnum():
            before = _LAST_WORD.search(text[max(behind - WORD_MAX, 0) : behind])
            yield (before.group() if before else piece) + text[behind : _end_of_word(text, behind)]


def _near(text: str, typed: str) -> Iterator[str]:
    """Yield the words of a folded text that one typing error makes of ``typed``, or it of them.

    One edit, a swap of neighbours too, leaves one of the halves as it is: so only words that begin or end
    so are compared letter by letter, and the text is looked through for them quickly.
    """
    half = max((len(typed) - 2) // 2, 1)
    words = set[str]()
    for start in _places(text, typed[:half]):
        if not text[start - 1 : start].isalnum():
            words.add(text[start : _end_of_word(text, start)])
    for at in _places(text, typed[-half:]):
        end = at + half
        if not text[end : end + 1].isalnum():
            # As far back as a word one letter longer begins, and one more to tell still longer ones.
            last = _LAST_WORD.search(text[max(end - len(typed) - 2, 0) : end])
            words.add(last.group() if last else "")
    yield from (word for word in words if within_one_edit(word, typed))


def _end_of_word(text: str, start: int) -> int:
    letters = _LETTERS.match(text, start)
    return letters.end() if letters else start


def _places(text: str, piece: str) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


def _goes_on(words: tuple[str, ...], begun: tuple[str, ...]) -> bool:
    return (
        len(words) == len(begun)
        and words[:-1] == begun[:-1]
        and len(begun[-1]) >= PREFIX_MIN
        and words[-1].startswith(begun[-1])
    )


def _parts(clause: Clause) -> list[_Part]:
    """Return what a clause asks for: the whole, and other spellings of a single word."""
    goes_on = clause.open_end and len(clause.words[-1]) >= PREFIX_MIN
    respelt = [_Part(word, goes_on=goes_on) for word in sorted(clause.respelt)]
    others = [_Part(word) for word in sorted(clause.spellings - clause.respelt)]
    return [_part(clause.words, goes_on=goes_on), *respelt, *others]


def _part(words: tuple[str, ...], *, goes_on: bool = False) -> _Part:
    """Return words side by side to look for; they hold letters and digits, nothing a pattern knows."""
    behind = "".join(_BETWEEN + word for word in words[1:])
    return _Part(words[0], re.compile(behind) if behind else None, goes_on)
