"""Subscribers and what they subscribe to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.engine import Connection
from sqlmodel import Session, col

from store.database import Database
from store.known_calls import pack, unpack
from store.tables_digest import MutedCallRow, RemindedRow, SubscriberRow, SubscriptionRow

State = Literal["pending", "active", "stopped", "bounced", "complained"]
Frequency = Literal["weekly", "daily"]
BOUNCES_MAX = 3
"""Mails in a row that came back softly before an address counts as dead."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person who gets mail.

    Attributes:
        email: None once erased.
        reminders: Days before a deadline on which to remind, such as 7, 14, 30.
        sign_of_life: Whether a mail comes once a month when there is nothing to tell.
        token_version: Raised to revoke every link sent so far.
        cursor: Number of the last event that was told, or found to be nothing for them.
        paused_until: No mail before; what happens meanwhile is told afterwards.
    """

    id: int
    email: str | None
    language: str
    state: State
    frequency: Frequency
    reminders: tuple[int, ...]
    sign_of_life: bool
    token_version: int
    cursor: int
    created_at: datetime
    state_at: datetime
    paused_until: datetime | None
    last_sent_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Tell whether mail may go to this person at ``now`` (UTC)."""
        resting = self.paused_until is not None and now < self.paused_until
        return self.state == "active" and self.email is not None and not resting


