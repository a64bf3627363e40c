"""What a sample server is asked and what it answers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs

Record = dict[str, Any]
Samples = Sequence[Record] | Mapping[str, bytes]
"""Wire records, or the bytes of each feed by its name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    Attributes:
        base: Address of the source on this server, ``http://127.0.0.1:1234/<source id>``.
        path: Path below it, as on the real host.
        headers: By lower-case name.
    """

    method: str
    base: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def param(self, name: str, default: str = "") -> str:
        """Return a query parameter's first value."""
        return parse_qs(self.query).get(name, [default])[0]

    def number(self, name: str, default: int) -> int:
        """Return a query parameter as a number; ``default`` when it is absent or no number."""
        text = self.param(name)
        return int(text) if text.isdecimal() else default

    def form(self, name: str, default: str = "") -> str:
        """Return a value of a form body."""
        return parse_qs(self.body.decode("utf-8", "replace")).get(name, [default])[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; ``headers`` are added, and win over those the server makes."""

    status: int
    media_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Wire(Protocol):
    """The behaviour of one source's server over its sample records."""

    def __init__(self, samples: Samples) -> None:
        """Take the records to serve."""

    def answer(self, asked: Asked) -> Answer:
        """Answer one request; called from several threads."""


def json_answer(value: object, status: int = 200) -> Answer:
    """Return a JSON answer."""
    return Answer(status, "application/json", json.dumps(value, ensure_ascii=False).encode())


def not_found() -> Answer:
    """Return the plain answer to an address nobody knows."""
    return Answer(404, "text/html", b"<!doctype html><title>404</title><h1>Not found</h1>")


def records_in(samples: Samples) -> list[Record]:
    """Return the records of a wire that serves JSON."""
    if isinstance(samples, Mapping):
        raise TypeError("a list of records is needed, not feeds")
    return list(samples)
