"""The tables of the digest and of the jobs. Private to this room."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.types import KeptString, KeptText, UtcDateTime

_Key = BigInteger().with_variant(Integer(), "sqlite")


class SubscriberRow(SQLModel, table=True):
    """A person who gets mail, by address. The address is gone once it is erased."""

    __tablename__ = "subscriber"

    id: int | None = Field(default=None, primary_key=True)
    email: str | None = Field(default=None, sa_column=Column(KeptText, nullable=True, unique=True))
    language: str = Field(sa_type=KeptString)
    state: str = Field(index=True)
    frequency: str
    reminders: str = ""
    sign_of_life: bool = False
    token_version: int = 1
    cursor: int = Field(default=0, sa_column=Column(_Key, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)
    state_at: datetime = Field(sa_type=UtcDateTime)
    paused_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    bounces: int = 0
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SubscriptionRow(SQLModel, table=True):
    """One saved search or profile of a subscriber, and the calls it is known to have fitted."""

    __tablename__ = "subscription"

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    search: str | None = Field(default=None, sa_type=KeptText)
    profile: str | None = Field(default=None, sa_type=KeptText)
    confirmed: bool = False
    known: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)


class MutedCallRow(SQLModel, table=True):
    """A call of which a subscriber wants to hear no more."""

    __tablename__ = "muted_call"

    subscriber_id: int = Field(foreign_key="subscriber.id", primary_key=True)
    call_id: str = Field(primary_key=True, sa_type=KeptText)


class RemindedRow(SQLModel, table=True):
    """A reminder that was given: of which deadline of which call, how many days before."""

    __tablename__ = "reminded"

    subscriber_id: int = Field(foreign_key="subscriber.id", primary_key=True)
    call_id: str = Field(primary_key=True, sa_type=KeptText)
    deadline_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    days: int = Field(primary_key=True)


class DigestRunRow(SQLModel, table=True):
    """One run of the digest: the events up to ``upto``, told once a period."""

    __tablename__ = "digest_run"
    __table_args__ = (UniqueConstraint("kind", "period"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    period: str
    upto: int = Field(sa_column=Column(_Key, nullable=False))
    moment: datetime = Field(sa_type=UtcDateTime)
    planned: bool = False
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    quiet: int = 0
    canary_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeliveryRow(SQLModel, table=True):
    """One mail to one subscriber: before, while and after it is sent.

    ``plan`` is what the mail tells and what the subscription learns by it, compressed JSON; it is
    dropped once the mail has left.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("run_id", "subscriber_id"),
        Index("delivery_open", "state", "next_try_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="digest_run.id")
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    state: str
    plan: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    attempts: int = 0
    next_try_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    repeated: int = 0
    reply: str = Field(default="", sa_column=Column(Text, nullable=False))


class JobRunRow(SQLModel, table=True):
    """One planned run of one job: what is due is decided by what stands here."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("job", "planned_for"),)

    id: int | None = Field(default=None, primary_key=True)
    job: str = Field(sa_type=KeptString)
    planned_for: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    result: str | None = None
    words: str = Field(default="", sa_column=Column(Text, nullable=False))
    missed: int = 0
    attempts: int = 1


class JobPlanRow(SQLModel, table=True):
    """When a job comes next, as the scheduler last said."""

    __tablename__ = "job_plan"

    job: str = Field(primary_key=True, sa_type=KeptString)
    title: str = Field(sa_type=KeptText)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    said_at: datetime = Field(sa_type=UtcDateTime)


class LinkCheckRow(SQLModel, table=True):
    """The last look at the page of a call."""

    __tablename__ = "link_check"

    call_id: str = Field(primary_key=True, sa_type=KeptText)
    url: str = Field(sa_type=KeptText)
    status: int
    checked_at: datetime = Field(sa_type=UtcDateTime)
    failures: int = 0
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
