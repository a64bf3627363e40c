"""The declarative mapping: our fields from places in the payload, as JMESPath."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult
from pydantic import ValidationError

from config.sources import Source
from normalize.errors import RecordError
from normalize.fields import Fields

_LISTS = frozenset(
    name for name, field in Fields.model_fields.items() if str(field.annotation).startswith("tuple")
)


@cache
def compile_path(path: str) -> ParsedResult:
    """Return a compiled JMESPath; each distinct path is compiled once a process.

    Raises:
        RecordError: It is no JMESPath.
    """
    try:
        return jmespath.compile(path)
    except JMESPathError as error:
        raise RecordError("no JMESPath", value=path) from error


def map_by_paths(payload: Mapping[str, Any], source: Source) -> Fields:
    """Take the fields of a record by the paths its source declares.

    Raises:
        RecordError: No native id, or a value of a shape the field cannot hold.
    """
    taken: dict[str, Any] = {}
    for name, path in source.fields.items():
        value = compile_path(path).search(payload)
        if value is None or value in ("", []):
            continue
        taken[name] = _as_list(name, value) if name in _LISTS else value
    if not taken.get("native_id"):
        raise RecordError("missing", field="native_id")
    taken["native_id"] = str(taken["native_id"])
    try:
        return Fields(**taken)
    except ValidationError as error:
        first = error.errors()[0]
        raise RecordError(first["msg"], field=str(first["loc"][0]), value=first["input"]) from error


def _as_list(name: str, value: object) -> list[object]:
    values = [item for item in (value if isinstance(value, list) else [value]) if item not in (None, "")]
    return [{"text": str(item)} for item in values] if name == "deadlines" else values


def leftover_keys(payload: Mapping[str, Any], source: Source) -> set[str]:
    """Return the record's keys that no path mentions and the entry does not ignore on purpose."""
    words = set()
    for path in source.fields.values():
        words |= set("".join(c if c.isalnum() or c == "_" else " " for c in path).split())
    return set(payload) - words - set(source.ignore)
