"""Which words of a hit matched, where and why: computed here, so that every engine marks alike."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from index.expansion import Alternative, Expansion
from index.folding import words_of
from index.query import WAYS, Highlight, Reason, ReasonField, Span, Way
from index.texts import FoldedText, Texts
from index.words import PREFIX_MIN, Clause, within_one_edit

SNIPPET = 260
"""Characters of a body's snippet: two lines on a desk, five on a phone."""
_LEAD = 60
_LETTER = r"[^\W_]"
_LETTER_BEFORE = re.compile(_LETTER)
_BETWEEN = r"[\W_]+"
REASONS_MAX = 12
"""Reasons of one hit; what stands in a text in many forms is clear by then."""
_PLACES_MAX = 200
"""Marks of a body that are weighed against each other for the best snippet."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """Something that matched: ``[start, end)`` of the text, and the folded words there."""

    start: int
    end: int
    words: tuple[str, ...]


_Why = tuple[str, Way, Alternative | None]
"""What was asked, by which way it was found, and the other words where it was by them."""


class Matcher:
    """Finds what was asked for in a text, in one pass of a pattern over it.

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
        parts = [part for clause in longest_first for part in _patterns(clause)]
        parts += [
            (words[0], _BETWEEN.join(words)) for words in sorted(self._others, key=lambda words: -len(words))
        ]
        self._parts = list(dict.fromkeys(parts))
        self._asked = {" ".join(clause.words) for clause in self._wanted}
        self._compiled: dict[tuple[str, ...], re.Pattern[str]] = {}
        self._why: dict[tuple[str, ...], _Why] = {}
        self._near: dict[str, bool] = {}

    def marks(self, text: FoldedText, language: str | None = None) -> list[_Mark]:
        """Return what matched, in order, never overlapping.

        Args:
            text: Any text of a call.
            language: The call's; short words of another language do not count in it.
        """
        folded = text.text
        # Of all that may stand for what was asked most stands in no one text: a pattern of all is slow.
        there = tuple([pattern for word, pattern in self._parts if word in folded])
        parts = (*there, *self._misspelt(text)) if self._fuzzy else there
        if not parts:
            return []
        found = [
            _Mark(match.start(), match.end(), tuple(words_of(match.group())))
            for match in self._pattern(parts).finditer(folded)
            if not _LETTER_BEFORE.match(folded, match.start() - 1, match.start())
        ]
        return [mark for mark in found if not self._is_foreign(mark.words, language)]

    def _pattern(self, parts: tuple[str, ...]) -> re.Pattern[str]:
        if parts not in self._compiled:
            self._compiled[parts] = re.compile(rf"(?:{'|'.join(dict.fromkeys(parts))})(?!{_LETTER})")
        return self._compiled[parts]

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
        beginnings = [clause.words, *((word,) for word in clause.respelt)]
        if clause.open_end and any(_goes_on(words, begun) for begun in beginnings):
            return asked, "prefix", None
        if len(words) == len(clause.words) == 1 and clause.words[0] in self._fuzzy:
            return (asked, "typo", None) if within_one_edit(words[0], clause.words[0]) else None
        return None

    def _misspelt(self, text: FoldedText) -> list[str]:
        """Return the words that may be a mistyped one."""
        near = {word for typed in self._fuzzy for word in _alike(text.words, typed)}
        return sorted(word for word in near if self._is_near(word))

    def _is_near(self, word: str) -> bool:
        """Tell whether a word may be a mistyped one; asked once a word, for a page has most in many hits."""
        if word not in self._near:
            self._near[word] = any(within_one_edit(word, typed) for typed in self._fuzzy)
        return self._near[word]


