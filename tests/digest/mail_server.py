"""A real SMTP server on loopback that misbehaves as told."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

OK = "250 OK"


@dataclass
class Mailbox:
    """What arrived, and how the server behaves.

    ``on_recipient`` and ``on_mail`` return the reply, or None to hang up; ``accepts`` tells whether
    a mail counts as arrived although the reply is not 250.
    """

    on_recipient: Callable[[str], str | None] = lambda _address: OK
    on_mail: Callable[[int, Envelope], str | None] = lambda _number, _envelope: OK
    keep_unanswered: bool = False
    delay_s: float = 0.0
    mails: list[Envelope] = field(default_factory=list)
    seen: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.on_recipient(address)
        if reply is None:
            return _hang_up(server)
        if reply == OK:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.seen += 1
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        reply = self.on_mail(self.seen, envelope)
        if reply == OK or (reply is None and self.keep_unanswered):
            self.mails.append(envelope)
        if reply is None:
            return _hang_up(server)
        return reply

    def content(self, number: int = 0) -> bytes:
        content = self.mails[number].content
        assert isinstance(content, bytes)
        return content

    def recipients(self) -> Counter[str]:
        return Counter(envelope.rcpt_tos[0] for envelope in self.mails)

    def message_ids(self) -> Counter[str]:
        return Counter(
            str(message_from_bytes(self.content(number))["Message-ID"]) for number in range(len(self.mails))
        )


def _hang_up(server: SMTP) -> str:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
    return OK


class _Loopback(Controller):
    """A controller that takes any free port; the library's own looks for itself at port 0."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def serving(mailbox: Mailbox) -> Iterator[str]:
    """Serve a mailbox; gives the address for ``PORTAL_SMTP_URL``."""
    controller = _Loopback(mailbox, hostname="127.0.0.1", port=0, ready_timeout=30)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}?tls=off"
    finally:
        controller.stop()