@dataclass(frozen=True, slots=True)
class Subscription:
    """One saved search or one profile, as JSON; ``known`` are keys of calls it has fitted."""

    id: int
    subscriber_id: int
    search: str | None
    profile: str | None
    confirmed: bool
    known: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants to be written to."""

    language: str
    frequency: Frequency
    reminders: tuple[int, ...] = ()
    sign_of_life: bool = False


def ask_to_subscribe(
    db: Database, email: str, wishes: Wishes, wanted: Sequence[tuple[str | None, str | None]], now: datetime
) -> Subscriber:
    """Note that somebody may want mail; nothing is sent but the question until they confirm.

    An address that is known keeps its wishes; what is wanted is added, unconfirmed.

    Args:
        db: The store.
        email: Normalised address.
        wishes: Taken for an address that is new or had left.
        wanted: (search, profile) pairs, each as JSON or None.
        now: UTC.
    """
    with db.write() as session:
        query = select(SubscriberRow).where(col(SubscriberRow.email) == email)
        row = session.execute(query).scalar_one_or_none()
        if row is None:
            row = SubscriberRow(
                email=email, language="en", state="pending", frequency="weekly", created_at=now, state_at=now
            )
            session.add(row)
        if row.state != "active":
            _wish(row, wishes)
        session.flush()
        # A question asked again replaces what was asked before and never confirmed.
        unconfirmed = col(SubscriptionRow.confirmed).is_(False)
        session.execute(
            delete(SubscriptionRow).where(col(SubscriptionRow.subscriber_id) == row.id, unconfirmed)
        )
        session.add_all(
            SubscriptionRow(subscriber_id=_id(row), search=search, profile=profile, created_at=now)
            for search, profile in wanted
        )
        row.asked_at = now
        return subscriber_of(row)


def _wish(row: SubscriberRow, wishes: Wishes) -> None:
    row.language = wishes.language
    row.frequency = wishes.frequency
    row.reminders = ",".join(str(days) for days in sorted(wishes.reminders))
    row.sign_of_life = wishes.sign_of_life


def confirm(
    db: Database, subscriber_id: int, known: Mapping[int, bytes], cursor: int, now: datetime
) -> Subscriber:
    """Make a subscriber active and their new subscriptions valid from now on.

    Args:
        db: The store.
        subscriber_id: Who confirmed.
        known: Subscription id -> packed keys of the calls that fit already.
        cursor: Number of the last event there is.
        now: UTC.
    """
    with db.write() as session:
        row = session.get_one(SubscriberRow, subscriber_id)
        if row.state != "active":
            row.state, row.state_at, row.cursor, row.bounces = "active", now, cursor, 0
        for subscription_id, packed in known.items():
            found = session.get(SubscriptionRow, subscription_id)
            if found is not None and found.subscriber_id == subscriber_id and not found.confirmed:
                found.confirmed, found.known = True, packed
        session.flush()
        return subscriber_of(row)


def wish(db: Database, subscriber_id: int, wishes: Wishes, paused_until: datetime | None) -> None:
    """Change how somebody wants to be written to."""
    with db.write() as session:
        row = session.get_one(SubscriberRow, subscriber_id)
        _wish(row, wishes)
        row.paused_until = paused_until


def stop(db: Database, subscriber_id: int, state: State, now: datetime) -> bool:
    """Send no more mail to somebody; returns whether that is news.

    Links sent before stay good until the address is erased, so that leaving twice is no error.
    """
    with db.write() as session:
        row = session.get(SubscriberRow, subscriber_id)
        if row is None or row.state in ("stopped", "bounced", "complained"):
            return False
        row.state, row.state_at = state, now
        return True


def revoke_links(db: Database, subscriber_id: int) -> None:
    """Make every link sent to somebody so far worthless."""
    with db.write() as session:
        session.get_one(SubscriberRow, subscriber_id).token_version += 1


def drop_subscription(db: Database, subscriber_id: int, subscription_id: int) -> None:
    """Remove one saved search or profile of somebody."""
    with db.write() as session:
        session.execute(
            delete(SubscriptionRow).where(
                col(SubscriptionRow.id) == subscription_id,
                col(SubscriptionRow.subscriber_id) == subscriber_id,
            )
        )


def mute(db: Database, subscriber_id: int, call_id: str) -> None:
    """Tell somebody no more of one call."""
    with db.write() as session:
        if session.get(MutedCallRow, (subscriber_id, call_id)) is None:
            session.add(MutedCallRow(subscriber_id=subscriber_id, call_id=call_id))


def unmute(db: Database, subscriber_id: int, call_id: str) -> None:
    """Take a call up again."""
    with db.write() as session:
        session.execute(
            delete(MutedCallRow).where(
                col(MutedCallRow.subscriber_id) == subscriber_id, col(MutedCallRow.call_id) == call_id
            )
        )


def muted_calls(db: Database) -> Mapping[int, frozenset[str]]:
    """Return subscriber id -> calls they want to hear no more of."""
    found: dict[int, set[str]] = {}
    with db.read() as session:
        for subscriber_id, call_id in session.execute(
            select(col(MutedCallRow.subscriber_id), col(MutedCallRow.call_id))
        ):
            found.setdefault(subscriber_id, set()).add(call_id)
    return {subscriber_id: frozenset(calls) for subscriber_id, calls in found.items()}


def reminded(db: Database, since: datetime) -> Mapping[int, frozenset[tuple[str, datetime, int]]]:
    """Return subscriber id -> (call, deadline, days before) of reminders given for deadlines since."""
    found: dict[int, set[tuple[str, datetime, int]]] = {}
    columns = (RemindedRow.subscriber_id, RemindedRow.call_id, RemindedRow.deadline_at, RemindedRow.days)
    with db.read() as session:
        query = select(*map(col, columns)).where(col(RemindedRow.deadline_at) >= since)
        for subscriber_id, call_id, at, days in session.execute(query):
            found.setdefault(subscriber_id, set()).add((call_id, at, days))
    return {subscriber_id: frozenset(told) for subscriber_id, told in found.items()}


def get_subscriber(db: Database, subscriber_id: int) -> Subscriber | None:
    """Return one subscriber; None when there is none of that number."""
    with db.read() as session:
        row = session.get(SubscriberRow, subscriber_id)
        return subscriber_of(row) if row else None


def find_subscriber(db: Database, email: str) -> Subscriber | None:
    """Return the subscriber of an address; None when nobody has it."""
    with db.read() as session:
        query = select(SubscriberRow).where(col(SubscriberRow.email) == email)
        row = session.execute(query).scalar_one_or_none()
        return subscriber_of(row) if row else None


def subscriptions_of(db: Database, subscriber_id: int) -> list[Subscription]:
    """Return what somebody subscribes to, oldest first."""
    query = select(SubscriptionRow).where(col(SubscriptionRow.subscriber_id) == subscriber_id)
    with db.read() as session:
        rows = session.execute(query.order_by(col(SubscriptionRow.id))).scalars()
        return [_subscription(row) for row in rows]


def iter_active(db: Database, batch: int = 1000) -> Iterator[list[tuple[Subscriber, list[Subscription]]]]:
    """Yield active subscribers with their confirmed subscriptions, a batch at a time; memory stays flat."""
    after = 0
    while True:
        people = (
            select(SubscriberRow)
            .where(col(SubscriberRow.state) == "active", col(SubscriberRow.id) > after)
            .order_by(col(SubscriberRow.id))
            .limit(batch)
        )
        with db.read() as session:
            found = [subscriber_of(row) for row in session.execute(people).scalars()]
            if not found:
                return
            wanted = _subscriptions(session, found[0].id, found[-1].id)
        yield [(one, wanted.get(one.id, [])) for one in found]
        after = found[-1].id


def _subscriptions(session: Session, first: int, last: int) -> dict[int, list[Subscription]]:
    query = (
        select(SubscriptionRow)
        .where(
            col(SubscriptionRow.subscriber_id).between(first, last), col(SubscriptionRow.confirmed).is_(True)
        )
        .order_by(col(SubscriptionRow.id))
    )
    wanted: dict[int, list[Subscription]] = {}
    for row in session.execute(query).scalars():
        wanted.setdefault(row.subscriber_id, []).append(_subscription(row))
    return wanted


def lowest_cursor(db: Database) -> int:
    """Return the lowest number any active subscriber stands at; 0 when there is none."""
    query = select(func.min(col(SubscriberRow.cursor))).where(col(SubscriberRow.state) == "active")
    with db.read() as session:
        return int(session.execute(query).scalar_one() or 0)


_ASKED: Any = SubscriptionRow.__table__  # type: ignore[attr-defined]
_THIS: Any = bindparam("subscription")
_KNOWN = select(_ASKED.c.known).where(_ASKED.c.id == _THIS)
_LEARN = update(_ASKED).where(_ASKED.c.id == _THIS).values(known=bindparam("both"))


def learn(connection: Connection, learnt: Mapping[int, bytes]) -> None:
    """Add calls to what subscriptions are known to have fitted; within the caller's transaction."""
    for subscription_id, packed in learnt.items():
        known = connection.execute(_KNOWN, {"subscription": subscription_id}).scalar_one_or_none()
        if known is not None and packed:
            both = pack(unpack(known) | unpack(packed)) if known else packed
            connection.execute(_LEARN, {"subscription": subscription_id, "both": both})


