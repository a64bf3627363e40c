"""A corrected value in words."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from normalize.call import Deadline
from normalize.corrections import TAG_PREFIX
from portal_api.presenting import deadline_words

SHOWN_MAX = 200
_DEADLINES = TypeAdapter(tuple[Deadline, ...])


def value_words(field: str, value: Any) -> str:  # noqa: ANN401 - JSON
    """Return a JSON value of a field for a reader, cut to 200 characters.

    Args:
        field: A field of the schema, or ``tags.<area>``.
        value: As `store.corrections.Correction` keeps it; of a tag the tag, None, or whether it is there.
    """
    if field.startswith(TAG_PREFIX):
        return "has the tag" if value else "does not have the tag"
    if value is None or value == []:
        return "not stated"
    words = _words(field, value)
    return words if len(words) <= SHOWN_MAX else f"{words[: SHOWN_MAX - 1]}…"


def _words(field: str, value: Any) -> str:  # noqa: ANN401 - JSON
    if field == "deadlines":
        found = _DEADLINES.validate_python([{**part} for part in value])
        return "; ".join(deadline_words(deadline) if deadline.at else "no end" for deadline in found)
    if field == "seal":
        return str(value["state"])
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values())
    if isinstance(value, list):
        return ", ".join(part["title"] if isinstance(part, Mapping) else str(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
