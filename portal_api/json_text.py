"""JSON written by pydantic's own writer, and joined from pieces that are JSON already.

A page of twenty calls is 150 kB of JSON. To make dictionaries of it first, for the standard library to
write, took three times as long as the search.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic_core import to_json

from config.keeping import Shelf
from normalize.call import Call

JSON_KEPT = 4096
"""Calls whose JSON is kept, some 8 kB each: the store hands out the same call until its row changes."""
_of_calls: Shelf[int, tuple[Call, bytes]] = Shelf(JSON_KEPT)


def written(value: object) -> bytes:
    """Return a value as JSON: models, dataclasses, mappings, sequences and plain values."""
    return to_json(value)


def call_json(call: Call, now: datetime) -> bytes:
    """Return a call in the schema, with ``status`` and ``next_deadline`` as of ``now``, as JSON."""
    return _as_of(to_json(call)[:-1], call, now)


def shown_call_json(call: Call, now: datetime) -> bytes:
    """Return the same of a call on a page, which is shown again and again; an export passes each once."""
    # By the object, which is held so that no other can have its number: to hash a call is to write it.
    kept = _of_calls.get(id(call))
    if kept is None or kept[0] is not call:
        kept = _of_calls.put(id(call), (call, to_json(call)[:-1]))
    return _as_of(kept[1], call, now)


def _as_of(said: bytes, call: Call, now: datetime) -> bytes:
    shown = to_json({"status": call.status_at(now), "next_deadline": call.next_deadline_at(now)})
    return b"".join((said, b",", shown[1:]))


def object_of(members: Mapping[str, bytes]) -> bytes:
    """Return the object whose members are JSON already."""
    return b"{" + b",".join([to_json(name) + b":" + value for name, value in members.items()]) + b"}"


def array_of(items: Iterable[bytes]) -> bytes:
    """Return the array of what is JSON already."""
    return b"[" + b",".join(items) + b"]"
