"""From a payload to `Fields`: by the paths a source declares, or by its mapper."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, cast

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult
from pydantic import ValidationError

from config.errors import key_of, reason_of
from config.sources import Source
from normalize.errors import NotACall, RecordError
from normalize.fields import Fields
from normalize.selection import check_is_call

Mapper = Callable[[Mapping[str, Any], Source], Fields]
_LISTS = frozenset(
    name for name, field in Fields.model_fields.items() if str(field.annotation).startswith("tuple")
)
_TEXTS = frozenset(
    name for name, field in Fields.model_fields.items() if field.annotation == (str | None)
) | {"native_id"}
_MISSHAPEN = (KeyError, IndexError, TypeError, AttributeError, ArithmeticError, UnicodeError)
"""What reading a record of another shape raises; one odd record must not end a run."""


def map_payload(payload: Mapping[str, Any], source: Source) -> Fields:
    """Take our fields out of a record, still as printed.

    Raises:
        NotACall: A rule of the entry, or its mapper, says nobody can apply for it.
        RecordError: No native id, or a record of a shape the mapping cannot read.
    """
    check_is_call(payload, source)
    try:
        if source.mapper:
            return _mapper(source.mapper)(payload, source)
        return map_by_paths(payload, source)
    except ValidationError as error:
        first = error.errors()[0]
        raise RecordError(reason_of(first), field=key_of(first), value=first["input"]) from error
    except _MISSHAPEN as error:
        raise RecordError(f"a shape its mapping cannot read: {type(error).__name__}", value=error) from error


@cache
def _mapper(name: str) -> Mapper:
    return cast("Mapper", import_module(f"normalize.mappers.{name}").map_record)


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

    Numbers become text where a text belongs, one value becomes a list where a list belongs,
    null and empty values are left out.

    Raises:
        RecordError: No native id, or a value of a shape the field cannot hold.
        ValidationError: As `pydantic` raises it; `map_payload` turns it into a `RecordError`.
    """
    taken: dict[str, Any] = {}
    for name, path in source.fields.items():
        try:
            value = compile_path(path).search(payload)
        except JMESPathError as error:
            raise RecordError("a shape its path cannot read", field=name, value=error) from error
        if value is None or value in ("", [], {}):
            continue
        if name in source.split and isinstance(value, str):
            value = [part.strip() for part in value.split(source.split[name])]
        taken[name] = (
            _as_list(name, value) if name in _LISTS else _as_text(value) if name in _TEXTS else value
        )
    if not taken.get("native_id"):
        raise RecordError("missing", field="native_id")
    return Fields(**taken)


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _as_list(name: str, value: object) -> list[object]:
    values = [item for item in (value if isinstance(value, list) else [value]) if item not in (None, "")]
    if name == "deadlines":
        return [item if isinstance(item, dict) else {"text": _as_text(item)} for item in values]
    if name == "documents":
        return [item if isinstance(item, dict) else {"title": "", "url": item} for item in values]
    return [_as_text(item) for item in values]


def leftover_keys(payload: Mapping[str, Any], source: Source) -> set[str]:
    """Return the record's top-level keys that nothing takes and the entry does not ignore on purpose.

    With declared paths the keys are those the paths name, with a mapper those it asks for while
    it maps the record; those of the include and exclude rules count too. A record that is no
    call, or is refused, has been looked at in part only: nothing is said of it.
    """
    paths = [*source.fields.values(), *(rule.path for rule in (*source.exclude, *source.include))]
    named = {name for path in paths for name in _field_names(compile_path(path).parsed)}
    if not source.mapper:
        return set(payload) - named - set(source.ignore)
    watched = _Watched(payload)
    try:
        map_payload(watched, source)
    except (RecordError, NotACall):
        return set()
    return set(payload) - watched.asked - named - set(source.ignore)


def _field_names(node: Mapping[str, Any]) -> Iterator[str]:
    if node["type"] == "field":
        yield node["value"]
    for child in node.get("children", ()):
        if isinstance(child, dict):
            yield from _field_names(child)


class _Watched(dict[str, Any]):
    """A record that remembers which of its keys were asked for."""

    def __init__(self, payload: Mapping[str, Any]) -> None:
        super().__init__(payload)
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - JSON
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - JSON
        self.asked.add(key)
        return super().get(key, default)
