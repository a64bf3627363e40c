"""Sends what is waiting: each mail once, whatever breaks meanwhile."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.sending import MailServerDown, NotTaken, Sender
from store import handing
from store.database import Database
from store.digest_rows import Delivery
from store.locks import only_one
from store.subscribers import note_bounce

log = logging.getLogger(__name__)
BATCH = 200
RETRY_AFTER = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
    timedelta(hours=24),
)
"""How long a mail rests after each try that failed: about four days, then it is given up."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail as bytes, from whom (for bounces) to whom."""

    sender: str
    recipient: str
    message: bytes


@dataclass(slots=True)
class Posted:
    """What became of the mails of one round.

    Attributes:
        counts: ``sent``, ``later``, ``refused``, ``skipped``.
        recovered: Mails that a process had in hand when it died, sent again now.
        problem: Why the round ended early; empty when everything due was tried.
    """

    counts: Counter[str] = field(default_factory=Counter)
    recovered: int = 0
    problem: str = ""


class PostOffice:
    """Hands waiting mails over, on several connections side by side.

    Addressing goes on side by side; handing over does not: the row is written, the bytes go out, the
    server answers, and that is written, one mail at a time. So at whatever point the process is
    killed, there is at most one mail of which nobody knows whether it arrived.

    Args:
        db: The store.
        write: Makes the envelope of a delivery; None when there is nothing left to tell.
        open_sender: Opens a connection.
        clock: Gives the current UTC time.
        connections: How many side by side.
        per_second: Mails a second at most; 0 for no limit.
    """

    def __init__(
        self,
        db: Database,
        write: Callable[[Delivery, datetime], Envelope | None],
        open_sender: Callable[[], Sender],
        *,
        clock: Callable[[], datetime],
        connections: int = 2,
        per_second: float = 0.0,
    ) -> None:
        self._db = db
        self._write = write
        self._open_sender = open_sender
        self._clock = clock
        self._connections = connections
        self._rest_s = 1 / per_second if per_second else 0.0

    def post(self) -> Posted:
        """Send everything that is due now; returns at the end or when the server is down.

        Raises:
            Taken: Another process is sending; it takes up what is due as well.
        """
        with only_one(self._db, "post"):
            return asyncio.run(self._post())

    def send_extra(self, envelope: Envelope) -> bool:
        """Send one mail that has no row, such as the canary; returns whether it was taken."""
        return asyncio.run(self._send_extra(envelope))

    async def _send_extra(self, envelope: Envelope) -> bool:
        async with self._open_sender() as sender:
            try:
                await sender.address(envelope.sender, envelope.recipient)
                await sender.hand_over(envelope.message)
            except (MailServerDown, NotTaken) as error:
                log.warning("an extra mail was not taken", extra={"reason": str(error)})
                return False
        return True

    async def _post(self) -> Posted:
        posted = Posted(recovered=handing.recover(self._db))
        if posted.recovered:
            log.warning("mails in hand when a process died are sent again", extra={"mails": posted.recovered})
        self._handing, self._next_at = asyncio.Lock(), 0.0
        async with AsyncExitStack() as stack:
            senders = [await stack.enter_async_context(self._open_sender()) for _ in range(self._connections)]
            while not posted.problem:
                due = handing.due_deliveries(self._db, self._clock(), BATCH)
                if not due:
                    break
                waiting = iter(due)
                await asyncio.gather(*(self._work(sender, waiting, posted) for sender in senders))
        return posted

    async def _work(self, sender: Sender, waiting: Iterator[Delivery], posted: Posted) -> None:
        for delivery in waiting:
            if posted.problem:
                return
            try:
                posted.counts[await self._send(sender, delivery)] += 1
            except MailServerDown as error:
                posted.problem = str(error)
                log.warning("the mail server takes nothing now; all mail waits", extra={"reason": str(error)})

    async def _send(self, sender: Sender, delivery: Delivery) -> str:
        envelope = self._write(delivery, self._clock())
        if envelope is None:
            handing.note_nothing_left(self._db, delivery)
            return "skipped"
        await self._pace()
        try:
            await sender.address(envelope.sender, envelope.recipient)
        except NotTaken as error:
            return self._not_taken(delivery, error)
        async with self._handing:
            if not handing.begin_handing(self._db, delivery, self._clock()):
                await sender.forget()
                return "skipped"
            try:
                reply = await sender.hand_over(envelope.message)
            except NotTaken as error:
                return self._not_taken(delivery, error)
            handing.note_sent(self._db, delivery, self._clock(), reply)
            return "sent"

    async def _pace(self) -> None:
        if self._rest_s:
            loop = asyncio.get_running_loop()
            at = max(self._next_at, loop.time())
            self._next_at = at + self._rest_s
            await asyncio.sleep(at - loop.time())

    def _not_taken(self, delivery: Delivery, error: NotTaken) -> str:
        now = self._clock()
        tries = delivery.attempts + 1
        given_up = error.what == "nobody" or tries > len(RETRY_AFTER)
        next_try_at = None if given_up else now + RETRY_AFTER[tries - 1]
        handing.note_failed(
            self._db,
            delivery,
            attempts=tries,
            next_try_at=next_try_at,
            reply=error.reply,
            uncertain=error.what == "unknown",
        )
        if given_up:
            note_bounce(self._db, delivery.subscriber.id, hard=error.what == "nobody", now=now)
        log.info("a mail was not taken", extra={"delivery": delivery.id, "what": error.what, "tries": tries})
        return "refused" if given_up else "later"
