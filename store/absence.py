"""Calls that a source lists no more: counted run by run, and withdrawn when it is no accident.

A list loses records and finds them again (the EU portal lost and returned 301 of 1,301 ids in five
months), so one absence closes nothing. Only healthy full runs count, and only of sources whose entry
says after how many (`config.sources.Expect.withdraw_after_runs`).
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import col

from normalize.call import Call
from store.changes import changes_between
from store.database import Database
from store.fingerprint import content_hash
from store.publishing_rows import Moment, Numbers, event_row, update_row
from store.reading import call_of
from store.tables import CallRow

BATCH = 200


def note_absent(
    db: Database, run_id: int, source_id: str, listed: Collection[str], *, after_runs: int, now: datetime
) -> int:
    """Count the calls a healthy full run did not list, and withdraw those missed often enough.

    A call whose deadlines are over is not withdrawn: sources drop what has closed. One that comes
    back is published as ``returned`` under the same id.

    Args:
        db: The store.
        run_id: The run to which events are booked.
        source_id: The source of the run.
        listed: Native ids of every record of the run, rejected ones too.
        after_runs: Runs in a row that must miss a call.
        now: UTC.

    Returns:
        How many were withdrawn.
    """
    query = select(col(CallRow.id), col(CallRow.native_id)).where(col(CallRow.source_id) == source_id)
    with db.read() as session:
        absent = [call_id for call_id, native_id in session.execute(query) if native_id not in listed]
    withdrawn = 0
    for start in range(0, len(absent), BATCH):
        withdrawn += _note(db, absent[start : start + BATCH], after_runs, Moment(run_id, now, seen=False))
    return withdrawn


def _note(db: Database, call_ids: list[str], after_runs: int, moment: Moment) -> int:
    withdrawn = 0
    with db.write() as session:
        counted = update(CallRow).where(col(CallRow.id).in_(call_ids))
        session.execute(counted.values(missed_runs=col(CallRow.missed_runs) + 1))
        missed = col(CallRow.missed_runs) >= after_runs
        query = select(CallRow).where(col(CallRow.id).in_(call_ids), missed)
        numbers = Numbers(session)
        for row in session.execute(query).scalars():
            call = call_of(row)
            if not _is_missed(call, moment.now):
                continue
            gone = call.model_copy(update={"withdrawn": True})
            changes = changes_between(call, gone)
            update_row(row, gone, content_hash(gone), numbers.next(), moment)
            session.add_all(event_row(change, row.id, numbers.next(), moment) for change in changes)
            withdrawn += 1
        numbers.keep()
    return withdrawn


def _is_missed(call: Call, now: datetime) -> bool:
    """Tell whether somebody could still have applied, so that its absence says something."""
    return not call.withdrawn and call.status_at(now) != "closed"
