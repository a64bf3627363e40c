"""One page of hits from Meilisearch, in groups that come one after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.meili_documents import tie_of
from index.meili_queries import Question, among, misplaced
from index.paging import Cursor, CursorError, fingerprint

Ask = Callable[[Sequence[Mapping[str, Any]]], list[Mapping[str, Any]]]
"""Asks several queries in one request."""


@dataclass(frozen=True, slots=True)
class Page:
    """Hits of one page as the server gave them, and where the next page begins."""

    found: Sequence[Mapping[str, Any]]
    next_cursor: str | None


def page_of(asked: Question, cursor: Cursor | None, total: int, ask: Ask) -> Page:
    """Return the page asked for.

    Args:
        asked: The question, as of the cursor's moment when there is one.
        cursor: Where the page before ended.
        total: Hits on all pages.
        ask: Asks the server.

    Raises:
        CursorError: The cursor belongs to another question.
    """
    question = fingerprint(asked.asked.question().model_dump_json(exclude_defaults=True))
    if cursor is not None and cursor.question != question:
        raise CursorError("the cursor belongs to another question")
    query = asked.asked
    if not query.limit or query.offset >= total:
        return Page((), None)
    by_words = query.sort == "relevance" and asked.ranks
    if by_words:
        skipped = (cursor.seen if cursor else 0) + query.offset
        hits = _by_words(asked, skipped, query.limit + 1, ask)
    else:
        hits = _in_order(asked, cursor, query.offset + query.limit + 1, ask)[query.offset :]
    shown = hits[: query.limit]
    if len(hits) <= len(shown):
        return Page([hit for _, hit in shown], None)
    group, last = shown[-1]
    following = Cursor(
        question=question,
        moment=asked.moment,
        seen=(cursor.seen if cursor else 0) + query.offset + len(shown),
        group=group,
        score=0.0,
        order=int(last["first_seen_s"] if query.sort == "newest" else last["order_rank"]),
        call_id=last["call_id"],
        snapshot="",
    )
    return Page([hit for _, hit in shown], following.written())


_Hits = list[tuple[int, Mapping[str, Any]]]


def _by_words(asked: Question, skipped: int, upto: int, ask: Ask) -> _Hits:
    """Return hits by the ranking rules: groups one after the other, by offset."""
    groups = asked.groups()
    counts = [0] * len(groups)
    if skipped:
        counts = [int(answer["totalHits"]) for answer in ask([asked.counting(group) for group in groups])]
    queries = []
    for group, count in zip(groups, counts, strict=True):
        queries.append(asked.query(group, offset=skipped, limit=upto, showRankingScore=True))
        skipped = max(skipped - count, 0)
    answers = ask(queries)
    return [(number, hit) for number, answer in enumerate(answers) for hit in answer["hits"]][:upto]


def _in_order(asked: Question, cursor: Cursor | None, upto: int, ask: Ask) -> _Hits:
    """Return hits in an order of numbers, those judged anew merged in."""
    is_newest = asked.asked.sort == "newest"
    groups = [
        (number, group) for number, group in enumerate(asked.groups()) if not cursor or number >= cursor.group
    ]
    stale = {one.document_id: one for one in asked.stale} if not is_newest else {}
    queries = []
    for number, group in groups:
        after = [asked.after(cursor, tie_of(cursor.call_id))] if cursor and number == cursor.group else []
        fresh = [*group, *after, *([f"NOT {misplaced(asked.moment)}"] if stale else [])]
        queries.append(asked.query(fresh, offset=0, limit=upto, **asked.sort()))
        if stale:
            queries.append(asked.query([*group, among("id", stale)], offset=0, limit=len(stale)))
    answers = iter(ask(queries))
    found: _Hits = []
    for number, _ in groups:
        hits = list(next(answers)["hits"])
        if stale:
            anew = [_judged(hit, asked) for hit in next(answers)["hits"]]
            hits += [hit for hit in anew if not cursor or number > cursor.group or _is_after(hit, cursor)]
            hits.sort(key=lambda hit: (hit["order_rank"], hit["tie"]))
        found += [(number, hit) for hit in hits[:upto]]
    return found[:upto]


def _judged(hit: Mapping[str, Any], asked: Question) -> Mapping[str, Any]:
    ranks = {one.tie: one.order_rank for one in asked.stale}
    return {**hit, "order_rank": ranks[hit["tie"]]}


def _is_after(hit: Mapping[str, Any], cursor: Cursor) -> bool:
    return (hit["order_rank"], hit["tie"]) > (cursor.order, tie_of(cursor.call_id))
