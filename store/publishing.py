"""Publish calls: rows, change numbers and events in one transaction a batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from normalize.call import Call
from store.changes import ChangeEvent, changes_between
from store.corrections import corrected_like, overridden
from store.database import Database
from store.fingerprint import content_hash
from store.publishing_rows import Cause, Moment, Numbers, event_row, new_row, update_row
from store.reading import call_of
from store.tables import CallRow

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


Reread = Callable[[Sequence[str]], Mapping[str, Call]]
"""Ids of calls -> those calls as their record before this run is read today."""


def publish(
    db: Database,
    run_id: int,
    source_id: str,
    calls: Sequence[Call],
    now: datetime,
    *,
    seen: bool = True,
    reread: Reread | None = None,
) -> Published:
    """Store a run's calls; numbers and events are given inside the committing transaction.

    A call that is the same as stored gets no number and no event, only a new ``last_seen_at``.
    A call that a source no longer lists is left as it is (`store.absence` sees to it).

    An event's cause is the source only where the source's own record changed. What differs because
    we read the same record otherwise than before (a mended parser) has the cause ``parser``, so that
    nobody is told of it as news.

    Args:
        db: The store.
        run_id: The run to which events are booked.
        source_id: Every call must belong to it.
        calls: What the run found.
        now: The moment of publishing, UTC.
        seen: Whether the source listed them just now; False for calls made from the archive, whose
            ``last_seen_at`` stays, and whose every change is the parser's.
        reread: Reads the records that changed calls had before this run; without it every change
            counts as the source's.

    Raises:
        ValueError: A call of another source.
    """
    foreign = [call.id for call in calls if call.source_id != source_id]
    if foreign:
        raise ValueError(f"{foreign[0]} is no call of {source_id}")
    total = Published(0, 0, 0, 0)
    moment = Moment(run_id, now, seen, "source" if seen else "parser")
    for batch in _batches(calls):
        hashed = [(call, content_hash(call)) for call in batch]  # before the lock is taken
        before = reread(_differing(db, hashed)) if reread else {}
        with db.write() as session:
            total += _publish_batch(session, hashed, moment, before)
    return total


def _differing(db: Database, batch: Sequence[tuple[Call, str]]) -> list[str]:
    """Return the ids of stored calls that a batch would change."""
    query = select(col(CallRow.id), col(CallRow.content_hash)).where(
        col(CallRow.id).in_([call.id for call, _ in batch])
    )
    with db.read() as session:
        stored = {call_id: digest for call_id, digest in session.execute(query)}
    return [call.id for call, digest in batch if stored.get(call.id, digest) != digest]


def _batches(calls: Sequence[Call]) -> Iterator[Sequence[Call]]:
    """Cut into batches; of two calls with one id the later wins."""
    unique = list({call.id: call for call in calls}.values())
    for start in range(0, len(unique), BATCH):
        yield unique[start : start + BATCH]


def _publish_batch(
    session: Session, batch: Sequence[tuple[Call, str]], moment: Moment, before: Mapping[str, Call]
) -> Published:
    numbers = Numbers(session)
    corrected = overridden(session, [call for call, _ in batch])
    query = select(CallRow).where(col(CallRow.id).in_([call.id for call, _ in batch]))
    stored = {row.id: row for row in session.execute(query).scalars()}
    new = changed = events = 0
    unchanged: list[str] = []
    for said, said_digest in batch:
        # What staff corrected stays corrected; only such calls are hashed under the lock.
        call, digest = said, said_digest
        if said.id in corrected:
            call = corrected[said.id].call
            digest = content_hash(call)
        row = stored.get(call.id)
        if row is not None and not moment.seen and call_of(row).withdrawn:
            # The archive does not bring back what the source no longer lists.
            call = call.model_copy(update={"withdrawn": True})
            digest = content_hash(call)
        if row is not None and row.content_hash == digest:
            unchanged.append(call.id)
            continue
        found: list[tuple[ChangeEvent, Cause]]
        if row is None:
            new += 1
            found = [(ChangeEvent("new"), moment.cause)]
            session.add(new_row(call, digest, numbers.next(), moment.now))
        else:
            changed += 1
            old = call_of(row)
            found = _caused(old, corrected_like(corrected, before.get(call.id)), call, moment.cause)
            update_row(row, call, digest, numbers.next(), moment)
        session.add_all(event_row(change, call.id, numbers.next(), moment, cause) for change, cause in found)
        events += len(found)
    if moment.seen:
        _saw(session, unchanged, moment.now)
    numbers.keep()
    return Published(new, changed, len(unchanged), events)


def _caused(stored: Call, reread: Call | None, call: Call, cause: Cause) -> list[tuple[ChangeEvent, Cause]]:
    """Return the changes with who made them.

    Args:
        stored: As the call was read when it was stored.
        reread: The same record read today; None when it is not known.
        call: As the source says it now.
        cause: Of changes when there is no rereading.
    """
    if reread is None:
        return [(change, cause) for change in changes_between(stored, call)]
    # A call that was withdrawn comes back by being listed: that is the source's doing.
    ours = reread.model_copy(update={"withdrawn": stored.withdrawn})
    return [
        *((change, "parser") for change in changes_between(stored, ours)),
        *((change, cause) for change in changes_between(ours, call)),
    ]


def _saw(session: Session, call_ids: Sequence[str], now: datetime) -> None:
    if call_ids:
        seen = update(CallRow).where(col(CallRow.id).in_(call_ids))
        session.execute(seen.values(last_seen_at=now, missed_runs=0))
