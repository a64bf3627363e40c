"""Folding text for comparison without moving a single character.

`fold` maps every character to exactly one other, so that an offset into the folded text is an
offset into the original. What one character cannot express ("ä" as "ae", "ß" as "ss") becomes a
second spelling of the term instead (`spellings`).
"""

import unicodedata

_SPECIAL = {
    "ß": "s",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "æ": "a",
    "œ": "o",
    "ı": "i",
    "’": "'",
    "‐": "-",
    "‑": "-",
    "–": "-",
}
_TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe"}


class _Table(dict[int, str]):
    """Fills itself with the folded form of each character met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        lower = character.lower()
        if len(lower) != 1:  # "İ" lowers to two characters
            lower = lower[0]
        base = _SPECIAL.get(lower) or unicodedata.normalize("NFD", lower)[0]
        self[code] = base
        return base


_TABLE = _Table()


def fold(text: str) -> str:
    """Return the text lower-cased and without accents; the same length, character by character."""
    return text.lower() if text.isascii() else text.translate(_TABLE)


def spellings(term: str) -> set[str]:
    """Return the folded spellings of a term: Wärme is found as warme and as waerme."""
    composed = unicodedata.normalize("NFC", term)
    written_out = "".join(_TWO_LETTERS.get(c, c) for c in composed.lower())
    return {fold(composed), fold(written_out)}
