"""Settings handed on to a child process through its environment."""

import os

from pydantic import SecretStr

from config.settings import Settings


def environment_of(settings: Settings) -> dict[str, str]:
    """Return this process's environment with every setting written out as ``PORTAL_...``.

    A setting given by argument, not by environment, reaches the child this way as well.
    """
    environment = dict(os.environ)
    for name in Settings.model_fields:
        environment[f"PORTAL_{name.upper()}"] = _as_text(getattr(settings, name))
    return environment


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)
