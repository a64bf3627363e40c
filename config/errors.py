"""A mistake in a configuration file, and what a model says of a wrong value."""

from collections.abc import Mapping
from typing import Any

_OF_PYDANTIC = "Value error, "
"""What pydantic puts before the words of a check of ours."""


class ConfigError(ValueError):
    """Nothing starts on a wrong configuration. The message names file, entry and key."""

    def __init__(self, file: object, entry: str, key: str, reason: str) -> None:
        self.file, self.entry, self.key, self.reason = str(file), entry, key, reason
        super().__init__(f"{file}: [{entry}] {key}: {reason}")


def key_of(fault: Mapping[str, Any]) -> str:
    """Return where a value is wrong, as ``request.pages``, of one of the ``errors()`` of a pydantic error."""
    return ".".join(map(str, fault["loc"]))


def reason_of(fault: Mapping[str, Any]) -> str:
    """Return what is wrong in words, of one of the ``errors()`` of a pydantic error."""
    return str(fault["msg"]).removeprefix(_OF_PYDANTIC)
