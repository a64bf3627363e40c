"""How much happens: change events counted by week."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from store.database import Database
from store.tables import EventRow


def events_by_week(db: Database, since: datetime) -> Mapping[tuple[date, str], int]:
    """Return (Monday, kind of event) -> number of events since a moment (UTC); weeks are UTC's."""
    query = select(col(EventRow.at), col(EventRow.kind)).where(col(EventRow.at) >= since)
    with db.read() as session:
        found = Counter((at.date(), kind) for at, kind in session.execute(query))
    weeks: Counter[tuple[date, str]] = Counter()
    for (day, kind), number in found.items():
        weeks[day - timedelta(days=day.weekday()), kind] += number
    return weeks
