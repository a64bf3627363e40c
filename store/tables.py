"""The tables. Private to this room: others get dataclasses and `Call`s."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, Text, true
from sqlmodel import Field, SQLModel

from store.types import KeptString, KeptText, UtcDateTime

_Json = JSON(none_as_null=True)
_Key = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER numbers itself on SQLite


class BlobRow(SQLModel, table=True):
    """Bytes, compressed, once per content."""

    __tablename__ = "blob"

    hash: str = Field(primary_key=True, max_length=64)
    size_bytes: int
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class RunRow(SQLModel, table=True):
    """One run of one source."""

    __tablename__ = "run"

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    crawl: dict[str, Any] | None = Field(default=None, sa_type=_Json)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    result: str | None = None
    records: int = 0
    calls: int = 0
    rejected: int = 0
    not_calls: dict[str, int] | None = Field(default=None, sa_type=_Json)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[str] | None = Field(default=None, sa_type=_Json)
    kind: str = Field(default="full", sa_column_kwargs={"server_default": "full"})
    live: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    fill: dict[str, float] | None = Field(default=None, sa_type=_Json)
    notes: list[str] | None = Field(default=None, sa_type=_Json)


class AnswerRow(SQLModel, table=True):
    """One HTTP answer as received."""

    __tablename__ = "answer"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    url: str = Field(sa_type=KeptText)
    status: int
    media_type: str = Field(sa_type=KeptString)
    fetched_at: datetime = Field(sa_type=UtcDateTime)
    blob_hash: str = Field(foreign_key="blob.hash", index=True)


class RawRecordRow(SQLModel, table=True):
    """One record of a run; the newest of a native id is what a replay reads."""

    __tablename__ = "raw_record"
    __table_args__ = (
        Index("raw_record_once_a_run", "run_id", "native_id", unique=True),
        Index("raw_record_newest", "source_id", "native_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id")
    source_id: str
    native_id: str = Field(sa_type=KeptText)
    url: str = Field(sa_type=KeptText)
    media_type: str = Field(sa_type=KeptString)
    fetched_at: datetime = Field(sa_type=UtcDateTime)
    blob_hash: str = Field(foreign_key="blob.hash", index=True)


class RejectRow(SQLModel, table=True):
    """A record that could not be used, and why."""

    __tablename__ = "reject"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    source_id: str
    native_id: str = Field(sa_type=KeptText)
    url: str = Field(sa_type=KeptText)
    field: str = Field(sa_type=KeptString)
    value: str = Field(sa_type=KeptText)
    reason: str = Field(sa_type=KeptText)


class CallRow(SQLModel, table=True):
    """A call: its document, and the columns the house asks by."""

    __tablename__ = "call"

    id: str = Field(primary_key=True, sa_type=KeptText)
    source_id: str = Field(index=True)
    native_id: str = Field(sa_type=KeptText)
    document: str = Field(sa_type=Text)
    content_hash: str = Field(max_length=64)
    change_number: int = Field(sa_column=Column(_Key, nullable=False, unique=True))
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    revision: int = 1
    missed_runs: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    group_id: str | None = Field(default=None, sa_type=KeptText, index=True)
    group_reason: str | None = Field(default=None, sa_type=KeptText)


class EventRow(SQLModel, table=True):
    """One change of one call, in the terms of the schema."""

    __tablename__ = "event"

    number: int = Field(sa_column=Column(_Key, primary_key=True, autoincrement=False))
    call_id: str = Field(sa_type=KeptText, index=True)
    kind: str
    at: datetime = Field(sa_type=UtcDateTime)
    run_id: int | None = Field(default=None, foreign_key="run.id")
    cause: str = Field(default="source", sa_column_kwargs={"server_default": "source"})
    old: Any = Field(default=None, sa_column=Column(_Json, nullable=True))
    new: Any = Field(default=None, sa_column=Column(_Json, nullable=True))


class CounterRow(SQLModel, table=True):
    """The last number given; its row is the publisher's lock on PostgreSQL."""

    __tablename__ = "counter"

    name: str = Field(primary_key=True)
    value: int = Field(sa_column=Column(_Key, nullable=False))


class ApartRow(SQLModel, table=True):
    """Two calls that staff said are not the same; ``one_id`` sorts before ``other_id``."""

    __tablename__ = "apart"

    one_id: str = Field(primary_key=True, sa_type=KeptText)
    other_id: str = Field(primary_key=True, sa_type=KeptText)
    by: str = Field(sa_type=KeptString)
    at: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(sa_type=KeptText)
