"""Handing mails over: address, then hand over; through SMTP or into a folder."""

import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from config.errors import ConfigError
from config.settings import Settings

TIMEOUT_S = 60.0
"""How long an answer of the mail server is waited for; RFC 5321 allows it minutes, a person does not."""
_NO_SUCH_PERSON = (550, 551, 553)


class MailServerDown(Exception):
    """Nothing can be handed over now: not reachable, or it refuses us altogether. Nothing was sent."""


class NotTaken(Exception):
    """The server did not take one mail.

    Attributes:
        what: ``later`` (try again), ``nobody`` (there is no such person), ``refused`` (this mail or
            this person, for another reason), ``unknown`` (the connection broke after the mail was
            handed over: it may have arrived).
        reply: What the server said.
    """

    def __init__(self, what: Literal["later", "nobody", "refused", "unknown"], reply: str) -> None:
        self.what, self.reply = what, reply
        super().__init__(f"{what}: {reply}")


class Sender(Protocol):
    """Hands one mail over after another; opened and closed by ``async with``."""

    async def address(self, sender: str, recipient: str) -> None:
        """Name the envelope of the next mail; nothing has left when this raises.

        Raises:
            NotTaken: This recipient is not taken.
            MailServerDown: Nobody's mail is taken.
        """

    async def hand_over(self, message: bytes) -> str:
        """Send the mail addressed before; returns the server's reply.

        Raises:
            NotTaken: It was not taken, or that is unknown.
        """

    async def forget(self) -> None:
        """Take the envelope back: the mail addressed is not sent after all."""

    async def __aenter__(self) -> Self:
        """Open."""

    async def __aexit__(self, *_error: object) -> None:
        """Close."""


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """A mail server, as ``PORTAL_SMTP_URL`` names it."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: Literal["offered", "required", "off", "at once"]


def read_smtp_url(url: str) -> SmtpAddress:
    """Read ``smtp://user:password@host:587?tls=required`` or ``smtps://host``.

    Raises:
        ConfigError: It is neither.
    """
    parts = urlsplit(url)
    words = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    tls = words.pop("tls", "offered")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or words:
        raise ConfigError("environment", "PORTAL_SMTP_URL", "-", "smtp://host:port or smtps://host is needed")
    if parts.scheme == "smtps":
        tls = "at once"
    elif tls not in ("offered", "required", "off"):
        raise ConfigError("environment", "PORTAL_SMTP_URL", "tls", "one of offered, required, off is needed")
    return SmtpAddress(
        parts.hostname,
        parts.port or (465 if parts.scheme == "smtps" else 25),
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        tls,  # type: ignore[arg-type]  # one of the words above
    )


class SmtpSender:
    """One connection to a mail server, opened anew when it broke."""

    def __init__(self, address: SmtpAddress, timeout_s: float = TIMEOUT_S) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._smtp: aiosmtplib.SMTP | None = None

    async def __aenter__(self) -> Self:
        """Connect at the first mail, not before."""
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Say goodbye."""
        if self._smtp is not None and self._smtp.is_connected:
            with suppress(aiosmtplib.SMTPException):  # it hung up first: nothing is lost by that
                await self._smtp.quit(timeout=5)
            self._smtp.close()
        self._smtp = None

    async def address(self, sender: str, recipient: str) -> None:
        """See `Sender.address`."""
        smtp = await self._connected()
        try:
            await smtp.mail(sender)
            await smtp.rcpt(recipient)
        except aiosmtplib.SMTPRecipientRefused as error:
            await self._start_over()
            raise NotTaken(_about_recipient(error), f"{error.code} {error.message}") from error
        except aiosmtplib.SMTPResponseException as error:
            self._drop()
            raise MailServerDown(f"it refuses our mail: {error.code} {error.message}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            raise MailServerDown(f"the connection broke: {error}") from error

    async def hand_over(self, message: bytes) -> str:
        """See `Sender.hand_over`."""
        assert self._smtp is not None, "a mail is addressed before it is handed over"
        try:
            reply = await self._smtp.data(message)
        except aiosmtplib.SMTPResponseException as error:
            await self._start_over()
            what: Literal["later", "refused"] = "refused" if error.code >= 500 else "later"
            raise NotTaken(what, f"{error.code} {error.message}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            raise NotTaken("unknown", f"the connection broke: {error}") from error
        return f"{reply.code} {reply.message}"

    async def forget(self) -> None:
        """Take the envelope back: the mail addressed is not sent after all."""
        await self._start_over()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._smtp is not None and self._smtp.is_connected:
            return self._smtp
        where = self._address
        smtp = aiosmtplib.SMTP(
            hostname=where.host,
            port=where.port,
            username=where.user,
            password=where.password,
            timeout=self._timeout_s,
            use_tls=where.tls == "at once",
            start_tls={"offered": None, "required": True, "off": False, "at once": False}[where.tls],
            tls_context=ssl.create_default_context() if where.tls != "off" else None,
        )
        try:
            await smtp.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            smtp.close()
            raise MailServerDown(f"{where.host}:{where.port}: {error}") from error
        self._smtp = smtp
        return smtp

    async def _start_over(self) -> None:
        if self._smtp is None:
            return
        try:
            await self._smtp.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def _about_recipient(error: aiosmtplib.SMTPRecipientRefused) -> Literal["later", "nobody", "refused"]:
    """Tell a person who does not exist from one the server will not serve now (RFC 3463 codes)."""
    if error.code < 500:
        return "later"
    enhanced = error.message.split(" ", 1)[0]
    if enhanced.count(".") == 2 and enhanced.startswith("5."):
        return "nobody" if enhanced.startswith("5.1.") else "refused"
    return "nobody" if error.code in _NO_SUCH_PERSON else "refused"


class FolderSender:
    """Lays mails down as files: for development, and where no mail server is configured."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._recipient = ""

    async def __aenter__(self) -> Self:
        """Make the folder."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Nothing to close."""

    async def address(self, sender: str, recipient: str) -> None:
        """See `Sender.address`."""
        self._recipient = "".join(sign if sign.isalnum() or sign in "@.-_" else "_" for sign in recipient)

    async def hand_over(self, message: bytes) -> str:
        """See `Sender.hand_over`."""
        number = sum(1 for _ in self._folder.glob("*.eml")) + 1
        (self._folder / f"{number:06}-{self._recipient}.eml").write_bytes(message)
        return "laid down"

    async def forget(self) -> None:
        """Take the envelope back."""
        self._recipient = ""


def open_sender(settings: Settings) -> SmtpSender | FolderSender:
    """Return a sender for the settings; one a connection.

    Raises:
        ConfigError: ``PORTAL_SMTP_URL`` is not understood.
    """
    url = settings.smtp_url.get_secret_value()
    return SmtpSender(read_smtp_url(url)) if url else FolderSender(settings.data_dir / "outbox")
