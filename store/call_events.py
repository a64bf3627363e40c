"""Read the events of many calls at once, and when each last changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from store.database import Database
from store.reading import READ_BATCH, StoredEvent
from store.tables import CallRow, EventRow

_FIELDS = tuple(field.name for field in fields(StoredEvent))


@dataclass(frozen=True, slots=True)
class LastEvent:
    """The latest change event of a call; ``number`` orders all events of the house."""

    call_id: str
    number: int
    at: datetime


def events_of_calls(db: Database, call_ids: Sequence[str]) -> Mapping[str, Sequence[StoredEvent]]:
    """Return call id -> its events, oldest first; calls without events are left out."""
    found: dict[str, list[StoredEvent]] = {}
    with db.read() as session:
        for batch in _batches(call_ids):
            query = select(EventRow).where(col(EventRow.call_id).in_(batch)).order_by(col(EventRow.number))
            for row in session.execute(query).scalars():
                event = StoredEvent(**{name: getattr(row, name) for name in _FIELDS})
                found.setdefault(row.call_id, []).append(event)
    return found


def events_of_run(db: Database, run_id: int) -> list[StoredEvent]:
    """Return what one run found changed, in order."""
    query = select(EventRow).where(col(EventRow.run_id) == run_id).order_by(col(EventRow.number))
    with db.read() as session:
        return [
            StoredEvent(**{name: getattr(row, name) for name in _FIELDS})
            for row in session.execute(query).scalars()
        ]


def last_events(db: Database, call_ids: Sequence[str] | None = None) -> list[LastEvent]:
    """Return the latest event of each call, latest first.

    Args:
        db: The store.
        call_ids: Of these calls; of every call when not given. One without events is left out.
    """
    found: list[LastEvent] = []
    with db.read() as session:
        for batch in [None] if call_ids is None else _batches(call_ids):
            query = select(col(EventRow.call_id), func.max(col(EventRow.number)), func.max(col(EventRow.at)))
            if batch is not None:
                query = query.where(col(EventRow.call_id).in_(batch))
            rows = session.execute(query.group_by(col(EventRow.call_id)))
            found += [LastEvent(call_id, number, at) for call_id, number, at in rows]
    return sorted(found, key=lambda event: event.number, reverse=True)


def call_stamps(db: Database, *, offset: int, limit: int) -> list[tuple[str, datetime]]:
    """Return (id, moment of its last change) of calls in the order of ids."""
    query = (
        select(col(CallRow.id), col(CallRow.changed_at)).order_by(col(CallRow.id)).offset(offset).limit(limit)
    )
    with db.read() as session:
        return [(call_id, at) for call_id, at in session.execute(query)]


def count_calls(db: Database) -> int:
    """Return how many calls are stored."""
    with db.read() as session:
        return int(session.execute(select(func.count()).select_from(CallRow)).scalar_one())


def _batches(call_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut into as many as a database takes in one statement."""
    for start in range(0, len(call_ids), READ_BATCH):
        yield call_ids[start : start + READ_BATCH]
