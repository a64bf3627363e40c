"""The rows that publishing writes: shared by the publisher and by corrections of staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlmodel import Session, col

from normalize.call import Call
from store.changes import ChangeEvent
from store.fingerprint import LIFE
from store.tables import CallRow, CounterRow, EventRow

Cause = Literal["source", "parser", "staff"]
"""Why a call changed: its source said so, we read the same record otherwise, or staff corrected it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When and why rows are written.

    Attributes:
        run_id: Run to which events are booked; None for what staff did.
        now: UTC.
        seen: Whether the source listed the calls just now.
        cause: Written with every event.
    """

    run_id: int | None
    now: datetime
    seen: bool
    cause: Cause = "source"


class Numbers:
    """The change numbers of one transaction.

    On PostgreSQL the row lock makes publishers queue, so that no later commit shows a lower
    number; on SQLite the write transaction itself does.
    """

    def __init__(self, session: Session) -> None:
        query = select(CounterRow).where(col(CounterRow.name) == "change").with_for_update()
        self._row = session.execute(query).scalar_one()
        self._value = self._row.value

    def next(self) -> int:
        """Return the next number."""
        self._value += 1
        return int(self._value)

    def keep(self) -> None:
        """Remember the last number given, in the same transaction."""
        if self._value != self._row.value:
            self._row.value = self._value


def new_row(call: Call, digest: str, number: int, now: datetime) -> CallRow:
    """Return the row of a call seen for the first time."""
    return CallRow(
        id=call.id,
        source_id=call.source_id,
        native_id=call.native_id,
        document=call.model_dump_json(exclude=set(LIFE)),
        content_hash=digest,
        change_number=number,
        first_seen_at=now,
        last_seen_at=now,
        changed_at=now,
    )


def update_row(row: CallRow, call: Call, digest: str, number: int, moment: Moment) -> None:
    """Put another version of a call into its row."""
    row.document = call.model_dump_json(exclude=set(LIFE))
    row.content_hash = digest
    row.change_number = number
    row.changed_at = moment.now
    if moment.seen:
        row.last_seen_at = moment.now
        row.missed_runs = 0
    row.revision += 1


def event_row(
    change: ChangeEvent, call_id: str, number: int, moment: Moment, cause: Cause | None = None
) -> EventRow:
    """Return the row of one change of a call; its cause is the moment's unless another is given."""
    return EventRow(
        number=number,
        call_id=call_id,
        kind=change.kind,
        at=moment.now,
        run_id=moment.run_id,
        cause=cause or moment.cause,
        old=change.old,
        new=change.new,
    )
