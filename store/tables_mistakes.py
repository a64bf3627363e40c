"""The table of mistakes readers report."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from store.types import KeptString, KeptText, UtcDateTime


class MistakeReportRow(SQLModel, table=True):
    """One report; see `store.mistakes.MistakeReport`."""

    __tablename__ = "mistake_report"

    id: int | None = Field(default=None, primary_key=True)
    call_id: str = Field(sa_type=KeptText, index=True)
    field: str = Field(sa_type=KeptString)
    words: str = Field(sa_type=KeptText)
    email: str = Field(sa_type=KeptText)
    reported_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
