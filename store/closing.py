"""Calls that close soon."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from store.database import Database
from store.reading import call_of
from store.tables import CallRow

CLOSES_WITHIN = timedelta(days=14)
"""A call that closes this soon is asked again between two nights."""


def closing_soon(db: Database, source_id: str, now: datetime, within: timedelta) -> list[str]:
    """Return the native ids of a source's calls with a deadline between ``now`` and ``now + within``.

    Withdrawn calls are left out. The order is that of the ids.
    """
    found = []
    query = select(CallRow).where(col(CallRow.source_id) == source_id).order_by(col(CallRow.id))
    with db.read() as session:
        for row in session.execute(query.execution_options(yield_per=200)).scalars():
            call = call_of(row)
            deadline = call.next_deadline_at(now)
            if deadline and deadline.at and deadline.at <= now + within and not call.withdrawn:
                found.append(call.native_id)
    return found
