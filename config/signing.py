"""The key with which links and sessions are signed."""

import os
import secrets
from pathlib import Path

from config.settings import Settings

FILE_NAME = "secret_key"
KEY_BYTES = 32
KEY_CHARACTERS_MIN = 16
"""A given key shorter than this could be found by trying."""


class WeakKey(ValueError):
    """``PORTAL_SECRET_KEY`` is too short to sign with."""


def signing_key(settings: Settings) -> str:
    """Return ``PORTAL_SECRET_KEY``; without one, a random key kept in the data folder.

    The kept key is made once, readable by its owner only, so that a small installation signs
    safely without being configured. Several machines that serve one portal need the setting.

    Raises:
        WeakKey: The setting holds fewer than 16 characters.
    """
    given = settings.secret_key.get_secret_value()
    if given:
        if len(given) < KEY_CHARACTERS_MIN:
            raise WeakKey(f"PORTAL_SECRET_KEY needs at least {KEY_CHARACTERS_MIN} characters")
        return given
    return _kept_key(settings.data_dir / FILE_NAME)


def _kept_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        # Written beside and linked into place: of two processes that start together one wins, and
        # nobody ever reads half a key.
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(KEY_BYTES))
        try:
            os.link(beside, path)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    return path.read_text("ascii").strip()
