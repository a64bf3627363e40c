"""Change events by number, read together with the calls they are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from normalize.call import Call
from store.database import Database
from store.reading import READ_BATCH, StoredEvent, call_of
from store.tables import CallRow, CounterRow, EventRow


@dataclass(frozen=True, slots=True)
class Window:
    """One state of the store: every call, and the events above a number.

    Attributes:
        upto: The last number given so far; nothing will ever appear below it.
        calls: Every call with its change number; without description and documents, which are
            the bulk of it.
        events: Events numbered above what was asked for, in order.
    """

    upto: int
    calls: Sequence[tuple[int, Call]]
    events: Sequence[StoredEvent]


def read_window(db: Database, after: int) -> Window:
    """Return the calls and the events above ``after``, as of one moment."""
    with db.read() as session:
        upto = _last_number(session)
        events = [
            event_of(row)
            for row in session.execute(
                select(EventRow).where(col(EventRow.number) > after).order_by(col(EventRow.number))
            ).scalars()
        ]
        query = select(CallRow).order_by(col(CallRow.id)).execution_options(yield_per=READ_BATCH)
        calls = [(row.change_number, _without_bulk(call_of(row))) for row in session.execute(query).scalars()]
    return Window(upto, calls, events)


def _without_bulk(call: Call) -> Call:
    return call.model_copy(update={"description": None, "documents": ()})


def last_number(db: Database) -> int:
    """Return the last number given to a change or an event."""
    with db.read() as session:
        return _last_number(session)


def _last_number(session: Session) -> int:
    query = select(col(CounterRow.value)).where(col(CounterRow.name) == "change")
    return int(session.execute(query).scalar_one())


def number_before(db: Database, moment: datetime) -> int:
    """Return the number of the last event before a moment; 0 when there is none."""
    with db.read() as session:
        query = select(func.max(col(EventRow.number))).where(col(EventRow.at) < moment)
        return int(session.execute(query).scalar_one() or 0)


def event_of(row: EventRow) -> StoredEvent:
    """Return a row as the other rooms see it."""
    return StoredEvent(row.number, row.call_id, row.kind, row.at, row.old, row.new, row.cause)
