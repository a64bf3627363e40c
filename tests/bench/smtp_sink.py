"""A real SMTP server (aiosmtpd) in a process of its own; takes everything, keeps nothing, counts.

Prints its port, then, for each line on stdin, how many mails and bytes it took since the last one.
"""

import asyncio
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Counts."""

    def __init__(self) -> None:
        self.mails = self.size_bytes = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails += 1
        self.size_bytes += len(envelope.content or b"")
        return "250 OK"


class _Loopback(Controller):
    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def main() -> None:
    """Serve until stdin ends."""
    sink = Sink()
    controller = _Loopback(sink, hostname="127.0.0.1", port=0, ready_timeout=60)
    controller.start()
    print(controller.port, flush=True)
    for _ in sys.stdin:
        print(sink.mails, sink.size_bytes, flush=True)
        sink.mails = sink.size_bytes = 0
    controller.stop()


if __name__ == "__main__":
    main()
