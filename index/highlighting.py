"""Which words of a hit matched, where and why: computed here, so that every engine marks alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from index.marking import PLACES_MAX, Mark, Matcher
from index.query import WAYS, Highlight, Reason, ReasonField, Span
from index.texts import Texts

SNIPPET = 260
"""Characters of a body's snippet: two lines on a desk, five on a phone."""
_LEAD = 60
REASONS_MAX = 12
"""Reasons of one hit; what stands in a text in many forms is clear by then."""


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
    areas = list(matcher.areas(texts.areas))
    marks, reasons = _found(texts, matcher, in_any=False)
    if texts.language and not matcher.is_answered([*reasons.values(), *areas]):
        marks, reasons = _found(texts, matcher, in_any=True)
    answered = {reason.asked for reason in reasons.values()}
    by_area = [reason for reason in areas if reason.asked not in answered]
    ordered = sorted([*reasons.values(), *by_area], key=lambda reason: WAYS.index(reason.by))
    return Explained(
        highlights=tuple(_highlights(texts, marks)),
        reasons=tuple(ordered[:REASONS_MAX]),
        words=frozenset(word for found in marks.values() for mark in found for word in mark.words),
    )


_Reasons = dict[tuple[str, tuple[str, ...], ReasonField], Reason]


def _found(texts: Texts, matcher: Matcher, *, in_any: bool) -> tuple[dict[ReasonField, list[Mark]], _Reasons]:
    marks: dict[ReasonField, list[Mark]] = {field: [] for field in texts.fields}
    for mark in matcher.marks(texts.head, texts.language, in_any=in_any):
        field, begin = texts.place(mark.start)
        marks[field].append(Mark(mark.start - begin, mark.end - begin, mark.words))
    reasons = _reasons(texts, matcher, marks)
    # The text is long: it is read only for what stands nowhere else.
    if not matcher.is_answered(reasons.values()):
        marks["body"] = matcher.marks(texts.folded_body, texts.language, in_any=in_any)
        reasons |= _reasons(texts, matcher, {"body": marks["body"]})
    return marks, reasons


def _reasons(texts: Texts, matcher: Matcher, marks: Mapping[ReasonField, Sequence[Mark]]) -> _Reasons:
    """Return what marks stand for; the first of equals."""
    reasons: _Reasons = {}
    for field, found in marks.items():
        for start, end, words in found:
            asked, by, other = matcher.why(words)
            if (asked, words, field) not in reasons:
                spoken = other.language_in(texts.language) if other else None
                there = texts.fields[field][start:end]
                reasons[asked, words, field] = Reason(asked, there, field, by, spoken)
    return reasons


def _highlights(texts: Texts, marks: Mapping[ReasonField, Sequence[Mark]]) -> Iterator[Highlight]:
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


def _snippet(body: str, marks: Sequence[Mark]) -> Highlight:
    """Cut the body, at words, where most different words asked for stand together."""
    best = max(range(min(len(marks), PLACES_MAX)), key=lambda index: (_variety(marks, index), -index))
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


def _variety(marks: Sequence[Mark], index: int) -> int:
    reach = marks[index].start + SNIPPET - _LEAD
    near = (mark.words for mark in marks[index : index + 20] if mark.end <= reach)
    return len(set(near))
