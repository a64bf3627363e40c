"""The words a tantivy index knows, for "did you mean"."""

from index.tantivy_reader import Reader
from index.tantivy_schema import TEXT_FIELDS

ALIKE_MAX = 4_000
"""Words of a beginning that are compared, the most frequent first."""
_BEGINNING = 2
"""Letters taken to be right: tantivy lists words by their beginning only."""


class Vocabulary:
    """See `index.spelling.Words`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def frequency(self, word: str) -> int:
        """Return in how many calls a folded word stands."""
        return self._reader.frequency(word)

    def alike(self, word: str) -> set[str]:
        """Return the words that begin like this one, or like it with its first letters swapped."""
        beginnings = {word[:_BEGINNING], word[1::-1]}
        return {
            other
            for beginning in beginnings
            for field in TEXT_FIELDS
            for other in self._reader.beginnings(field, beginning, ALIKE_MAX)
        }
