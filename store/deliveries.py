"""Digest runs and their deliveries: a row a mail, before, while and after it is sent.

A delivery goes ``waiting`` -> ``handing`` (its bytes are about to be handed over) -> ``sent``; back to
``waiting`` for another try; or ends as ``refused`` (the server will never take it), ``skipped`` (the
person left meanwhile) or ``superseded`` (a later run tells the same and more). Whoever finds a row in
``handing`` after a crash cannot know whether the server took the mail: it is sent again under the
same Message-ID, and counted (``repeated``).
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection
from sqlmodel import col

from store.database import Database
from store.subscribers import Subscriber, learn, subscriber_of
from store.tables_digest import DeliveryRow, DigestRunRow, RemindedRow, SubscriberRow

RunKind = Literal["weekly", "daily", "letter"]
DeliveryState = Literal["waiting", "handing", "sent", "refused", "skipped", "superseded"]
OPEN: tuple[DeliveryState, ...] = ("waiting", "handing")


@dataclass(frozen=True, slots=True)
class DigestRun:
    """One run: what happened up to event ``upto``, told in ``period`` ("2026-W48", "2026-11-25")."""

    id: int
    kind: RunKind
    period: str
    upto: int
    moment: datetime
    planned: bool
    finished_at: datetime | None
    quiet: int
    canary_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A mail to be written.

    Attributes:
        subscriber_id: To whom.
        tells: What the mail tells, JSON; whoever renders it knows its shape.
        cursor: Where the subscriber stands once it has left; None leaves the cursor.
        learnt: Subscription id -> packed keys of calls known from then on.
        reminded: (call, deadline, days before) it reminds of.
    """

    subscriber_id: int
    tells: Mapping[str, Any]
    cursor: int | None
    learnt: Mapping[int, bytes]
    reminded: Sequence[tuple[str, datetime, int]] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail on its way; ``planned`` is None once it has left."""

    id: int
    run: DigestRun
    subscriber: Subscriber
    state: DeliveryState
    planned: Planned | None
    attempts: int


def open_run(db: Database, kind: RunKind, period: str, upto: int, moment: datetime) -> DigestRun:
    """Return the run of a period, made at the first time of asking; a period has one run, for ever."""
    with db.write() as session:
        query = select(DigestRunRow).where(col(DigestRunRow.kind) == kind, col(DigestRunRow.period) == period)
        row = session.execute(query).scalar_one_or_none()
        if row is None:
            row = DigestRunRow(kind=kind, period=period, upto=upto, moment=moment)
            session.add(row)
            session.flush()
        return _run(row)


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
                        "plan": _packed(mail),
                        "attempts": 0,
                        "next_try_at": run.moment,
                        "repeated": 0,
                        "reply": "",
                    }
                    for mail in mails
                ],
            )
        for mail in quiet:
            _advance(session.connection(), mail, None)
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
        return [_run(row) for row in session.execute(query).scalars()]


def finish_digest_run(db: Database, run_id: int, now: datetime) -> None:
    """Close a run."""
    with db.write() as session:
        session.get_one(DigestRunRow, run_id).finished_at = now


def unplanned_runs(db: Database) -> list[DigestRun]:
    """Return runs whose planning was interrupted."""
    query = select(DigestRunRow).where(col(DigestRunRow.planned).is_(False)).order_by(col(DigestRunRow.id))
    with db.read() as session:
        return [_run(row) for row in session.execute(query).scalars()]


def recover(db: Database) -> int:
    """Take up mails that were being handed over when a process died; returns how many.

    To be called only by whoever holds the lock of sending.
    """
    with db.write() as session:
        found = session.execute(
            update(DeliveryRow)
            .where(col(DeliveryRow.state) == "handing")
            .values(state="waiting", repeated=DeliveryRow.repeated + 1)
        )
        return int(found.rowcount)  # type: ignore[attr-defined]


def due_deliveries(db: Database, now: datetime, limit: int) -> list[Delivery]:
    """Return waiting mails that may be tried at ``now``: letters somebody waits for first, then digests."""
    due = (
        select(DeliveryRow, DigestRunRow, SubscriberRow)
        .join(DigestRunRow, col(DeliveryRow.run_id) == col(DigestRunRow.id))
        .join(SubscriberRow, col(DeliveryRow.subscriber_id) == col(SubscriberRow.id))
        .where(
            col(DeliveryRow.state) == "waiting",
            col(DeliveryRow.next_try_at) <= now,
        )
        .order_by(col(DeliveryRow.id))
        .limit(limit)
    )
    letter = col(DigestRunRow.kind) == "letter"
    with db.read() as session:
        letters = [_delivery(*row) for row in session.execute(due.where(letter))]
        return letters or [_delivery(*row) for row in session.execute(due.where(~letter))]


def begin_handing(db: Database, delivery: Delivery, now: datetime) -> bool:
    """Claim a mail right before its bytes are handed over; False when it is not to be sent any more.

    Somebody who left or paused since the mail was planned gets nothing: that is looked up here, in
    the same transaction.
    """
    with db.write_rows() as connection:
        query = (
            select(
                col(DeliveryRow.state),
                col(SubscriberRow.state),
                SubscriberRow.email,
                SubscriberRow.paused_until,
            )  # type: ignore[call-overload]
            .join(SubscriberRow, col(DeliveryRow.subscriber_id) == col(SubscriberRow.id))
            .where(col(DeliveryRow.id) == delivery.id)
        )
        found = connection.execute(query).one_or_none()
        if found is None or found[0] != "waiting":
            return False
        to = replace(delivery.subscriber, state=found[1], email=found[2], paused_until=found[3])
        if not _may_get(to, delivery.run, now):
            _set(connection, delivery.id, state="skipped", plan=None)
            return False
        _set(connection, delivery.id, state="handing", attempts=delivery.attempts + 1)
        return True


def _may_get(subscriber: Subscriber, run: DigestRun, now: datetime) -> bool:
    """Digests go to who confirmed and has not left; a letter answers somebody who just asked."""
    return subscriber.email is not None if run.kind == "letter" else subscriber.is_due(now)


def note_sent(db: Database, delivery: Delivery, now: datetime, reply: str) -> None:
    """Write that the server took a mail, and what its subscriber knows by it: one transaction."""
    assert delivery.planned is not None, "a mail that left had a plan"
    with db.write_rows() as connection:
        _set(connection, delivery.id, state="sent", sent_at=now, plan=None, reply=reply[:200])
        _advance(connection, delivery.planned, now)


def note_failed(
    db: Database,
    delivery: Delivery,
    *,
    attempts: int,
    next_try_at: datetime | None,
    reply: str,
    uncertain: bool = False,
) -> None:
    """Write that a mail was not taken: to be tried again at a time, or never (None).

    Args:
        db: The store.
        delivery: The mail.
        attempts: How often it was tried.
        next_try_at: When to try again; None when it is given up.
        reply: What the server said.
        uncertain: The connection broke after the bytes were handed over: it may have arrived.
    """
    values: dict[str, Any] = {"state": "refused", "plan": None}
    if next_try_at is not None:
        values = {"state": "waiting", "next_try_at": next_try_at}
    if uncertain:
        values["repeated"] = DeliveryRow.repeated + 1
    with db.write_rows() as connection:
        _set(connection, delivery.id, attempts=attempts, reply=reply[:200], **values)


def note_nothing_left(db: Database, delivery: Delivery) -> None:
    """Write that a mail has nothing to tell any more (all of it is over by now): its subscriber moves on."""
    assert delivery.planned is not None, "a waiting mail has a plan"
    with db.write_rows() as connection:
        _set(connection, delivery.id, state="skipped", plan=None)
        _advance(connection, delivery.planned, None)


def _set(connection: Connection, delivery_id: int, **values: Any) -> None:  # noqa: ANN401 - any column's value
    which = update(DeliveryRow).where(col(DeliveryRow.id) == delivery_id)
    connection.execute(which.values(**values))


def _advance(connection: Connection, mail: Planned, sent_at: datetime | None) -> None:
    values: dict[str, Any] = {} if mail.cursor is None else {"cursor": mail.cursor}
    if sent_at is not None:
        values |= {"last_sent_at": sent_at, "bounces": 0}
    if values:
        who = update(SubscriberRow).where(col(SubscriberRow.id) == mail.subscriber_id)
        # By the connection: the session's own way takes ten times as long, ten thousand times a run.
        connection.execute(who.values(**values))
    learn(connection, mail.learnt)
    if mail.reminded:
        insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
        given = insert(RemindedRow).on_conflict_do_nothing()
        connection.execute(
            given,
            [
                {"subscriber_id": mail.subscriber_id, "call_id": call_id, "deadline_at": at, "days": days}
                for call_id, at, days in mail.reminded
            ],
        )


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
        runs = [_run(row) for row in session.execute(newest).scalars()]
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


def _packed(mail: Planned) -> bytes:
    plan = {
        "tells": mail.tells,
        "cursor": mail.cursor,
        "learnt": {str(number): keys.hex() for number, keys in mail.learnt.items()},
        "reminded": [(call_id, at.isoformat(), days) for call_id, at, days in mail.reminded],
    }
    return zlib.compress(json.dumps(plan, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def _unpacked(subscriber_id: int, packed: bytes) -> Planned:
    plan = json.loads(zlib.decompress(packed))
    return Planned(
        subscriber_id,
        plan["tells"],
        plan["cursor"],
        {int(number): bytes.fromhex(keys) for number, keys in plan["learnt"].items()},
        [(call_id, datetime.fromisoformat(at), days) for call_id, at, days in plan["reminded"]],
    )


def _run(row: DigestRunRow) -> DigestRun:
    assert row.id is not None, "a flushed row has its number"
    return DigestRun(
        row.id,
        row.kind,  # type: ignore[arg-type]  # only a `RunKind` is ever written
        row.period,
        row.upto,
        row.moment,
        row.planned,
        row.finished_at,
        row.quiet,
        row.canary_seen_at,
    )


def _delivery(row: DeliveryRow, run: DigestRunRow, subscriber: SubscriberRow) -> Delivery:
    assert row.id is not None, "a stored row has its number"
    planned = _unpacked(row.subscriber_id, row.plan) if row.plan else None
    return Delivery(row.id, _run(run), subscriber_of(subscriber), row.state, planned, row.attempts)  # type: ignore[arg-type]
