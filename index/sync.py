"""The index follows the store by change number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from index.engine import IndexBusy, IndexWriter, SearchEngine, SearchUnavailable
from store import reading
from store.database import Database

BATCH = 500


@dataclass(frozen=True, slots=True)
class Synced:
    """What synchronising did. ``busy``: another process writes and will do it; ``down``: later."""

    count: int
    cursor: int
    state: Literal["done", "busy", "down"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Store and index side by side."""

    missing: frozenset[str]
    extra: frozenset[str]
    cursor: int
    last_change: int


def synchronise(db: Database, engine: SearchEngine, *, now: datetime, batch: int = BATCH) -> Synced:
    """Write the calls changed since the index's cursor, and those whose next deadline has passed.

    The cursor is committed with the calls: a crash before it repeats work, and loses none. An
    index that is empty, or ahead of the store (another store's), is built anew.

    Args:
        db: The store.
        engine: The index to bring in step.
        now: Timezone-aware; decides which deadline of a call is the next.
        batch: Calls a commit.
    """
    try:
        cursor, last = engine.cursor(), reading.last_change(db)
        if last < cursor or (last and not cursor):
            return Synced(_rebuild(db, engine, now), engine.cursor(), "done")
        stale = engine.stale_ids(now)
        if last == cursor and not stale:
            return Synced(0, cursor, "done")
        with engine.writer() as writer:
            # Another process may have written between the look and the lock.
            cursor = engine.cursor()
            count, cursor = _write_changed(db, writer, cursor, now, batch)
            count += _refresh(db, writer, stale, cursor, now, batch)
        return Synced(count, cursor, "done")
    except IndexBusy:
        return Synced(0, 0, "busy")
    except SearchUnavailable:
        return Synced(0, 0, "down")


def _write_changed(
    db: Database, writer: IndexWriter, cursor: int, now: datetime, batch: int
) -> tuple[int, int]:
    count = 0
    while changed := reading.changed_since(db, cursor, batch):
        count += writer.upsert((call for _, call in changed), now=now)
        cursor = changed[-1][0]
        writer.commit(cursor=cursor)
    return count, cursor


def _refresh(
    db: Database, writer: IndexWriter, stale: set[str], cursor: int, now: datetime, batch: int
) -> int:
    ids = sorted(stale)
    count = 0
    for start in range(0, len(ids), batch):
        part = ids[start : start + batch]
        calls = reading.get_calls(db, part)
        count += writer.upsert(calls, now=now)
        writer.delete(set(part) - {call.id for call in calls})
        writer.commit(cursor=cursor)
    return count


def reindex(db: Database, engine: SearchEngine, *, now: datetime) -> int:
    """Build the index anew beside the live one; returns the number of calls.

    Raises:
        IndexBusy: Another process is writing.
        SearchUnavailable: The index cannot be written.
    """
    count = _rebuild(db, engine, now)
    synchronise(db, engine, now=now)
    return count


def _rebuild(db: Database, engine: SearchEngine, now: datetime) -> int:
    # Read first: what changes meanwhile lies above it and is taken up by the next synchronising.
    cursor = reading.last_change(db)
    return engine.rebuild(reading.iter_calls(db), cursor=cursor, now=now)


def compare(db: Database, engine: SearchEngine) -> Comparison:
    """Compare what store and index hold.

    Raises:
        SearchUnavailable: The engine cannot answer.
    """
    stored, indexed = reading.call_ids(db), engine.call_ids()
    return Comparison(
        frozenset(stored - indexed), frozenset(indexed - stored), engine.cursor(), reading.last_change(db)
    )
