"""What is kept of a person: shown to them, and forgotten."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlmodel import Session, col

from store.database import Database
from store.tables_digest import DeliveryRow, MutedCallRow, RemindedRow, SubscriberRow, SubscriptionRow

ERASED_AFTER = timedelta(days=28)
"""An address is kept this long after somebody has left: to honour a late bounce or complaint."""
UNCONFIRMED_FOR = timedelta(days=7)
"""An address nobody confirmed is forgotten after this."""


def personal_data(db: Database, subscriber_id: int) -> dict[str, Any]:
    """Return everything kept about somebody, as JSON values."""
    with db.read() as session:
        row = session.get_one(SubscriberRow, subscriber_id)
        one = SubscriptionRow.subscriber_id
        wanted = session.execute(select(SubscriptionRow).where(col(one) == subscriber_id)).scalars()
        sent = session.execute(
            select(DeliveryRow).where(col(DeliveryRow.subscriber_id) == subscriber_id)
        ).scalars()
        quiet = session.execute(
            select(col(MutedCallRow.call_id)).where(col(MutedCallRow.subscriber_id) == subscriber_id)
        ).scalars()
        return {
            "subscriber": row.model_dump(mode="json"),
            "subscriptions": [
                {
                    "search": each.search,
                    "profile": each.profile,
                    "confirmed": each.confirmed,
                    "created_at": each.created_at.isoformat(),
                    "calls_known": len(each.known) // 8,
                }
                for each in wanted
            ],
            "muted_calls": list(quiet),
            "mails": [
                {
                    "state": each.state,
                    "sent_at": each.sent_at and each.sent_at.isoformat(),
                    "reply": each.reply,
                }
                for each in sent
            ],
        }


def erase(db: Database, subscriber_id: int) -> None:
    """Forget somebody: address, searches, profile, what was muted and sent."""
    with db.write() as session:
        _erase(session, [subscriber_id])


def erase_due(db: Database, now: datetime) -> int:
    """Forget whoever left 28 days ago, and who never confirmed within a week; returns how many."""
    left = col(SubscriberRow.state).in_(("stopped", "bounced", "complained"))
    due = or_(
        left & (col(SubscriberRow.state_at) <= now - ERASED_AFTER),
        (col(SubscriberRow.state) == "pending") & (col(SubscriberRow.asked_at) <= now - UNCONFIRMED_FOR),
    )
    with db.write() as session:
        ids = list(session.execute(select(col(SubscriberRow.id)).where(due)).scalars())
        _erase(session, [number for number in ids if number is not None])
        return len(ids)


def _erase(session: Session, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        for table in (DeliveryRow, MutedCallRow, RemindedRow, SubscriptionRow):
            session.execute(delete(table).where(col(table.subscriber_id).in_(part)))
        session.execute(delete(SubscriberRow).where(col(SubscriberRow.id).in_(part)))
