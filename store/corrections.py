"""Corrections by staff: kept, applied to what every harvest brings, shown beside what the source says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from normalize.call import Call
from normalize.corrections import (
    Corrected,
    Override,
    agrees,
    apply_overrides,
    checked_override,
    json_value,
    restored,
)
from store.changes import changes_between
from store.database import Database
from store.fingerprint import content_hash
from store.publishing_rows import Moment, Numbers, event_row, update_row
from store.reading import call_of
from store.tables import CallRow
from store.tables_staff import CorrectionRow


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction with both values; JSON values as in the schema, of a tag the tag or None.

    Attributes:
        source_value_then: What the source said when it was corrected.
        source_value: What the source says now.
        unusable: Why it could not be applied at the last harvest; None when it could.
        ended_at: When it was taken back or replaced; None while it holds.
    """

    number: int
    call_id: str
    field: str
    value: Any
    reason: str
    by: str
    at: datetime
    source_value_then: Any
    source_value: Any
    unusable: str | None
    ended_at: datetime | None
    ended_by: str | None

    @property
    def is_conflict(self) -> bool:
        """Tell whether the source has changed its word since, to something staff did not say either."""
        return self.source_value != self.source_value_then and not self.is_agreed

    @property
    def is_agreed(self) -> bool:
        """Tell whether the source says the same by now."""
        return agrees(self.field, self.value, self.source_value)


def correct(
    db: Database, call_id: str, override: Override, *, by: str, areas: Sequence[str], now: datetime
) -> Correction | None:
    """Hold a value against the source from now on; one that held before for the field is replaced.

    Args:
        db: The store.
        call_id: The call.
        override: Field, value and reason, as somebody entered them.
        by: E-mail of the member of staff.
        areas: Areas of the taxonomy.
        now: UTC.

    Returns:
        The correction; None when there is no such call.

    Raises:
        RecordError: The override cannot be applied; names the field.
    """
    with db.write() as session:
        row = session.get(CallRow, call_id)
        if row is None:
            return None
        call = call_of(row)
        checked = checked_override(call, override, areas)
        before = _in_force(session, call_id, checked.field)
        said = before.source_value if before else json_value(call, checked.field)
        if before:
            before.ended_at, before.ended_by = now, by
            session.flush()  # the index lets only one hold at a time
        kept = CorrectionRow(
            call_id=call_id,
            field=checked.field,
            value=checked.value,
            reason=checked.reason,
            by=by,
            at=now,
            source_value_then=said,
            source_value=said,
        )
        session.add(kept)
        session.flush()
        as_said = restored(call, checked.field, said) if before else call
        _store(session, row, apply_overrides(as_said, [checked]).call, now)
        return _correction(kept)


def take_back(db: Database, number: int, *, by: str, now: datetime) -> Correction | None:
    """Let the source's word hold again; None when there is no such correction in force."""
    with db.write() as session:
        kept = session.get(CorrectionRow, number)
        if kept is None or kept.ended_at is not None:
            return None
        kept.ended_at, kept.ended_by = now, by
        row = session.get_one(CallRow, kept.call_id)
        _store(session, row, restored(call_of(row), kept.field, kept.source_value), now)
        return _correction(kept)


def confirm(db: Database, number: int, *, now: datetime, by: str) -> Correction | None:
    """Say that a correction still holds although the source has changed its word; ends the conflict."""
    with db.write() as session:
        kept = session.get(CorrectionRow, number)
        if kept is None or kept.ended_at is not None:
            return None
        kept.source_value_then, kept.at, kept.by = kept.source_value, now, by
        return _correction(kept)


def corrections_of(db: Database, call_id: str) -> list[Correction]:
    """Return a call's corrections, those in force and those ended, newest first."""
    query = select(CorrectionRow).where(col(CorrectionRow.call_id) == call_id)
    with db.read() as session:
        rows = session.execute(query.order_by(col(CorrectionRow.id).desc())).scalars()
        return [_correction(row) for row in rows]


def all_corrections(db: Database) -> list[Correction]:
    """Return every correction in force, newest first."""
    query = select(CorrectionRow).where(col(CorrectionRow.ended_at).is_(None))
    with db.read() as session:
        rows = session.execute(query.order_by(col(CorrectionRow.id).desc())).scalars()
        return [_correction(row) for row in rows]


def overridden(session: Session, calls: Sequence[Call]) -> Mapping[str, Corrected]:
    """Return call id -> the call as staff corrected it, for those that somebody did; for the publisher.

    What the source says now is written down beside each correction. Runs inside the publisher's
    transaction, so that a correction made meanwhile is either seen or comes after.
    """
    query = select(CorrectionRow).where(
        col(CorrectionRow.call_id).in_([call.id for call in calls]), col(CorrectionRow.ended_at).is_(None)
    )
    held: dict[str, list[CorrectionRow]] = {}
    for row in session.execute(query).scalars():
        held.setdefault(row.call_id, []).append(row)
    found: dict[str, Corrected] = {}
    for call in calls:
        if call.id not in held:
            continue
        rows = held[call.id]
        corrected = apply_overrides(call, [Override(row.field, row.value, row.reason) for row in rows])
        for row in rows:
            row.source_value = corrected.source_values[row.field]
            row.unusable = corrected.unusable.get(row.field)
        found[call.id] = corrected
    return found


def corrected_like(corrected: Mapping[str, Corrected], call: Call | None) -> Call | None:
    """Return another reading of a call with the overrides it has in ``corrected``; None stays None."""
    if call is None or call.id not in corrected:
        return call
    return apply_overrides(call, corrected[call.id].overrides).call


def _in_force(session: Session, call_id: str, field: str) -> CorrectionRow | None:
    query = select(CorrectionRow).where(
        col(CorrectionRow.call_id) == call_id,
        col(CorrectionRow.field) == field,
        col(CorrectionRow.ended_at).is_(None),
    )
    return session.execute(query).scalars().first()


def _store(session: Session, row: CallRow, call: Call, now: datetime) -> None:
    """Write the corrected call with its change number and events, like any other change."""
    digest = content_hash(call)
    if digest == row.content_hash:
        return
    numbers = Numbers(session)
    moment = Moment(run_id=None, now=now, seen=False, cause="staff")
    changes = changes_between(call_of(row), call)
    update_row(row, call, digest, numbers.next(), moment)
    session.add_all(event_row(change, call.id, numbers.next(), moment) for change in changes)
    numbers.keep()


def _correction(row: CorrectionRow) -> Correction:
    assert row.id is not None, "a stored row has its number"
    return Correction(
        number=row.id,
        call_id=row.call_id,
        field=row.field,
        value=row.value,
        reason=row.reason,
        by=row.by,
        at=row.at,
        source_value_then=row.source_value_then,
        source_value=row.source_value,
        unusable=row.unusable,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
