"""Where a page of hits ended, as a token a program hands back to get the next one."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Self

CURSOR_MAX = 600
"""Characters of a token; ids of calls are the longest part of it."""
_NUMBER_MAX = 2**63


class CursorError(ValueError):
    """A token that is none of ours, or that belongs to another question."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last hit of a page in a total order, so that the next page begins right after it.

    Whatever is written to the index between two pages: no call that stays is left out or comes
    twice, unless its own place in the order changed.

    Attributes:
        question: Fingerprint of the question it belongs to.
        moment: The moment of the first page, in microseconds: status and deadlines of every page
            are those of one moment.
        seen: Hits up to and with the last one.
        group: Place of the last hit's group in the order (status), where there are groups.
        score: Its score, in orders by score.
        order: Its place in the order of deadlines or of first seen.
        call_id: Its id: breaks every tie.
        snapshot: The state of the index the pages are of, where scores decide: they move with
            every commit. Empty elsewhere; gone when the engine no longer holds it.
    """

    question: str
    moment: int
    seen: int
    group: int
    score: float
    order: int
    call_id: str
    snapshot: str

    def written(self) -> str:
        """Return the token."""
        return urlsafe_b64encode(json.dumps(list(asdict(self).values())).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, token: str) -> Self:
        """Read a token.

        Raises:
            CursorError: It is none of ours.
        """
        try:
            values = json.loads(urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4)))
        except (ValueError, NotBase64) as error:
            raise CursorError("no cursor of this portal") from error
        wanted = [str, int, int, int, float, int, str, str]
        if not isinstance(values, list) or len(values) != len(fields(cls)):
            raise CursorError("no cursor of this portal")
        if [type(value) for value in values] != wanted:
            raise CursorError("no cursor of this portal")
        if any(isinstance(value, int | float) and not abs(value) < _NUMBER_MAX for value in values):
            raise CursorError("no cursor of this portal")
        if values[2] < 0:
            raise CursorError("no cursor of this portal")
        return cls(*values)


def fingerprint(question: str) -> str:
    """Return what tells one question from another in a token, of its canonical form."""
    return sha256(question.encode()).hexdigest()[:12]
