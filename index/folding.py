"""Folding for search: every character becomes exactly one, so that offsets never move.

(The tagger folds differently: it also joins what hyphens part and drops unseen characters.)
"""

import re
import unicodedata
from functools import cache

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
_WESTERN = "cp1252"
"""Letters of western Europe, with quotes, dashes and the euro sign: a byte each."""
_UNKNOWN = b"\xff"
"""The byte of "ÿ", which folds to "y": free to stand for what has no byte once folded."""


def composed(text: str) -> str:
    """Return the text with letters and their accents in one character (NFC), as `fold` needs it."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return the text lower-cased and without accents, as long as it was."""
    if text.isascii():
        return text.lower()
    folded = _by_bytes(text, _tables()[0])
    # Most letters are ASCII: to look only at the others is five times as fast as a table for all.
    return _BEYOND_ASCII.sub(_folded, text).lower() if folded is None else folded


def _folded(match: re.Match[str]) -> str:
    return match.group().translate(_TABLE)


def words_of(text: str) -> list[str]:
    """Return the folded words of a text in order: what is indexed, asked and marked is cut alike."""
    return parted(text)[1]


def parted(text: str) -> tuple[str, list[str]]:
    """Return the folded words of a text with blanks between them, one or more, and as a list."""
    blanked = _by_bytes(text, _tables()[1])
    words = WORD.findall(fold(text)) if blanked is None else blanked.split()
    if max(map(len, words), default=0) > WORD_MAX:
        words = [word[:WORD_MAX] for word in words]
        blanked = None
    return " ".join(words) if blanked is None else blanked, words


def _by_bytes(text: str, table: bytes) -> str | None:
    """Return a text of western letters as a table of its bytes changes it, four times as fast as by pattern.

    None where it holds another character, or one that only the pattern knows.
    """
    try:
        changed = text.encode(_WESTERN).translate(table)
    except UnicodeEncodeError:
        return None
    return None if _UNKNOWN in changed else changed.decode(_WESTERN)


@cache
def _tables() -> tuple[bytes, bytes]:
    """Return each byte folded, and each folded with a blank for what is no letter or digit."""
    characters = [bytes([code]).decode(_WESTERN, "replace") for code in range(256)]
    folded = [_BEYOND_ASCII.sub(_folded, one).lower() for one in characters]
    parted = [one if WORD.fullmatch(one) else " " for one in folded]
    return _table(folded), _table(parted)


def _table(folded: list[str]) -> bytes:
    return b"".join(one.encode(_WESTERN, "ignore") or _UNKNOWN for one in folded)
