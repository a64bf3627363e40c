"""Folding for search: every character becomes exactly one, so that offsets never move.

(The tagger folds differently: it also joins what hyphens part and drops unseen characters.)
"""

import unicodedata

_SPECIAL = {"ß": "s", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "a", "œ": "o", "ı": "i", "₂": "2"}


class _Table(dict[int, str]):
    """Fills itself with the folded form of each character met."""

    def __missing__(self, code: int) -> str:
        lower = chr(code).lower()[0]  # "İ" lowers to two characters
        self[code] = folded = _SPECIAL.get(lower) or unicodedata.normalize("NFD", lower)[0]
        return folded


_TABLE = _Table()


def fold(text: str) -> str:
    """Return the text lower-cased and without accents, as long as it was."""
    return text.lower() if text.isascii() else text.translate(_TABLE)
