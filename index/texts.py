"""The texts of a call that a hit is explained with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from index.folding import WORD, fold
from index.query import ReasonField


class FoldedText:
    """A text as it is compared: folded, its words known. Each is worked out once.

    Attributes:
        text: As long as the text it was made of, so that offsets hold for both.
    """

    def __init__(self, text: str) -> None:
        self.text = fold(text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Return its different words."""
        return frozenset(WORD.findall(self.text))


@dataclass(frozen=True)
class Texts:
    """What of a call is looked at: as it is shown, and folded."""

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

    def folded(self, field: ReasonField) -> FoldedText:
        """Return a field folded; kept, for the same calls are found again and again."""
        found = self._folded.get(field)
        if found is None:
            found = self._folded[field] = FoldedText(self.fields[field])
        return found

    @cached_property
    def _folded(self) -> dict[ReasonField, FoldedText]:
        return {}
