"""Planned runs of jobs: what is due is decided by what stands here, whatever the clock does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from store.database import Database
from store.tables_digest import JobPlanRow, JobRunRow

JobResult = Literal["done", "failed", "crashed", "skipped"]
CLOCK_ERROR = timedelta(days=1)
"""A row planned later than this from now was written by a clock that ran ahead; it holds nothing up."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """One planned run; ``result`` is None while it runs."""

    id: int
    job: str
    planned_for: datetime
    started_at: datetime
    finished_at: datetime | None
    result: JobResult | None
    words: str
    missed: int
    attempts: int


@dataclass(frozen=True, slots=True)
class JobPlan:
    """What the scheduler intends: when a job comes next, and when it last said so."""

    job: str
    title: str
    next_at: datetime | None
    said_at: datetime


def begin_job(
    db: Database, job: str, planned_for: datetime, now: datetime, *, missed: int = 0, attempts_max: int = 1
) -> int | None:
    """Claim a planned run; None when it was made, is being made, or has failed often enough.

    Args:
        db: The store.
        job: Name.
        planned_for: The time it was planned for, UTC: with the name, unique for ever.
        now: UTC.
        missed: Earlier planned times that this one stands for.
        attempts_max: How often a failed or crashed run is tried in all.
    """
    with db.write() as session:
        query = select(JobRunRow).where(
            col(JobRunRow.job) == job,
            col(JobRunRow.planned_for) >= planned_for,
            col(JobRunRow.planned_for) <= max(now, planned_for) + CLOCK_ERROR,
        )
        later = sorted(session.execute(query).scalars(), key=lambda row: row.planned_for)
        if not later:
            row = JobRunRow(job=job, planned_for=planned_for, started_at=now, missed=missed)
            session.add(row)
            session.flush()
            return _run(row).id
        row = later[-1]
        if row.result not in ("failed", "crashed") or row.attempts >= attempts_max:
            return None
        row.attempts, row.result, row.started_at, row.finished_at = row.attempts + 1, None, now, None
        return _run(row).id


def finish_job(db: Database, run_id: int, now: datetime, result: JobResult, words: str) -> None:
    """Close a run."""
    with db.write() as session:
        row = session.get_one(JobRunRow, run_id)
        row.finished_at, row.result, row.words = now, result, words[:2000]


def skip_job(db: Database, job: str, planned_for: datetime, now: datetime, words: str) -> None:
    """Note that a planned time is not made up for."""
    with db.write() as session:
        session.add(
            JobRunRow(
                job=job,
                planned_for=planned_for,
                started_at=now,
                finished_at=now,
                result="skipped",
                words=words,
            )
        )


def mark_crashed(db: Database, now: datetime) -> int:
    """Mark runs that ended without a word; only for whoever holds the scheduler's lock."""
    with db.write() as session:
        rows = list(session.execute(select(JobRunRow).where(col(JobRunRow.result).is_(None))).scalars())
        for row in rows:
            row.result, row.finished_at = "crashed", now
            row.words = "ended without a word (killed, or the machine stopped)"
        return len(rows)


def newest_runs(db: Database) -> Mapping[str, JobRun]:
    """Return job -> its newest planned run."""
    newest = select(func.max(col(JobRunRow.id))).group_by(col(JobRunRow.job))
    with db.read() as session:
        rows = session.execute(select(JobRunRow).where(col(JobRunRow.id).in_(newest))).scalars()
        return {row.job: _run(row) for row in rows}


def newest_planned(db: Database, job: str) -> datetime | None:
    """Return the latest planned time of a job that has a row."""
    query = select(func.max(col(JobRunRow.planned_for))).where(col(JobRunRow.job) == job)
    with db.read() as session:
        found: datetime | None = session.execute(query).scalar_one()
        return found


def runs_of(db: Database, job: str, limit: int = 20) -> list[JobRun]:
    """Return the newest runs of one job, newest first."""
    query = select(JobRunRow).where(col(JobRunRow.job) == job).order_by(col(JobRunRow.id).desc()).limit(limit)
    with db.read() as session:
        return [_run(row) for row in session.execute(query).scalars()]


def say_plans(db: Database, plans: Sequence[JobPlan]) -> None:
    """Keep what the scheduler intends; jobs that are no more are forgotten."""
    with db.write() as session:
        session.execute(delete(JobPlanRow))
        session.add_all(
            JobPlanRow(job=plan.job, title=plan.title, next_at=plan.next_at, said_at=plan.said_at)
            for plan in plans
        )


def job_plans(db: Database) -> list[JobPlan]:
    """Return what the scheduler intends, in the order of its jobs' names."""
    with db.read() as session:
        rows = session.execute(select(JobPlanRow).order_by(col(JobPlanRow.job))).scalars()
        return [JobPlan(row.job, row.title, row.next_at, row.said_at) for row in rows]


def forget_runs(db: Database, before: datetime) -> int:
    """Forget runs planned before a moment, but each job's newest; returns how many."""
    with db.write() as session:
        old = col(JobRunRow.planned_for) < before
        gone = session.execute(delete(JobRunRow).where(old, col(JobRunRow.id).not_in(_newest(session))))
        return int(gone.rowcount)  # type: ignore[attr-defined]


def _newest(session: Session) -> list[int]:
    ids = session.execute(select(func.max(col(JobRunRow.id))).group_by(col(JobRunRow.job))).scalars()
    return [number for number in ids if number is not None]


def _run(row: JobRunRow) -> JobRun:
    assert row.id is not None, "a stored row has its number"
    return JobRun(
        row.id,
        row.job,
        row.planned_for,
        row.started_at,
        row.finished_at,
        row.result,  # type: ignore[arg-type]  # only a `JobResult` is ever written
        row.words,
        row.missed,
        row.attempts,
    )
