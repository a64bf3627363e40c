"""DKIM signatures (RFC 6376), for an installation whose mail server does not sign."""

import stat
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path

from config.errors import ConfigError
from config.settings import Settings

SIGNED = (
    "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "content-language",
    "auto-submitted", "list-id", "list-unsubscribe", "list-unsubscribe-post", "feedback-id",
)  # fmt: skip
"""Headers covered by a signature; RFC 8058, section 4, demands both of unsubscribing."""
_KEY = "PORTAL_DKIM_KEY"


def open_signer(settings: Settings) -> Callable[[bytes], bytes]:
    """Return what puts a signature before a mail; without a key, what leaves mails as they are.

    Raises:
        ConfigError: The key cannot be read, is no RSA key, or others may read it; or dkimpy is missing.
    """
    if settings.dkim_key is None:
        return bytes
    key = _read_key(settings.dkim_key)
    try:
        import dkim
    except ImportError as error:
        raise ConfigError("environment", "mail", _KEY, "signing needs the extra `dkim`") from error
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2].encode("ascii")
    selector = settings.dkim_selector.encode("ascii")

    def sign(message: bytes) -> bytes:
        head = message.partition(b"\r\n\r\n")[0].lower()
        present = [name.encode() for name in SIGNED if b"\r\n" + name.encode() + b":" in b"\r\n" + head]
        signature: bytes = dkim.sign(
            message, selector, domain, key, canonicalize=(b"relaxed", b"relaxed"), include_headers=present
        )
        return signature + message

    try:
        sign(b"From: a@b.example\r\n\r\n\r\n")
    except (dkim.DKIMException, ValueError) as error:
        raise ConfigError(
            settings.dkim_key, "mail", _KEY, f"is no private RSA key in PEM: {error}"
        ) from error
    return sign


def _read_key(path: Path) -> bytes:
    try:
        mode, key = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise ConfigError(path, "mail", _KEY, f"cannot be read: {error.strerror}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(path, "mail", _KEY, "others may read it; chmod 600 it")
    return key
