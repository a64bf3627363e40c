"""Everything a search finds, beyond its pages: for exports, feeds and calendars."""

from collections.abc import Iterator
from datetime import datetime

from index.engine import SearchEngine
from index.query import SearchQuery
from normalize.call import Call
from store.database import Database
from store.reading import get_calls

_TRIES = 3
_PAGE = 500
"""Hits at a time: a page's bound is for people and programs that ask from outside."""
_BATCH = 200


def found_ids(engine: SearchEngine, query: SearchQuery, *, now: datetime) -> list[str]:
    """Return the ids of every call a search finds, in its order; its own page is ignored.

    A call whose place in the order changes between two pages could be lost or doubled. So when the
    index was written to meanwhile, the search is asked again, up to three times.

    Raises:
        SearchUnavailable: The engine cannot answer.
    """
    found: list[str] = []
    for _ in range(_TRIES):
        before = engine.cursor()
        found = list(dict.fromkeys(_pages(engine, query, now)))
        if engine.cursor() == before:
            break
    return found


def found_calls(db: Database, engine: SearchEngine, query: SearchQuery, *, now: datetime) -> Iterator[Call]:
    """Yield every call a search finds, in its order, as stored; only the ids are held in memory.

    Raises:
        SearchUnavailable: The engine cannot answer.
    """
    return stored_calls(db, found_ids(engine, query, now=now))


def stored_calls(db: Database, call_ids: list[str]) -> Iterator[Call]:
    """Yield calls by id, in the order asked; ids nobody knows are left out."""
    for start in range(0, len(call_ids), _BATCH):
        yield from get_calls(db, call_ids[start : start + _BATCH])


def _pages(engine: SearchEngine, query: SearchQuery, now: datetime) -> Iterator[str]:
    cursor: str | None = None
    while True:
        page = query.model_copy(update={"offset": 0, "limit": _PAGE, "cursor": cursor})
        result = engine.search(page, now=now, explained=False)
        yield from (hit.call_id for hit in result.hits)
        cursor = result.next_cursor
        if cursor is None:
            return
