"""Mistakes that readers report; the staff desk settles them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from store.database import Database
from store.tables_mistakes import MistakeReportRow

WORDS_MAX = 2000
FIELD_MAX, EMAIL_MAX = 40, 254


@dataclass(frozen=True, slots=True)
class MistakeReport:
    """What a reader says is wrong with a call.

    Attributes:
        number: Counts up; newest is highest.
        field: What it is about, a word of the form such as ``deadlines``; ``other`` for anything else.
        words: The reader's own.
        email: Where they may be asked; empty when they gave none.
        settled_at: When staff settled it; None while it waits.
    """

    number: int
    call_id: str
    field: str
    words: str
    email: str
    reported_at: datetime
    settled_at: datetime | None


def report_mistake(db: Database, call_id: str, field: str, words: str, email: str, now: datetime) -> int:
    """Keep a report and return its number; texts are cut to what the table holds."""
    row = MistakeReportRow(
        call_id=call_id,
        field=field[:FIELD_MAX],
        words=words[:WORDS_MAX],
        email=email[:EMAIL_MAX],
        reported_at=now,
    )
    with db.write() as session:
        session.add(row)
        session.flush()
        assert row.id is not None, "the database numbers it"
        return row.id


def waiting_mistakes(db: Database, limit: int = 100) -> Sequence[MistakeReport]:
    """Return reports nobody settled yet, oldest first."""
    query = (
        select(MistakeReportRow)
        .where(col(MistakeReportRow.settled_at).is_(None))
        .order_by(col(MistakeReportRow.id))
        .limit(limit)
    )
    with db.read() as session:
        return [_report(row) for row in session.execute(query).scalars()]


def count_waiting_mistakes(db: Database) -> int:
    """Return how many reports wait."""
    query = select(func.count()).where(col(MistakeReportRow.settled_at).is_(None))
    with db.read() as session:
        return int(session.execute(query).scalar_one())


def settle_mistake(db: Database, number: int, now: datetime) -> bool:
    """Mark a report as settled; False when there is none of that number waiting."""
    with db.write() as session:
        row = session.get(MistakeReportRow, number)
        if row is None or row.settled_at is not None:
            return False
        row.settled_at = now
        session.add(row)
        return True


def _report(row: MistakeReportRow) -> MistakeReport:
    assert row.id is not None, "it is stored"
    return MistakeReport(
        row.id, row.call_id, row.field, row.words, row.email, row.reported_at, row.settled_at
    )
