"""The tables of the staff desk: accounts and corrections. Private to this room."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from store.types import KeptString, KeptText, UtcDateTime

_Json = JSON(none_as_null=False)
"""A JSON null is a value here: "the source says nothing" is something to come back to."""


class StaffRow(SQLModel, table=True):
    """Somebody who may use the desk. ``sessions`` counts up to end every open session at once."""

    __tablename__ = "staff"

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(sa_type=KeptString, unique=True)
    password_hash: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sessions: int = 0


class CorrectionRow(SQLModel, table=True):
    """One field of one call that staff hold against the source; ``ended_at`` is when they stopped to."""

    __tablename__ = "correction"
    __table_args__ = (
        Index(
            "correction_in_force",
            "call_id",
            "field",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    call_id: str = Field(sa_type=KeptText, foreign_key="call.id", index=True)
    field: str = Field(sa_type=KeptString)
    value: Any = Field(sa_column=Column(_Json, nullable=False))
    reason: str = Field(sa_type=KeptText)
    by: str = Field(sa_type=KeptString)
    at: datetime = Field(sa_type=UtcDateTime)
    source_value_then: Any = Field(sa_column=Column(_Json, nullable=False))
    source_value: Any = Field(sa_column=Column(_Json, nullable=False))
    unusable: str | None = Field(default=None, sa_type=KeptText)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: str | None = Field(default=None, sa_type=KeptString)
