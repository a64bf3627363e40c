"""The raw archive: every HTTP answer and every raw record, bytes kept once per content."""

import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, Select, delete, exists, func, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import Delete, Insert
from sqlmodel import Session, SQLModel, col

from normalize.record import RawRecord
from store.database import Database
from store.tables import AnswerRow, BlobRow, RawRecordRow, RejectRow, RunRow

READ_BATCH = 200
SWEEP_BATCH = 500

_Asked = Select[*tuple[Any, ...]]
_Found = Row[*tuple[Any, ...]]
_RECORDS = select(
    col(RawRecordRow.id),
    col(RawRecordRow.source_id),
    col(RawRecordRow.native_id),
    col(RawRecordRow.url),
    col(RawRecordRow.fetched_at),
    col(RawRecordRow.media_type),
    col(BlobRow.body),
).join(BlobRow, col(BlobRow.hash) == col(RawRecordRow.blob_hash))


@dataclass(frozen=True, slots=True)
class Pruned:
    """What pruning forgot: answers, records, and contents that nothing uses any more."""

    answers: int
    records: int
    blobs: int


def insert_if_new(db: Database, table: type[SQLModel]) -> Insert:
    """Return an INSERT that leaves a row alone which is there already (same unique key)."""
    insert = sqlite.insert if db.is_sqlite else postgresql.insert
    return insert(table).on_conflict_do_nothing()


