"""A mail's row while it is sent, and what its subscriber knows by it.

A delivery goes ``waiting`` -> ``handing`` (its bytes are about to be handed over) -> ``sent``; back to
``waiting`` for another try; or ends as ``refused`` (the server will never take it), ``skipped`` (the
person left meanwhile) or ``superseded`` (a later run tells the same and more). Whoever finds a row in
``handing`` after a crash cannot know whether the server took the mail: it is sent again under the
same Message-ID, and counted (``repeated``).
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection
from sqlmodel import col

from store.database import Database
from store.digest_rows import Delivery, DigestRun, Planned, delivery_of
from store.subscribers import Subscriber, learn
from store.tables_digest import DeliveryRow, DigestRunRow, RemindedRow, SubscriberRow


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
        letters = [delivery_of(*row) for row in session.execute(due.where(letter))]
        return letters or [delivery_of(*row) for row in session.execute(due.where(~letter))]


_MAIL: Any = DeliveryRow.__table__  # type: ignore[attr-defined]
_PERSON: Any = SubscriberRow.__table__  # type: ignore[attr-defined]
# Written once: putting a statement together anew costs as much as running it, ten thousand times a run.
_CLAIMED = (
    select(_MAIL.c.state, _PERSON.c.state, _PERSON.c.email, _PERSON.c.paused_until)
    .join_from(_MAIL, _PERSON, _MAIL.c.subscriber_id == _PERSON.c.id)
    .where(_MAIL.c.id == bindparam("delivery"))
)
_THIS_MAIL = update(_MAIL).where(_MAIL.c.id == bindparam("delivery"))
_CLAIM = _THIS_MAIL.values(state="handing", attempts=bindparam("tries"))
_SKIP = _THIS_MAIL.values(state="skipped", plan=None)
_SENT = _THIS_MAIL.values(state="sent", plan=None, sent_at=bindparam("at"), reply=bindparam("said"))
_THIS_PERSON = update(_PERSON).where(_PERSON.c.id == bindparam("person"))
_GOT_MAIL = _THIS_PERSON.values(last_sent_at=bindparam("at"), bounces=0)
_MOVED_ON = _THIS_PERSON.values(cursor=bindparam("upto"))
_GOT_AND_MOVED_ON = _THIS_PERSON.values(cursor=bindparam("upto"), last_sent_at=bindparam("at"), bounces=0)


def begin_handing(db: Database, delivery: Delivery, now: datetime) -> bool:
    """Claim a mail right before its bytes are handed over; False when it is not to be sent any more.

    Somebody who left or paused since the mail was planned gets nothing: that is looked up here, in
    the same transaction.
    """
    this = {"delivery": delivery.id}
    with db.write_rows() as connection:
        found = connection.execute(_CLAIMED, this).one_or_none()
        if found is None or found[0] != "waiting":
            return False
        to = replace(delivery.subscriber, state=found[1], email=found[2], paused_until=found[3])
        if not _may_get(to, delivery.run, now):
            connection.execute(_SKIP, this)
            return False
        connection.execute(_CLAIM, this | {"tries": delivery.attempts + 1})
        return True


def _may_get(subscriber: Subscriber, run: DigestRun, now: datetime) -> bool:
    """Digests go to who confirmed and has not left; a letter answers somebody who just asked."""
    return subscriber.email is not None if run.kind == "letter" else subscriber.is_due(now)


def note_sent(db: Database, delivery: Delivery, now: datetime, reply: str) -> None:
    """Write that the server took a mail, and what its subscriber knows by it: one transaction."""
    assert delivery.planned is not None, "a mail that left had a plan"
    with db.write_rows() as connection:
        connection.execute(_SENT, {"delivery": delivery.id, "at": now, "said": reply[:200]})
        advance(connection, delivery.planned, now)


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
        which = update(DeliveryRow).where(col(DeliveryRow.id) == delivery.id)
        connection.execute(which.values(attempts=attempts, reply=reply[:200], **values))


def note_nothing_left(db: Database, delivery: Delivery) -> None:
    """Write that a mail has nothing to tell any more (all of it is over by now): its subscriber moves on."""
    assert delivery.planned is not None, "a waiting mail has a plan"
    with db.write_rows() as connection:
        connection.execute(_SKIP, {"delivery": delivery.id})
        advance(connection, delivery.planned, None)


def advance(connection: Connection, mail: Planned, sent_at: datetime | None) -> None:
    """Write what a subscriber knows by a mail, or by a run that had nothing to tell (``sent_at`` None)."""
    who: dict[str, object] = {"person": mail.subscriber_id, "upto": mail.cursor, "at": sent_at}
    if sent_at is None:
        if mail.cursor is not None:
            connection.execute(_MOVED_ON, who)
    else:
        connection.execute(_GOT_MAIL if mail.cursor is None else _GOT_AND_MOVED_ON, who)
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
