"""Folding text for comparison, with every folded character's place in the original known.

`fold` lower-cases, drops accents and makes all hyphens and white space one blank, mostly one
character for one character, so that offsets stay. What one character cannot express ("ä" as "ae",
"ß" as "ss") becomes a second spelling of the term instead (`spellings`).
"""

import re
import unicodedata
from collections.abc import Sequence

_SPECIAL = {
    "ß": "s", "ẞ": "s", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "a", "œ": "o", "ı": "i", "ħ": "h",
    "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "₂": "2", "²": "2", "ς": "σ",
}  # fmt: skip
_BLANKS = "-‐‑‒–—−_/"
_TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe"}
_UNSEEN = re.compile(r"[\u00ad\u0300-\u036f\u0483-\u0489\u200b-\u200f\u2060\ufeff]")
"""Combining marks, soft hyphens and zero-width characters: no reader sees them as letters."""


class _Table(dict[int, str]):
    """Fills itself with the folded form of each character met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = folded = _fold_one(character)
        return folded


def _fold_one(character: str) -> str:
    if character.isspace() or character in _BLANKS:
        return " "
    lower = character.lower()[0]  # "İ" lowers to two characters
    if lower in _SPECIAL:
        return _SPECIAL[lower]
    base = unicodedata.normalize("NFKD", lower)[0]
    return " " if base.isspace() else base.lower()[0]


_TABLE = _Table()


def fold(text: str) -> tuple[str, Sequence[int]]:
    """Return the text lower-cased, without accents, hyphens as blanks, and where it came from.

    Returns:
        The folded text, and for each of its characters (and its end) the offset in ``text``.
        Usually that is the same number; combining marks, soft hyphens and zero-width characters
        are left out of the folded text and only then the two differ.
    """
    if _UNSEEN.search(text) is None:
        return text.translate(_TABLE), range(len(text) + 1)
    kept = [index for index, character in enumerate(text) if not _UNSEEN.match(character)]
    folded = "".join(text[index] for index in kept).translate(_TABLE)
    return folded, [*kept, len(text)]


def fold_term(term: str) -> str:
    """Return a term as `fold` shows it in a text, blanks squeezed."""
    return " ".join(fold(unicodedata.normalize("NFC", term))[0].split())


def spellings(term: str) -> set[str]:
    """Return the folded spellings of a term: Wärme is found as warme and as waerme."""
    composed = unicodedata.normalize("NFC", term).lower()
    written_out = "".join(_TWO_LETTERS.get(character, character) for character in composed)
    return {fold_term(composed), fold_term(written_out)}
