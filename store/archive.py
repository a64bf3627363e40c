"""The raw archive: every HTTP answer and every raw record, bytes kept once per content."""

import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert
from sqlmodel import Session, SQLModel, col

from normalize.record import RawRecord
from store.database import Database
from store.tables import AnswerRow, BlobRow, RawRecordRow

READ_BATCH = 200


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
        with self._db.write() as session:
            digest = self._add_blob(session, body)
            session.add(
                AnswerRow(
                    run_id=run_id,
                    url=url,
                    status=status,
                    media_type=media_type,
                    fetched_at=fetched_at,
                    blob_hash=digest,
                )
            )

    def add_records(self, run_id: int, records: Sequence[RawRecord]) -> None:
        """Keep a batch of records in one transaction; a native id counts once a run, the first stays."""
        with self._db.write() as session:
            for record in records:
                row = {
                    "run_id": run_id,
                    "source_id": record.source_id,
                    "native_id": record.native_id,
                    "url": record.url,
                    "media_type": record.media_type,
                    "fetched_at": record.fetched_at,
                    "blob_hash": self._add_blob(session, record.payload),
                }
                session.execute(insert_if_new(self._db, RawRecordRow).values(row))

    def records_of_run(self, run_id: int) -> Iterator[RawRecord]:
        """Yield a run's records in the order they were archived; memory stays flat."""
        return self._records(col(RawRecordRow.run_id) == run_id)

    def latest_records(self, source_id: str) -> Iterator[RawRecord]:
        """Yield the newest record of each native id of a source: what a replay reads."""
        newest = (
            select(func.max(col(RawRecordRow.id)))
            .where(col(RawRecordRow.source_id) == source_id)
            .group_by(col(RawRecordRow.native_id))
        )
        return self._records(col(RawRecordRow.id).in_(newest))

    def count_answers(self, run_id: int) -> int:
        """Return how many answers a run has archived."""
        with self._db.read() as session:
            query = select(func.count()).select_from(AnswerRow).where(col(AnswerRow.run_id) == run_id)
            return int(session.execute(query).scalar_one())

    def answers_of_run(self, run_id: int) -> Iterator[tuple[str, bytes]]:
        """Yield address and body of each answer of a run, in order."""
        query = (
            select(AnswerRow, BlobRow)
            .join(BlobRow, col(BlobRow.hash) == col(AnswerRow.blob_hash))
            .where(col(AnswerRow.run_id) == run_id)
            .order_by(col(AnswerRow.id))
        )
        with self._db.read() as session:
            for answer, blob in session.execute(query.execution_options(yield_per=READ_BATCH)):
                yield answer.url, zlib.decompress(blob.body)

    def _records(self, condition: ColumnElement[bool]) -> Iterator[RawRecord]:
        after = 0
        while batch := self._batch(condition, after):
            after = batch[-1][0]
            yield from (record for _, record in batch)

    def _batch(self, condition: ColumnElement[bool], after: int) -> list[tuple[int, RawRecord]]:
        """Read a page by key: no transaction stays open while the caller works."""
        query = (
            select(RawRecordRow, BlobRow)
            .join(BlobRow, col(BlobRow.hash) == col(RawRecordRow.blob_hash))
            .where(condition, col(RawRecordRow.id) > after)
            .order_by(col(RawRecordRow.id))
            .limit(READ_BATCH)
        )
        with self._db.read() as session:
            return [(row.id, _record_of(row, blob)) for row, blob in session.execute(query)]

    def _add_blob(self, session: Session, body: bytes) -> str:
        digest = sha256(body).hexdigest()
        row = {"hash": digest, "size_bytes": len(body), "body": zlib.compress(body, level=6)}
        session.execute(insert_if_new(self._db, BlobRow).values(row))
        return digest


def _record_of(row: RawRecordRow, blob: BlobRow) -> RawRecord:
    return RawRecord(
        source_id=row.source_id,
        native_id=row.native_id,
        url=row.url,
        fetched_at=row.fetched_at,
        media_type=row.media_type,
        payload=zlib.decompress(blob.body),
    )
