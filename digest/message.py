"""Mails as bytes: headers that mail programs and unsubscribing rely on, bodies in quoted-printable."""

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_WHOLE = EmailPolicy(linesep="\r\n", max_line_length=998)
"""RFC 5322 allows lines of 998 characters."""


class MailPolicy(EmailPolicy):
    """The standard policy, but ``List-*`` headers are never folded into encoded words.

    The standard library writes a long URI as ``=?utf-8?q?...?=``, in which no mail program finds the
    address any more (RFC 2369 allows none there); raising the limit for everything would also
    leave the subject one line of any length.
    """

    def fold(self, name: str, value: str) -> str:
        """Fold one header."""
        whole = name.lower().startswith("list-")
        return str(_WHOLE.fold(name, value) if whole else super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """Fold one header, as bytes."""
        if name.lower().startswith("list-"):
            return bytes(_WHOLE.fold_binary(name, value))
        return bytes(super().fold_binary(name, value))


POLICY = MailPolicy(linesep="\r\n")
LINE_MAX = 76


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, before it is bytes.

    Attributes:
        sender: ``Name <address>``.
        recipient: Address, ASCII.
        subject: Any text; line ends and other control characters become blanks.
        text, html: The same in both forms.
        message_id: With its angle brackets; the same for every try of the same mail.
        at: The moment of its Date header.
        language: ISO 639-1.
        headers: More headers, in order.
    """

    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    at: datetime
    language: str
    headers: Sequence[tuple[str, str]] = ()


def plain_header(text: str) -> str:
    """Return a text that can stand in a header: what could end the line becomes one blank."""
    return _CONTROL.sub(" ", text).strip()


def compose(mail: Mail) -> bytes:
    """Return the mail as it goes over the wire, lines ended by CR LF, all of it ASCII.

    The bodies are encoded here and not by the standard library, whose encoder works a character
    at a time and takes longer than everything else of a mail together.
    """
    boundary = f"=_{sha256(mail.message_id.encode()).hexdigest()[:32]}"
    headers = [
        ("From", mail.sender),
        ("To", mail.recipient),
        ("Subject", mail.subject),
        ("Date", format_datetime(mail.at)),
        ("Message-ID", mail.message_id),
        ("Content-Language", mail.language),
        *mail.headers,
        ("MIME-Version", "1.0"),
    ]
    parts = [header(name, plain_header(value)) for name, value in headers]
    # Folded by hand: it is longer than a line, and another one in every mail.
    parts.append(f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode())
    for kind, body in (("plain", mail.text), ("html", mail.html)):
        parts.append(
            f"\r\n--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
        )
        parts.append(quoted_printable(body))
    parts.append(f"\r\n--{boundary}--\r\n".encode())
    return b"".join(parts)


def header(name: str, value: str) -> bytes:
    """Return one header, folded.

    A short one of plain ASCII needs no folding and no encoding, and is most of them; parsing those
    with the standard library took as long as the rest of a mail.
    """
    whole = f"{name}: {value}\r\n"
    if value.isascii() and (len(whole) <= LINE_MAX + 2 or name.lower().startswith("list-")):
        return whole.encode("ascii")
    return _folded(name, value)


@lru_cache(maxsize=4096)
def _folded(name: str, value: str) -> bytes:
    head = EmailMessage(policy=POLICY)
    head[name] = value
    ((name, parsed),) = head.raw_items()
    return POLICY.fold_binary(name, parsed)


def quoted_printable(body: str) -> bytes:
    """Return a body in quoted-printable (RFC 2045): lines of at most 76 characters, ended by CR LF."""
    lines = body.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True)
