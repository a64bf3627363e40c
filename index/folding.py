"""Folding for search: every character becomes exactly one, so that offsets never move.

(The tagger folds differently: it also joins what hyphens part and drops unseen characters.)
"""

import re
import unicodedata

_SPECIAL = {
    "ß": "s",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "æ": "a",
    "œ": "o",
    "ı": "i",
    "ħ": "h",
    "ς": "σ",
}
WORD = re.compile(r"[^\W_]+")
WORD_MAX = 100
"""Characters of a word that are compared; what is longer is no word of any language."""


class _Table(dict[int, str]):
    """Fills itself with the folded form of each character met."""

    def __missing__(self, code: int) -> str:
        lower = chr(code).lower()[0]  # "İ" lowers to two characters
        self[code] = folded = _SPECIAL.get(lower) or unicodedata.normalize("NFKD", lower)[0]
        return folded


_TABLE = _Table()
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def composed(text: str) -> str:
    """Return the text with letters and their accents in one character (NFC), as `fold` needs it."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return the text lower-cased and without accents, as long as it was."""
    if not text.isascii():
        # Most letters are ASCII: to look only at the others is five times as fast as a table for all.
        text = _BEYOND_ASCII.sub(_folded, text)
    return text.lower()


def _folded(match: re.Match[str]) -> str:
    return match.group().translate(_TABLE)


def words_of(text: str) -> list[str]:
    """Return the folded words of a text in order: what is indexed, asked and marked is cut alike."""
    return [word[:WORD_MAX] for word in WORD.findall(fold(text))]
