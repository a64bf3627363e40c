"""The words a tantivy index knows, for "did you mean"."""

from index.tantivy_reader import Reader
from index.words import within_one_edit

ALIKE_MAX = 4_000
"""Words of a beginning that are compared, the most frequent first."""
_BEGINNING = 3
"""Letters taken to be right: tantivy lists words by their beginning only."""
_FIELDS = ("title", "keywords", "summary")
"""Where words are looked for: what is asked about stands there, and the text has too many words to walk."""


class Vocabulary:
    """See `index.spelling.Words`.

    Args:
        reader: The state of the index.
        seen: Words that matched on the page: one of them is meant, if any is near enough.
    """

    def __init__(self, reader: Reader, seen: frozenset[str]) -> None:
        self._reader = reader
        self._seen = seen

    def frequency(self, word: str) -> int:
        """Return in how many calls a folded word stands."""
        return self._reader.frequency(word)

    def alike(self, word: str) -> set[str]:
        """Return the words that may be meant: those found by a typing error, else those that begin alike."""
        if near := {other for other in self._seen if within_one_edit(word, other)}:
            return near
        return {
            other
            for field in _FIELDS
            for other in self._reader.beginnings(field, word[:_BEGINNING], ALIKE_MAX)
        }
