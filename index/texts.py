"""The texts of a call that a hit is explained with."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from index.folding import fold
from index.query import ReasonField

FIELD_END = "\x00"
"""Stands between two fields and in none of them: words side by side never reach from one into the next."""
_HEAD: tuple[ReasonField, ...] = ("identifier", "title", "keywords", "summary")


@dataclass(frozen=True)
class Texts:
    """What of a call is looked at, as shown and folded: as long as it was, so that offsets hold for both."""

    title: str
    summary: str = ""
    body: str = ""
    keywords: str = ""
    identifiers: str = ""
    areas: tuple[str, ...] = ()
    language: str | None = None

    @cached_property
    def fields(self) -> Mapping[ReasonField, str]:
        """Return field -> text, in the order they are looked at."""
        return {
            "identifier": self.identifiers,
            "title": self.title,
            "keywords": self.keywords,
            "summary": self.summary,
            "body": self.body,
        }

    @cached_property
    def head(self) -> str:
        """Return the short fields folded, one after another: to look at all at once is much faster."""
        return fold(FIELD_END.join(self.fields[field] for field in _HEAD))

    @cached_property
    def folded_body(self) -> str:
        """Return the body folded."""
        return fold(self.body)

    def place(self, start: int) -> tuple[ReasonField, int]:
        """Return the field that a character of `head` stands in, and where that field begins there."""
        at = bisect_right(self._begins, start) - 1
        return _HEAD[at], self._begins[at]

    @cached_property
    def _begins(self) -> list[int]:
        lengths = [len(self.fields[field]) + len(FIELD_END) for field in _HEAD[:-1]]
        return list(accumulate(lengths, initial=0))