def count_subscribers(db: Database) -> Mapping[str, int]:
    """Return state -> number of subscribers."""
    query = select(col(SubscriberRow.state), func.count()).group_by(col(SubscriberRow.state))
    with db.read() as session:
        return {state: count for state, count in session.execute(query)}


def note_bounce(db: Database, subscriber_id: int, *, hard: bool, now: datetime) -> State | None:
    """Note that a mail came back; returns the state that follows, None for nobody.

    A hard bounce (the address does not exist) stops mail at once, soft ones after three in a row.
    """
    with db.write() as session:
        row = session.get(SubscriberRow, subscriber_id)
        if row is None:
            return None
        row.bounces += 1
        if row.state == "active" and (hard or row.bounces >= BOUNCES_MAX):
            row.state, row.state_at = "bounced", now
        return row.state  # type: ignore[return-value]  # only a `State` is ever written


def _id(row: SubscriberRow) -> int:
    assert row.id is not None, "a flushed row has its number"
    return row.id


def subscriber_of(row: SubscriberRow) -> Subscriber:
    """Return a row as the other rooms see it."""
    return Subscriber(
        id=_id(row),
        email=row.email,
        language=row.language,
        state=row.state,  # type: ignore[arg-type]  # only a `State` is ever written
        frequency=row.frequency,  # type: ignore[arg-type]
        reminders=tuple(int(days) for days in row.reminders.split(",") if days),
        sign_of_life=row.sign_of_life,
        token_version=row.token_version,
        cursor=row.cursor,
        created_at=row.created_at,
        state_at=row.state_at,
        paused_until=row.paused_until,
        last_sent_at=row.last_sent_at,
    )


def _subscription(row: SubscriptionRow) -> Subscription:
    assert row.id is not None, "a stored row has its number"
    return Subscription(
        row.id, row.subscriber_id, row.search, row.profile, row.confirmed, row.known, row.created_at
    )
