"""Names of months in the languages sources print, from Unicode's CLDR (through Babel)."""

from collections.abc import Mapping
from functools import cache

from babel import Locale

LANGUAGES = tuple(
    ["bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv", "nb", "ca", "eu", "gl"]
)
"""The 24 official EU languages, Norwegian, and Spain's co-official ones."""
_ALSO: Mapping[str, tuple[str, int]] = {"sept": ("fr", 9), "setiembre": ("es", 9), "jänner": ("de", 1)}


def month_number(name: str, language: str | None) -> int | None:
    """Return 1 to 12 for a month's name or abbreviation in any of `LANGUAGES`.

    A name that means different months ("listopada": October in Croatian, November in Polish)
    counts only in ``language``; None when it is no month, or stays ambiguous.
    """
    meanings = _names().get(name.casefold().rstrip("."), {})
    if len(set(meanings.values())) == 1:
        return next(iter(meanings.values()))
    return meanings.get(language or "")


@cache
def _names() -> dict[str, dict[str, int]]:
    names: dict[str, dict[str, int]] = {}
    for language in LANGUAGES:
        months = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    _add(names, name, language, number)
    for name, (language, number) in _ALSO.items():
        _add(names, name, language, number)
    return names


def _add(names: dict[str, dict[str, int]], name: str, language: str, number: int) -> None:
    """Keep the word itself: "de gener" and "d’abril" are printed with their preposition."""
    word = name.casefold().rstrip(".").removeprefix("de ").removeprefix("d’").removeprefix("d'").strip()
    if len(word) >= 3 and word.isalpha():
        names.setdefault(word, {})[language] = number