def _alike(words: Iterable[str], typed: str) -> list[str]:
    """Return the words that begin or end like what was typed, and are about as long.

    One edit, a swap of neighbours too, leaves one of the halves as it is; so this loses none, and few are
    compared letter by letter.
    """
    half = max((len(typed) - 2) // 2, 0)
    begun, ended = typed[:half], typed[len(typed) - half :]
    shortest, longest = len(typed) - 1, len(typed) + 1
    return [
        word
        for word in words
        if (word.startswith(begun) or word.endswith(ended)) and shortest <= len(word) <= longest
    ]


def _goes_on(words: tuple[str, ...], begun: tuple[str, ...]) -> bool:
    return (
        len(words) == len(begun)
        and words[:-1] == begun[:-1]
        and len(begun[-1]) >= PREFIX_MIN
        and words[-1].startswith(begun[-1])
    )


def _patterns(clause: Clause) -> list[tuple[str, str]]:
    """Return what a clause asks for: the word that must stand in a text, and the pattern of the whole.

    Words hold letters and digits, nothing a pattern knows.
    """
    going_on = f"{_LETTER}*" if clause.open_end and len(clause.words[-1]) >= PREFIX_MIN else ""
    whole = _BETWEEN.join(clause.words) + going_on
    respelt = [(word, word + going_on) for word in sorted(clause.respelt)]
    others = [(word, word) for word in sorted(clause.spellings - clause.respelt)]
    return [(clause.words[0], whole), *respelt, *others]


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a call was found.

    Attributes:
        highlights: The title, always whole; summary and a piece of the text only where something
            matched in them.
        reasons: Everything that stands for something asked for, the strongest first.
        words: The folded words that matched.
    """

    highlights: tuple[Highlight, ...]
    reasons: tuple[Reason, ...]
    words: frozenset[str]


def explain(texts: Texts, matcher: Matcher) -> Explained:
    """Return where in a call what was asked for stands, and why that is what was asked for.

    The text is looked at only where title, summary, keywords and identifiers leave something open.
    """
    marks: dict[ReasonField, list[_Mark]] = {}
    reasons: dict[tuple[str, str, ReasonField], Reason] = {}
    for field, text in texts.fields.items():
        # The text is long: it is read only for what stands nowhere else.
        skipped = field == "body" and matcher.is_answered(reasons.values())
        marks[field] = [] if skipped else matcher.marks(texts.folded(field), texts.language)
        for mark in marks[field]:
            asked, by, other = matcher.why(mark.words)
            key = (asked, " ".join(mark.words), field)
            if key not in reasons:
                there = text[mark.start : mark.end]
                spoken = other.language_in(texts.language) if other else None
                reasons[key] = Reason(asked=asked, found=there, field=field, by=by, language=spoken)
    answered = {reason.asked for reason in reasons.values()}
    by_area = [reason for reason in matcher.areas(texts.areas) if reason.asked not in answered]
    ordered = sorted([*reasons.values(), *by_area], key=lambda reason: WAYS.index(reason.by))
    return Explained(
        highlights=tuple(_highlights(texts, marks)),
        reasons=tuple(ordered[:REASONS_MAX]),
        words=frozenset(word for found in marks.values() for mark in found for word in mark.words),
    )


def _highlights(texts: Texts, marks: Mapping[ReasonField, Sequence[_Mark]]) -> Iterator[Highlight]:
    shown: tuple[tuple[Literal["title", "summary"], str], ...] = (
        ("title", texts.title),
        ("summary", texts.summary),
    )
    for field, text in shown:
        spans = tuple(Span(start=mark.start, end=mark.end) for mark in marks[field])
        if spans or field == "title":
            yield Highlight(field=field, text=text, spans=spans)
    if marks["body"]:
        yield _snippet(texts.body, marks["body"])


def _snippet(body: str, marks: Sequence[_Mark]) -> Highlight:
    """Cut the body, at words, where most different words asked for stand together."""
    best = max(range(min(len(marks), _PLACES_MAX)), key=lambda index: (_variety(marks, index), -index))
    start = max(marks[best].start - _LEAD, 0)
    if start:
        start = body.find(" ", start, marks[best].start) + 1 or marks[best].start
    end = min(start + SNIPPET, len(body))
    if end < len(body):
        cut = body.rfind(" ", start, end)
        end = cut if cut > marks[best].end else max(end, marks[best].end)
    inside = tuple(
        Span(start=mark.start - start, end=mark.end - start)
        for mark in marks
        if mark.start >= start and mark.end <= end
    )
    return Highlight(field="body", text=body[start:end].replace("\n", " "), spans=inside)


def _variety(marks: Sequence[_Mark], index: int) -> int:
    reach = marks[index].start + SNIPPET - _LEAD
    near = (mark.words for mark in marks[index : index + 20] if mark.end <= reach)
    return len(set(near))
