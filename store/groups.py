"""Groups of calls that are the same: found after each harvest, undone by staff for good.

A group's id is the id of the call that leads it, so a call leads when ``call.group_id == call.id``.
Its members stay calls of their own, each with its source, its address and its events.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlalchemy import select
from sqlmodel import Session, col

from normalize.call import Call
from normalize.duplicates import Pair, find_groups
from store.database import Database
from store.publishing_rows import Numbers
from store.reading import READ_BATCH, iter_calls
from store.tables import ApartRow, CallRow

DESCRIPTION_READ = 2_000
"""Characters of a description that count when the best record of a group is chosen."""


@dataclass(frozen=True, slots=True)
class Member:
    """One call of a group, and why it belongs there."""

    call_id: str
    source_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    """Calls that are the same; ``members`` begin with the one that leads, the others by id."""

    group_id: str
    members: tuple[Member, ...]

    @property
    def lead_id(self) -> str:
        """Return the id of the call that stands for all."""
        return self.group_id


@dataclass(frozen=True, slots=True)
class Regrouped:
    """What looking for duplicates found: groups there are, calls in them, calls whose group changed."""

    groups: int
    calls: int
    changed: int


def regroup(db: Database) -> Regrouped:
    """Look for duplicates among all calls and bring the stored groups in step.

    A call whose group changed gets a new change number, so that the index takes it up; its events,
    its revision and ``changed_at`` stay: nothing about the call itself is new.
    """
    groups = find_groups(map(_light, iter_calls(db)), _apart(db))
    wanted = {call_id: (group.lead, reason) for group in groups for call_id, reason in group.reasons.items()}
    changed = _store(db, wanted)
    return Regrouped(len(groups), len(wanted), changed)


def _light(call: Call) -> Call:
    """Return a call without the bulk of its text: all of them are in memory at once."""
    return call.model_copy(update={"description": (call.description or "")[:DESCRIPTION_READ]})


def _store(db: Database, wanted: Mapping[str, tuple[str, str]]) -> int:
    """Write what differs, in short transactions; returns how many calls that were."""
    query = select(col(CallRow.id), col(CallRow.group_id), col(CallRow.group_reason))
    with db.read() as session:
        stored = {call_id: (group_id, reason) for call_id, group_id, reason in session.execute(query)}
    differing = sorted(
        call_id for call_id, known in stored.items() if known != wanted.get(call_id, (None, None))
    )
    for start in range(0, len(differing), READ_BATCH):
        batch = differing[start : start + READ_BATCH]
        with db.write() as session:
            numbers = Numbers(session)
            for row in session.execute(select(CallRow).where(col(CallRow.id).in_(batch))).scalars():
                row.group_id, row.group_reason = wanted.get(row.id, (None, None))
                row.change_number = numbers.next()
            numbers.keep()
    return len(differing)


def group_of(db: Database, call_id: str) -> Group | None:
    """Return the group a call is in; None when it is in none, or there is no such call."""
    return groups_of(db, [call_id]).get(call_id)


def groups_of(db: Database, call_ids: Sequence[str]) -> Mapping[str, Group]:
    """Return call id -> its group; calls without one are left out."""
    with db.read() as session:
        asked: dict[str, str] = {}
        for start in range(0, len(call_ids), READ_BATCH):
            query = select(col(CallRow.id), col(CallRow.group_id)).where(
                col(CallRow.id).in_(call_ids[start : start + READ_BATCH]), col(CallRow.group_id).is_not(None)
            )
            asked |= {call_id: group_id for call_id, group_id in session.execute(query)}
        groups = {group.group_id: group for group in _groups(session, sorted(set(asked.values())))}
    return {call_id: groups[group_id] for call_id, group_id in asked.items() if group_id in groups}


def all_groups(db: Database) -> list[Group]:
    """Return every group, by the id of its lead: what the desk lists."""
    with db.read() as session:
        query = select(col(CallRow.group_id)).where(col(CallRow.group_id).is_not(None)).distinct()
        return _groups(session, sorted(session.execute(query).scalars()))


def undo_group(db: Database, group_id: str, *, by: str, reason: str, now: datetime) -> Group | None:
    """Say that no two calls of a group are the same; they are never grouped again.

    Args:
        db: The store.
        group_id: The group.
        by: E-mail of the member of staff.
        reason: In their words.
        now: UTC.

    Returns:
        The group as it was; None when there is none of that id.
    """
    return _undo(db, group_id, None, by=by, reason=reason, now=now)


def take_out(db: Database, call_id: str, *, by: str, reason: str, now: datetime) -> Group | None:
    """Say that one call is not the same as the others of its group; those stay together.

    Returns:
        The group as it was; None when the call is in none.
    """
    group = group_of(db, call_id)
    return _undo(db, group.group_id, call_id, by=by, reason=reason, now=now) if group else None


def put_together_again(db: Database, call_ids: Iterable[str]) -> int:
    """Forget that staff kept these calls apart; the next look for duplicates may group them.

    Returns:
        How many pairs were forgotten.
    """
    wanted = set(call_ids)
    with db.write() as session:
        query = select(ApartRow).where(col(ApartRow.one_id).in_(wanted), col(ApartRow.other_id).in_(wanted))
        rows = list(session.execute(query).scalars())
        for row in rows:
            session.delete(row)
        return len(rows)


def _undo(
    db: Database, group_id: str, only: str | None, *, by: str, reason: str, now: datetime
) -> Group | None:
    with db.write() as session:
        rows = {row.id: row for row in _members(session, [group_id])}
        if not rows:
            return None
        group = _group(group_id, list(rows.values()))
        for one, other in combinations(sorted(rows), 2):
            if only in (None, one, other) and session.get(ApartRow, (one, other)) is None:
                session.add(ApartRow(one_id=one, other_id=other, by=by, at=now, reason=reason))
        leaving = [only] if only is not None and only != group_id and len(rows) > 2 else list(rows)
        numbers = Numbers(session)
        for call_id in leaving:
            # Where the lead leaves, or one call would be left alone, all do; those still the same are
            # found together again by `regroup`.
            rows[call_id].group_id = rows[call_id].group_reason = None
            rows[call_id].change_number = numbers.next()
        numbers.keep()
        return group


def _apart(db: Database) -> set[Pair]:
    with db.read() as session:
        query = select(col(ApartRow.one_id), col(ApartRow.other_id))
        return {(one, other) for one, other in session.execute(query)}


def _groups(session: Session, group_ids: Sequence[str]) -> list[Group]:
    found: dict[str, list[CallRow]] = {}
    for start in range(0, len(group_ids), READ_BATCH):
        for row in _members(session, group_ids[start : start + READ_BATCH]):
            found.setdefault(row.group_id or "", []).append(row)
    return [_group(group_id, found[group_id]) for group_id in group_ids if group_id in found]


def _members(session: Session, group_ids: Sequence[str]) -> list[CallRow]:
    query = select(CallRow).where(col(CallRow.group_id).in_(group_ids)).order_by(col(CallRow.id))
    return list(session.execute(query).scalars())


def _group(group_id: str, rows: Sequence[CallRow]) -> Group:
    ordered = sorted(rows, key=lambda row: (row.id != group_id, row.id))
    return Group(group_id, tuple(Member(row.id, row.source_id, row.group_reason or "") for row in ordered))
