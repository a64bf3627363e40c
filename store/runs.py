"""Runs of sources and the records they rejected."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Literal, Self

from sqlalchemy import func, select
from sqlmodel import Session, col

from normalize.errors import RecordError
from normalize.record import RawRecord
from store.database import Database
from store.outcome import CrawlOutcome
from store.tables import RejectRow, RunRow

Result = Literal["healthy", "unhealthy", "crashed"]
RunKind = Literal["full", "recheck"]
"""A whole list, or only the calls that close soon: only a full run says what is no longer listed."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that could not be used: which, which field, what stood there, what is wrong."""

    source_id: str
    native_id: str
    url: str
    field: str
    value: str
    reason: str

    @classmethod
    def of(cls, raw: RawRecord, error: RecordError) -> Self:
        """Build it from the record and what normalising said."""
        return cls(raw.source_id, raw.native_id, raw.url, error.field, error.value, error.reason)


@dataclass(frozen=True, slots=True)
class RunResult:
    """The end of a run: what became of its records, and what is wrong with it.

    Attributes:
        not_calls: Reason -> records that nobody can apply to.
        problems: What made it unhealthy.
        fill: Field -> share of the calls that have it, 0 to 1.
        notes: What a person should see to although the run is healthy.
    """

    finished_at: datetime
    result: Result
    records: int
    calls: int
    rejected: int
    not_calls: Mapping[str, int]
    new: int
    changed: int
    unchanged: int
    problems: tuple[str, ...]
    fill: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as read back; ``result`` is None while it runs, ``live`` False when samples were harvested."""

    run_id: int
    source_id: str
    started_at: datetime
    finished_at: datetime | None
    result: Result | None
    records: int
    calls: int
    rejected: int
    not_calls: Mapping[str, int]
    new: int
    changed: int
    unchanged: int
    problems: tuple[str, ...]
    kind: RunKind
    live: bool
    fill: Mapping[str, float]
    notes: tuple[str, ...]


def start_run(
    db: Database, source_id: str, now: datetime, *, kind: RunKind = "full", live: bool = True
) -> int:
    """Open a run and return its number; a run of the source left open is marked crashed."""
    with db.write() as session:
        left = select(RunRow).where(col(RunRow.source_id) == source_id, col(RunRow.result).is_(None))
        for row in session.execute(left).scalars():
            row.result = "crashed"
            row.finished_at = now
            row.problems = ["the run ended without a word (killed or the machine stopped)"]
        run = RunRow(source_id=source_id, started_at=now, kind=kind, live=live)
        session.add(run)
        session.flush()
        return _number(run)


def finish_crawl(db: Database, run_id: int, outcome: CrawlOutcome) -> None:
    """Keep what the crawl process says of itself."""
    with db.write() as session:
        session.get_one(RunRow, run_id).crawl = asdict(outcome) | {"problems": list(outcome.problems)}


def crawl_outcome(db: Database, run_id: int) -> CrawlOutcome | None:
    """Return what the crawl process said; None when it ended without a word."""
    with db.read() as session:
        said = session.get_one(RunRow, run_id).crawl
        return CrawlOutcome(**said | {"problems": tuple(said["problems"])}) if said else None


def finish_run(db: Database, run_id: int, result: RunResult) -> None:
    """Close a run."""
    with db.write() as session:
        row = session.get_one(RunRow, run_id)
        for part in fields(result):
            setattr(row, part.name, getattr(result, part.name))
        row.not_calls = dict(result.not_calls)
        row.problems = list(result.problems)
        row.fill, row.notes = dict(result.fill), list(result.notes)


def last_runs(
    db: Database, *, result: Result | None = None, finished: bool = False, live: bool = False
) -> list[RunView]:
    """Return the newest full run of each source.

    Args:
        db: The store.
        result: Only with this result.
        finished: Only runs that have ended.
        live: Only runs against the source itself, not against samples.
    """
    newest = select(func.max(col(RunRow.id))).where(col(RunRow.kind) == "full")
    newest = newest.group_by(col(RunRow.source_id))
    if live:
        newest = newest.where(col(RunRow.live))
    if result is not None:
        newest = newest.where(col(RunRow.result) == result)
    if finished:
        newest = newest.where(col(RunRow.result).is_not(None))
    with db.read() as session:
        return [_view(row) for row in _rows(session, newest)]


def last_healthy_run(db: Database, source_id: str) -> RunView | None:
    """Return the source's newest healthy full run; None before the first."""
    query = (
        select(RunRow)
        .where(col(RunRow.source_id) == source_id, col(RunRow.result) == "healthy")
        .where(col(RunRow.kind) == "full")
        .order_by(col(RunRow.id).desc())
        .limit(1)
    )
    with db.read() as session:
        row = session.execute(query).scalars().first()
        return _view(row) if row else None


def last_crawl_run(db: Database, source_id: str) -> int | None:
    """Return the number of the source's newest run, to which a replay's events are booked."""
    with db.read() as session:
        query = select(func.max(col(RunRow.id))).where(col(RunRow.source_id) == source_id)
        newest: int | None = session.execute(query).scalar_one()
        return newest


def add_rejects(db: Database, run_id: int, rejects: Sequence[Reject]) -> None:
    """Keep the records a run rejected."""
    if not rejects:
        return
    with db.write() as session:
        session.add_all(RejectRow(run_id=run_id, **asdict(reject)) for reject in rejects)


def rejects_of_run(db: Database, run_id: int) -> list[Reject]:
    """Return the records a run rejected, in the order they came."""
    query = select(RejectRow).where(col(RejectRow.run_id) == run_id).order_by(col(RejectRow.id))
    with db.read() as session:
        return [
            Reject(row.source_id, row.native_id, row.url, row.field, row.value, row.reason)
            for row in session.execute(query).scalars()
        ]


def _rows(session: Session, numbers: object) -> list[RunRow]:
    query = select(RunRow).where(col(RunRow.id).in_(numbers)).order_by(col(RunRow.source_id))  # type: ignore[arg-type]  # a subquery
    return list(session.execute(query).scalars())


def _number(run: RunRow) -> int:
    assert run.id is not None, "a flushed row has its number"
    return run.id


def _view(row: RunRow) -> RunView:
    result: Result | None = row.result  # type: ignore[assignment]  # only `Result` is ever written
    return RunView(
        run_id=_number(row),
        source_id=row.source_id,
        started_at=row.started_at,
        finished_at=row.finished_at,
        result=result,
        records=row.records,
        calls=row.calls,
        rejected=row.rejected,
        not_calls=row.not_calls or {},
        new=row.new,
        changed=row.changed,
        unchanged=row.unchanged,
        problems=tuple(row.problems or ()),
        kind="recheck" if row.kind == "recheck" else "full",
        live=row.live,
        fill=row.fill or {},
        notes=tuple(row.notes or ()),
    )
