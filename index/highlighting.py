"""Which words of a hit matched, and where: computed here, so that every engine marks alike."""

from collections.abc import Callable, Sequence

from index.folding import fold
from index.query import Highlight, Span
from index.words import WORD, Clause, within_one_edit

SNIPPET = 260
"""Characters of a body's snippet: two lines on a desk, five on a phone."""
_LEAD = 60

Predicate = Callable[[str], bool]


def matcher_of(clauses: Sequence[Clause], fuzzy: frozenset[str]) -> Predicate:
    """Return a test whether a folded word is one that was asked for.

    Args:
        clauses: The question.
        fuzzy: Words that were looked up with a typing error allowed.
    """
    wanted = [clause for clause in clauses if not clause.excluded]
    exact = {word for clause in wanted for word in (*clause.words, *clause.spellings)}
    prefixes = tuple(clause.words[-1] for clause in wanted if clause.open_end and len(clause.words[-1]) >= 2)

    def is_wanted(word: str) -> bool:
        if word in exact or (prefixes and word.startswith(prefixes)):
            return True
        return any(within_one_edit(word, typed) for typed in fuzzy)

    return is_wanted


def highlight(
    title: str, summary: str, body: str, is_wanted: Predicate
) -> tuple[tuple[Highlight, ...], frozenset[str]]:
    """Return marked title, summary and body snippet, and the folded words that matched.

    The title is always whole; summary and body only where something matched in them.
    """
    found: set[str] = set()
    marked = []
    for field, text in (("title", title), ("summary", summary)):
        spans = _spans(text, is_wanted, found)
        if spans or field == "title":
            marked.append(Highlight(field=field, text=text, spans=spans))
    spans = _spans(body, is_wanted, found)
    if spans:
        marked.append(_snippet(body, spans))
    return tuple(marked), frozenset(found)


def _spans(text: str, is_wanted: Predicate, found: set[str]) -> tuple[Span, ...]:
    spans = []
    for match in WORD.finditer(fold(text)):
        if is_wanted(match.group()):
            found.add(match.group())
            spans.append(Span(start=match.start(), end=match.end()))
    return tuple(spans)


def _snippet(body: str, spans: Sequence[Span]) -> Highlight:
    """Cut the body around the first match, at words."""
    start = max(spans[0].start - _LEAD, 0)
    if start:
        start = body.rfind(" ", 0, start) + 1 if " " in body[:start] else start
    end = min(start + SNIPPET, len(body))
    if end < len(body):
        cut = body.rfind(" ", start, end)
        end = cut if cut > spans[0].end else end
    inside = tuple(
        Span(start=span.start - start, end=span.end - start)
        for span in spans
        if span.start >= start and span.end <= end
    )
    return Highlight(field="body", text=body[start:end].replace("\n", " "), spans=inside)
