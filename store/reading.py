"""Read calls and events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from config.keeping import Shelf
from normalize.call import Call
from store.database import Database
from store.fingerprint import LIFE
from store.tables import CallRow, EventRow

READ_BATCH = 500
_LIFE = tuple(sorted(LIFE))
_TABLE = CallRow.metadata.tables[str(CallRow.__tablename__)]
_STANDING = (_TABLE.c.id, _TABLE.c.change_number, *(_TABLE.c[name] for name in _LIFE))
_OF_THESE = _TABLE.c.id.in_(bindparam("ids", expanding=True))
_HOW_THEY_STAND = select(*_STANDING).where(_OF_THESE)
_WHOLE = select(*_STANDING, _TABLE.c.document).where(_OF_THESE)
CALLS_KEPT = 4096
"""Calls kept a database, some 22 kB each: a page of hits is asked for again, filtered and turned over."""
_Calls = Shelf[tuple[object, ...], Call]
_calls: WeakKeyDictionary[Database, _Calls] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A change event as read back; ``number`` orders all events of the house.

    ``cause`` is ``source``, ``parser`` (we read the same record otherwise) or ``staff``.
    """

    number: int
    call_id: str
    kind: str
    at: datetime
    old: Any
    new: Any
    cause: str = "source"


def call_of(row: CallRow) -> Call:
    """Return the row's call with the life the store keeps."""
    call = Call.model_validate_json(row.document)
    return call.model_copy(update={name: getattr(row, name) for name in LIFE})


def get_call(db: Database, call_id: str) -> Call | None:
    """Return one call; None when there is none of that id."""
    with db.read() as session:
        row = session.get(CallRow, call_id)
        return call_of(row) if row else None


def get_calls(db: Database, call_ids: Sequence[str]) -> list[Call]:
    """Return calls in the order asked; unknown ids are left out.

    A document never changes under its change number, so a call read before is the very same object until
    anything of its row is another.
    """
    kept = _calls.setdefault(db, Shelf(CALLS_KEPT))
    found: dict[str, Call] = {}
    with db.read_rows() as connection:
        # A database takes only so many values in one statement.
        for start in range(0, len(call_ids), READ_BATCH):
            unread = []
            # Bare rows: an object each, watched by a session, would cost as much as reading the call.
            for row in connection.execute(_HOW_THEY_STAND, {"ids": call_ids[start : start + READ_BATCH]}):
                call = kept.get(tuple(row))
                if call is None:
                    unread.append(row.id)
                else:
                    found[row.id] = call
            for *standing, document in connection.execute(_WHOLE, {"ids": unread}) if unread else ():
                call_id, _, *life = standing
                call = Call.model_validate_json(document).model_copy(
                    update=dict(zip(_LIFE, life, strict=True))
                )
                found[call_id] = kept.put(tuple(standing), call)
    return [found[call_id] for call_id in call_ids if call_id in found]


def changed_since(db: Database, number: int, limit: int) -> list[tuple[int, Call]]:
    """Return up to ``limit`` calls with a change number above ``number``, lowest first."""
    query = (
        select(CallRow)
        .where(col(CallRow.change_number) > number)
        .order_by(col(CallRow.change_number))
        .limit(limit)
    )
    with db.read() as session:
        return [(row.change_number, call_of(row)) for row in session.execute(query).scalars()]


def iter_calls(db: Database) -> Iterator[Call]:
    """Yield every call in the order of ids; memory stays flat, no transaction stays open."""
    after = ""
    while True:
        query = select(CallRow).where(col(CallRow.id) > after).order_by(col(CallRow.id)).limit(READ_BATCH)
        with db.read() as session:
            batch = [call_of(row) for row in session.execute(query).scalars()]
        if not batch:
            return
        yield from batch
        after = batch[-1].id


def last_change(db: Database) -> int:
    """Return the highest change number a call carries; 0 when there is no call."""
    with db.read() as session:
        return session.execute(select(func.max(col(CallRow.change_number)))).scalar_one() or 0


def call_ids(db: Database) -> set[str]:
    """Return the ids of all calls."""
    with db.read() as session:
        return set(session.execute(select(col(CallRow.id))).scalars())


def events_of(db: Database, call_id: str) -> list[StoredEvent]:
    """Return a call's events, oldest first."""
    query = select(EventRow).where(col(EventRow.call_id) == call_id).order_by(col(EventRow.number))
    with db.read() as session:
        return [
            StoredEvent(row.number, row.call_id, row.kind, row.at, row.old, row.new, row.cause)
            for row in session.execute(query).scalars()
        ]


def count_by_source(db: Database) -> Mapping[str, int]:
    """Return source id -> number of calls stored."""
    query = select(col(CallRow.source_id), func.count()).group_by(col(CallRow.source_id))
    with db.read() as session:
        return {source_id: count for source_id, count in session.execute(query)}


def last_new_by_source(db: Database) -> Mapping[str, datetime]:
    """Return source id -> when a call of it was first seen last."""
    query = select(col(CallRow.source_id), func.max(col(CallRow.first_seen_at))).group_by(
        col(CallRow.source_id)
    )
    with db.read() as session:
        return {source_id: at for source_id, at in session.execute(query)}
