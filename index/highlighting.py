"""Which words of a hit matched, and where: computed here, so that every engine marks alike."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.folding import WORD, fold, words_of
from index.query import Highlight, Span
from index.words import PREFIX_MIN, Clause, within_one_edit

SNIPPET = 260
"""Characters of a body's snippet: two lines on a desk, five on a phone."""
_LEAD = 60
_LETTER = r"[^\W_]"
_LETTER_BEFORE = re.compile(_LETTER)
_PLACES_MAX = 200
"""Marks of a body that are weighed against each other for the best snippet."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """Something that matched: ``[start, end)`` of the text, and the folded words there."""

    start: int
    end: int
    words: tuple[str, ...]


class Matcher:
    """Finds what was asked for in a text, in one pass of a pattern over it.

    Args:
        clauses: The question; what it excludes is never marked.
        fuzzy: Its words that were looked up with a typing error allowed.
    """

    def __init__(self, clauses: Sequence[Clause], fuzzy: frozenset[str]) -> None:
        wanted = [clause for clause in clauses if not clause.excluded]
        longest_first = sorted(wanted, key=lambda clause: -len(clause.words))
        self._parts = [part for clause in longest_first for part in _patterns(clause)]
        self._fuzzy = fuzzy

    def marks(self, text: str) -> list[_Mark]:
        """Return what matched, in order, never overlapping."""
        folded = fold(text)
        parts = dict.fromkeys([*self._parts, *self._misspelt(folded)])
        # `re` keeps the compiled pattern: it is the same for every text but where words are misspelt.
        pattern = rf"(?:{'|'.join(parts)})(?!{_LETTER})"
        return [
            _Mark(match.start(), match.end(), tuple(words_of(match.group())))
            for match in re.finditer(pattern, folded)
            if not _LETTER_BEFORE.match(folded, match.start() - 1, match.start())
        ]

    def _misspelt(self, folded: str) -> list[str]:
        if not self._fuzzy:
            return []
        there = set(WORD.findall(folded))
        return sorted(word for word in there if any(within_one_edit(word, typed) for typed in self._fuzzy))


def _patterns(clause: Clause) -> list[str]:
    """Return patterns for what a clause asks for. Words hold letters and digits, nothing a pattern knows."""
    going_on = f"{_LETTER}*" if clause.open_end and len(clause.words[-1]) >= PREFIX_MIN else ""
    whole = r"[\W_]+".join(clause.words) + going_on
    respelt = [word + going_on for word in sorted(clause.respelt)]
    return [whole, *respelt, *sorted(clause.spellings - clause.respelt)]


def highlight(
    title: str, summary: str, body: str, matcher: Matcher
) -> tuple[tuple[Highlight, ...], frozenset[str]]:
    """Return marked title, summary and body snippet, and the folded words that matched.

    The title is always whole; summary and body only where something matched in them.
    """
    marked, found = [], set[str]()
    for field, text in (("title", title), ("summary", summary)):
        marks = matcher.marks(text)
        found.update(word for mark in marks for word in mark.words)
        if marks or field == "title":
            spans = tuple(Span(start=mark.start, end=mark.end) for mark in marks)
            marked.append(Highlight(field=field, text=text, spans=spans))
    marks = matcher.marks(body)
    if marks:
        found.update(word for mark in marks for word in mark.words)
        marked.append(_snippet(body, marks))
    return tuple(marked), frozenset(found)


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
