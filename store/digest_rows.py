"""What a digest's runs and deliveries are, and how they lie in their rows."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from store.subscribers import Subscriber, subscriber_of
from store.tables_digest import DeliveryRow, DigestRunRow, SubscriberRow

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


def packed(mail: Planned) -> bytes:
    """Return a plan as it is stored."""
    plan = {
        "tells": mail.tells,
        "cursor": mail.cursor,
        "learnt": {str(number): keys.hex() for number, keys in mail.learnt.items()},
        "reminded": [(call_id, at.isoformat(), days) for call_id, at, days in mail.reminded],
    }
    return zlib.compress(json.dumps(plan, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpacked(subscriber_id: int, packed: bytes) -> Planned:
    """Return a stored plan."""
    plan = json.loads(zlib.decompress(packed))
    return Planned(
        subscriber_id,
        plan["tells"],
        plan["cursor"],
        {int(number): bytes.fromhex(keys) for number, keys in plan["learnt"].items()},
        [(call_id, datetime.fromisoformat(at), days) for call_id, at, days in plan["reminded"]],
    )


def run_of(row: DigestRunRow) -> DigestRun:
    """Return the run of a row."""
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


def delivery_of(row: DeliveryRow, run: DigestRunRow, subscriber: SubscriberRow) -> Delivery:
    """Return the delivery of a row."""
    assert row.id is not None, "a stored row has its number"
    planned = unpacked(row.subscriber_id, row.plan) if row.plan else None
    return Delivery(row.id, run_of(run), subscriber_of(subscriber), row.state, planned, row.attempts)  # type: ignore[arg-type]