class Archive:
    """What was received, before anything read it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add_answer(
        self, run_id: int, *, url: str, status: int, media_type: str, fetched_at: datetime, body: bytes
    ) -> None:
        """Keep one HTTP answer of a run as received (after content decoding)."""
        blob = _blob_of(body)  # before the lock is taken: compressing takes a while
        answer = AnswerRow(
            run_id=run_id,
            url=url,
            status=status,
            media_type=media_type,
            fetched_at=fetched_at,
            blob_hash=blob["hash"],
        )
        with self._db.write() as session:
            session.execute(insert_if_new(self._db, BlobRow), [blob])
            session.add(answer)

    def add_records(self, run_id: int, records: Sequence[RawRecord]) -> None:
        """Keep a batch of records in one transaction; a native id counts once a run, the first stays."""
        if not records:
            return
        # In one order everywhere: two crawls that add the same contents must not wait for each other.
        blobs = sorted(map(_blob_of, {record.payload for record in records}), key=lambda blob: blob["hash"])
        rows = [_row_of(run_id, record) for record in records]
        with self._db.write() as session:
            session.execute(insert_if_new(self._db, BlobRow), blobs)
            session.execute(insert_if_new(self._db, RawRecordRow), rows)

    def records_of_run(self, run_id: int) -> Iterator[RawRecord]:
        """Yield a run's records in the order they were archived; memory stays flat."""
        key = col(RawRecordRow.id)
        of_run = _RECORDS.where(col(RawRecordRow.run_id) == run_id).order_by(key).limit(READ_BATCH)
        return self._records(lambda last: of_run.where(key > last.id) if last else of_run)

    def latest_records(self, source_id: str) -> Iterator[RawRecord]:
        """Yield the newest record of each native id of a source, by native id: what a replay reads."""
        key = col(RawRecordRow.native_id)
        newest = select(func.max(col(RawRecordRow.id))).where(col(RawRecordRow.source_id) == source_id)
        newest = newest.group_by(key).order_by(key).limit(READ_BATCH)

        def after(last: _Found | None) -> _Asked:
            page = newest.where(key > last.native_id) if last else newest
            return _RECORDS.where(col(RawRecordRow.id).in_(page)).order_by(key)

        return self._records(after)

    def records_before(self, run_id: int, source_id: str, native_ids: Collection[str]) -> Iterator[RawRecord]:
        """Yield the records from which calls were published before a run: what changes are compared with.

        Only records of healthy runs that were not rejected count: others changed no call.
        """
        row, wanted = RawRecordRow, sorted(native_ids)
        healthy = select(col(RunRow.id)).where(
            col(RunRow.source_id) == source_id, col(RunRow.result) == "healthy", col(RunRow.id) < run_id
        )
        rejected = exists().where(
            col(RejectRow.run_id) == col(row.run_id), col(RejectRow.native_id) == col(row.native_id)
        )
        newest = select(func.max(col(row.id))).where(col(row.source_id) == source_id)
        newest = newest.where(col(row.run_id).in_(healthy)).group_by(col(row.native_id))
        for start in range(0, len(wanted), READ_BATCH):
            batch = newest.where(col(row.native_id).in_(wanted[start : start + READ_BATCH]))
            query = _RECORDS.where(col(row.id).in_(batch), ~rejected).order_by(col(row.native_id))
            with self._db.read() as session:
                found = [_record(asked) for asked in session.execute(query)]
            yield from found

    def count_answers(self, run_id: int) -> int:
        """Return how many answers a run has archived."""
        with self._db.read() as session:
            query = select(func.count()).select_from(AnswerRow).where(col(AnswerRow.run_id) == run_id)
            return int(session.execute(query).scalar_one())

    def answers_of_run(self, run_id: int) -> Iterator[tuple[str, bytes]]:
        """Yield address and body of each answer of a run, in order; memory stays flat."""
        query = (
            select(col(AnswerRow.id), col(AnswerRow.url), col(BlobRow.body))
            .join(BlobRow, col(BlobRow.hash) == col(AnswerRow.blob_hash))
            .where(col(AnswerRow.run_id) == run_id)
            .order_by(col(AnswerRow.id))
            .limit(1)  # one answer may have 32 MiB
        )
        page = query
        while True:
            with self._db.read() as session:
                answer = session.execute(page).one_or_none()
            if answer is None:
                return
            yield answer.url, zlib.decompress(answer.body)
            page = query.where(col(AnswerRow.id) > answer.id)

    def prune(self, keep_runs: int) -> Pruned:
        """Forget answers and records of old runs, and then the contents that nobody uses.

        Kept are the newest ``keep_runs`` runs of each source, its newest healthy run, and the
        newest record of each native id, so that a replay finds what it would have found before.
        One short transaction a run: others write in between.

        Raises:
            ValueError: ``keep_runs`` is below 1.
        """
        if keep_runs < 1:
            raise ValueError("at least the newest run of each source is kept")
        answers = records = 0
        for run_id in self._old_runs(keep_runs):
            with self._db.write() as session:
                answers += _deleted(session, delete(AnswerRow).where(col(AnswerRow.run_id) == run_id))
                records += _deleted(session, _superseded(run_id))
        return Pruned(answers, records, self._sweep())

    def _old_runs(self, keep_runs: int) -> list[int | None]:
        place = func.row_number().over(partition_by=col(RunRow.source_id), order_by=col(RunRow.id).desc())
        placed = select(col(RunRow.id), place.label("place")).subquery()
        healthy = select(func.max(col(RunRow.id))).where(col(RunRow.result) == "healthy")
        query = (
            select(col(RunRow.id))
            .join(placed, placed.c.id == col(RunRow.id))
            .where(placed.c.place > keep_runs)
            .where(col(RunRow.id).not_in(healthy.group_by(col(RunRow.source_id))))
            .where(
                or_(
                    exists().where(col(AnswerRow.run_id) == col(RunRow.id)),
                    exists().where(col(RawRecordRow.run_id) == col(RunRow.id)),
                )
            )
        )
        with self._db.read() as session:
            return list(session.execute(query.order_by(col(RunRow.id))).scalars())

    def _sweep(self) -> int:
        """Delete the contents that nothing uses; returns how many."""
        unused = (
            select(col(BlobRow.hash))
            .where(~exists().where(col(AnswerRow.blob_hash) == col(BlobRow.hash)))
            .where(~exists().where(col(RawRecordRow.blob_hash) == col(BlobRow.hash)))
            .order_by(col(BlobRow.hash))
            .limit(SWEEP_BATCH)
        )
        count, page = 0, unused
        while True:
            with self._db.write() as session:
                if not self._db.is_sqlite:
                    # Nobody may find a content there, and it be gone before his row points to it.
                    session.execute(text("LOCK TABLE blob IN SHARE ROW EXCLUSIVE MODE"))
                hashes = list(session.execute(page).scalars())
                if not hashes:
                    return count
                count += _deleted(session, delete(BlobRow).where(col(BlobRow.hash).in_(hashes)))
            page = unused.where(col(BlobRow.hash) > hashes[-1])

    def _records(self, after: Callable[[_Found | None], _Asked]) -> Iterator[RawRecord]:
        """Read page after page by key: no transaction stays open while the caller works."""
        last: _Found | None = None
        while True:
            with self._db.read() as session:
                page = session.execute(after(last)).all()
            if not page:
                return
            yield from map(_record, page)
            last = page[-1]


def _record(row: _Found) -> RawRecord:
    _, source_id, native_id, url, fetched_at, media_type, body = row
    return RawRecord(source_id, native_id, url, fetched_at, media_type, zlib.decompress(body))


def _superseded(run_id: int | None) -> Delete:
    """Return the DELETE of a run's records of which there is a newer one."""
    newer = aliased(RawRecordRow)
    return delete(RawRecordRow).where(
        col(RawRecordRow.run_id) == run_id,
        exists().where(
            col(newer.source_id) == col(RawRecordRow.source_id),
            col(newer.native_id) == col(RawRecordRow.native_id),
            col(newer.id) > col(RawRecordRow.id),
        ),
    )


def _deleted(session: Session, statement: Delete) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult), "a DELETE says how many"
    return result.rowcount


def _blob_of(body: bytes) -> dict[str, Any]:
    return {"hash": sha256(body).hexdigest(), "size_bytes": len(body), "body": zlib.compress(body, level=6)}


def _row_of(run_id: int, record: RawRecord) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "source_id": record.source_id,
        "native_id": record.native_id,
        "url": record.url,
        "media_type": record.media_type,
        "fetched_at": record.fetched_at,
        "blob_hash": record.content_hash,
    }
