"""Digest runs and their deliveries: a row a mail, written before the first byte goes out.

What becomes of the rows while they are sent stands in `store.handing`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from store.database import Database
from store.digest_rows import OPEN, DigestRun, Planned, RunKind, packed, run_of
from store.handing import advance
from store.tables_digest import DeliveryRow, DigestRunRow, RemindedRow


def open_run(db: Database, kind: RunKind, period: str, upto: int, moment: datetime) -> DigestRun:
    """Return the run of a period, made at the first time of asking; a period has one run, for ever."""
    with db.write() as session:
        query = select(DigestRunRow).where(col(DigestRunRow.kind) == kind, col(DigestRunRow.period) == period)
        row = session.execute(query).scalar_one_or_none()
        if row is None:
            row = DigestRunRow(kind=kind, period=period, upto=upto, moment=moment)
            session.add(row)
            session.flush()
        return run_of(row)


def plan_letter(db: Database, mail: Planned, name: str, now: datetime) -> None:
    """Plan one letter, such as the question of the double opt-in; it goes out before any digest.

    Args:
        db: The store.
        mail: What it tells.
        name: Names this letter; asking for the same again plans nothing.
        now: UTC.
    """
    run = open_run(db, "letter", name, 0, now)
    if mail.subscriber_id not in planned_subscribers(db, run.id):
        plan_deliveries(db, run, [mail], [])
        finish_planning(db, run.id)


def planned_subscribers(db: Database, run_id: int) -> set[int]:
    """Return whom a run has planned for already (it may have been killed half way)."""
    query = select(col(DeliveryRow.subscriber_id)).where(col(DeliveryRow.run_id) == run_id)
    with db.read() as session:
        return set(session.execute(query).scalars())


def waiting_subscribers(db: Database) -> set[int]:
    """Return who has a digest on its way."""
    query = (
        select(col(DeliveryRow.subscriber_id))
        .join(DigestRunRow, col(DeliveryRow.run_id) == col(DigestRunRow.id))
        .where(col(DeliveryRow.state).in_(OPEN), col(DigestRunRow.kind) != "letter")
    )
    with db.read() as session:
        return set(session.execute(query).scalars())


def plan_deliveries(db: Database, run: DigestRun, mails: Sequence[Planned], quiet: Sequence[Planned]) -> None:
    """Write a batch of a run: mails to send, and who has nothing to be told.

    A mail of an earlier run that has not left is superseded: its subscriber's cursor never moved,
    so this one tells the same and more.

    Args:
        db: The store.
        run: The run.
        mails: To be sent.
        quiet: Nothing to say; cursor and what was learnt are kept at once.
    """
    ids = [mail.subscriber_id for mail in (*mails, *quiet) if mail.cursor is not None]
    letters = select(col(DigestRunRow.id)).where(col(DigestRunRow.kind) == "letter")
    with db.write() as session:
        for start in range(0, len(ids), 500):
            session.execute(
                update(DeliveryRow)
                .where(
                    col(DeliveryRow.subscriber_id).in_(ids[start : start + 500]),
                    col(DeliveryRow.state) == "waiting",
                    col(DeliveryRow.run_id) != run.id,
                    col(DeliveryRow.run_id).not_in(letters),
                )
                .values(state="superseded", plan=None)
            )
        if mails:
            session.execute(
                DeliveryRow.__table__.insert(),  # type: ignore[attr-defined]
                [
                    {
                        "run_id": run.id,
                        "subscriber_id": mail.subscriber_id,
                        "state": "waiting",
                        "plan": packed(mail),
                        "attempts": 0,
                        "next_try_at": run.moment,
                        "repeated": 0,
                        "reply": "",
                    }
                    for mail in mails
                ],
            )
        for mail in quiet:
            advance(session.connection(), mail, None)
        if quiet:
            session.execute(
                update(DigestRunRow)
                .where(col(DigestRunRow.id) == run.id)
                .values(quiet=DigestRunRow.quiet + len(quiet))
            )


def finish_planning(db: Database, run_id: int) -> None:
    """Note that every subscriber of a run has a row or nothing to be told."""
    with db.write() as session:
        session.get_one(DigestRunRow, run_id).planned = True


def runs_to_finish(db: Database) -> list[DigestRun]:
    """Return runs that are planned, not closed, and of which no mail is on its way any more."""
    under_way = select(col(DeliveryRow.run_id)).where(col(DeliveryRow.state).in_(OPEN))
    query = select(DigestRunRow).where(
        col(DigestRunRow.finished_at).is_(None),
        col(DigestRunRow.planned).is_(True),
        col(DigestRunRow.id).not_in(under_way),
    )
    with db.read() as session:
        return [run_of(row) for row in session.execute(query).scalars()]


def finish_digest_run(db: Database, run_id: int, now: datetime) -> None:
    """Close a run."""
    with db.write() as session:
        session.get_one(DigestRunRow, run_id).finished_at = now


def unplanned_runs(db: Database) -> list[DigestRun]:
    """Return runs whose planning was interrupted."""
    query = select(DigestRunRow).where(col(DigestRunRow.planned).is_(False)).order_by(col(DigestRunRow.id))
    with db.read() as session:
        return [run_of(row) for row in session.execute(query).scalars()]


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What became of a run's mails."""

    run: DigestRun
    states: Mapping[str, int]
    repeated: int


def run_counts(db: Database, limit: int = 10) -> list[RunCounts]:
    """Return the newest runs and how many of their mails are in which state."""
    newest = select(DigestRunRow).order_by(col(DigestRunRow.id).desc()).limit(limit)
    with db.read() as session:
        runs = [run_of(row) for row in session.execute(newest).scalars()]
        ids = [run.id for run in runs]
        query = (
            select(
                col(DeliveryRow.run_id),
                col(DeliveryRow.state),
                func.count(),
                func.coalesce(func.sum(col(DeliveryRow.repeated)), 0),
            )
            .where(col(DeliveryRow.run_id).in_(ids))
            .group_by(col(DeliveryRow.run_id), col(DeliveryRow.state))
        )
        states: dict[int, dict[str, int]] = {}
        repeated: dict[int, int] = {}
        for run_id, state, count, again in session.execute(query):
            states.setdefault(run_id, {})[state] = count
            repeated[run_id] = repeated.get(run_id, 0) + int(again)
    return [RunCounts(run, states.get(run.id, {}), repeated.get(run.id, 0)) for run in runs]


def note_canary(db: Database, run_id: int, now: datetime) -> None:
    """Note that a run's mail arrived at the canary address."""
    with db.write() as session:
        row = session.get(DigestRunRow, run_id)
        if row is not None and row.canary_seen_at is None:
            row.canary_seen_at = now


def forget_deliveries(db: Database, before: datetime) -> int:
    """Forget mails sent before a moment, and reminders of deadlines before it; returns how many."""
    with db.write() as session:
        session.execute(delete(RemindedRow).where(col(RemindedRow.deadline_at) < before))
        gone = session.execute(
            delete(DeliveryRow).where(
                col(DeliveryRow.next_try_at) < before, col(DeliveryRow.state).not_in(OPEN)
            )
        )
        return int(gone.rowcount)  # type: ignore[attr-defined]
