"""Publish calls: rows, change numbers and events in one transaction a batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from normalize.call import Call
from store.changes import ChangeEvent, changes_between
from store.database import Database
from store.fingerprint import LIFE, content_hash
from store.reading import call_of
from store.tables import CallRow, CounterRow, EventRow

BATCH = 200
"""Calls a transaction: short enough that no other writer waits long."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did: calls new, changed and unchanged, and events written."""

    new: int
    changed: int
    unchanged: int
    events: int

    def __add__(self, other: "Published") -> "Published":
        return Published(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.events + other.events,
        )


def publish(
    db: Database, run_id: int, source_id: str, calls: Sequence[Call], now: datetime, *, seen: bool = True
) -> Published:
    """Store a run's calls; numbers and events are given inside the committing transaction.

    A call that is the same as stored gets no number and no event, only a new ``last_seen_at``.
    A call that a source no longer lists is left as it is.

    Args:
        db: The store.
        run_id: The run to which events are booked.
        source_id: Every call must belong to it.
        calls: What the run found.
        now: The moment of publishing, UTC.
        seen: Whether the source listed them just now; False for calls made from the archive, whose
            ``last_seen_at`` stays.

    Raises:
        ValueError: A call of another source.
    """
    foreign = [call.id for call in calls if call.source_id != source_id]
    if foreign:
        raise ValueError(f"{foreign[0]} is no call of {source_id}")
    total = Published(0, 0, 0, 0)
    moment = _Moment(run_id, now, seen)
    for batch in _batches(calls):
        hashed = [(call, content_hash(call)) for call in batch]  # before the lock is taken
        with db.write() as session:
            total += _publish_batch(session, hashed, moment)
    return total


@dataclass(frozen=True, slots=True)
class _Moment:
    run_id: int
    now: datetime
    seen: bool


def _batches(calls: Sequence[Call]) -> Iterator[Sequence[Call]]:
    """Cut into batches; of two calls with one id the later wins."""
    unique = list({call.id: call for call in calls}.values())
    for start in range(0, len(unique), BATCH):
        yield unique[start : start + BATCH]


def _publish_batch(session: Session, batch: Sequence[tuple[Call, str]], moment: _Moment) -> Published:
    numbers = _Numbers(session)
    query = select(CallRow).where(col(CallRow.id).in_([call.id for call, _ in batch]))
    stored = {row.id: row for row in session.execute(query).scalars()}
    new = changed = events = 0
    unchanged: list[str] = []
    for call, digest in batch:
        row = stored.get(call.id)
        if row is not None and row.content_hash == digest:
            unchanged.append(call.id)
            continue
        if row is None:
            new += 1
            found = [ChangeEvent("new")]
            session.add(_new_row(call, digest, numbers.next(), moment.now))
        else:
            changed += 1
            found = changes_between(call_of(row), call)
            _update_row(row, call, digest, numbers.next(), moment)
        session.add_all(_event_row(change, call.id, numbers.next(), moment) for change in found)
        events += len(found)
    if moment.seen:
        _saw(session, unchanged, moment.now)
    numbers.keep()
    return Published(new, changed, len(unchanged), events)


class _Numbers:
    """The change numbers of one transaction.

    On PostgreSQL the row lock makes publishers queue, so that no later commit shows a lower
    number; on SQLite the write transaction itself does.
    """

    def __init__(self, session: Session) -> None:
        query = select(CounterRow).where(col(CounterRow.name) == "change").with_for_update()
        self._row = session.execute(query).scalar_one()
        self._value = self._row.value

    def next(self) -> int:
        self._value += 1
        return int(self._value)

    def keep(self) -> None:
        if self._value != self._row.value:
            self._row.value = self._value


def _new_row(call: Call, digest: str, number: int, now: datetime) -> CallRow:
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


def _update_row(row: CallRow, call: Call, digest: str, number: int, moment: _Moment) -> None:
    row.document = call.model_dump_json(exclude=set(LIFE))
    row.content_hash = digest
    row.change_number = number
    row.changed_at = moment.now
    if moment.seen:
        row.last_seen_at = moment.now
    row.revision += 1


def _event_row(change: ChangeEvent, call_id: str, number: int, moment: _Moment) -> EventRow:
    return EventRow(
        number=number,
        call_id=call_id,
        kind=change.kind,
        at=moment.now,
        run_id=moment.run_id,
        old=change.old,
        new=change.new,
    )


def _saw(session: Session, call_ids: Sequence[str], now: datetime) -> None:
    if call_ids:
        session.execute(update(CallRow).where(col(CallRow.id).in_(call_ids)).values(last_seen_at=now))
