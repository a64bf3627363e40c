"""Names of months and weekdays in the languages sources print, from Unicode's CLDR (through Babel)."""

from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale

from config.nuts import fold

_LANGUAGES = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv nb ca eu gl"
LANGUAGES = tuple(_LANGUAGES.split())
"""The 24 official EU languages, Norwegian, and Spain's co-official ones."""
_EMPTY_WORDS = (
    "a as at d de del den der di do du e el en er g gada hora horas il it kell kl klo ko la las le les m na"
    " nd o of om on ora ore r rd st t ta th the til to u um ura uur v w z г год година ч ωρα"
)
PARTICLES = frozenset(_EMPTY_WORDS.split())
"""Words that stand in a date and carry nothing: "15 de mayo de 2026", "2026 m. ... 15 d.", "1st"."""
_ALSO: Mapping[str, tuple[str, int]] = {
    "sept": ("fr", 9), "setiembre": ("es", 9), "jänner": ("de", 1), "feber": ("de", 2), "marz": ("de", 3),
}  # fmt: skip
Meanings = Mapping[str, int]
"""Language -> number: a month 1 to 12, a weekday 0 (Monday) to 6."""


def months_of(phrase: str) -> Meanings:
    """Return what a folded phrase means as a month, by language; empty when it is none."""
    return _months().get(phrase, {})


def weekdays_of(phrase: str) -> Meanings:
    """Return what a folded phrase means as a weekday, by language; empty when it is none."""
    return _weekdays().get(phrase, {})


def settle(meanings: Meanings, language: str | None) -> int | None:
    """Return the one meaning, or that in ``language``; None when it stays undecided.

    "listopada" is October in Croatian and November in Polish.
    """
    if len(set(meanings.values())) == 1:
        return next(iter(meanings.values()))
    return meanings.get(language or "")


@cache
def _months() -> Mapping[str, Meanings]:
    names: dict[str, dict[str, int]] = {}
    for name, (language, number) in _ALSO.items():
        names.setdefault(fold(name), {})[language] = number
    for language in LANGUAGES:
        for number, name in _names(Locale(language).months):
            names.setdefault(_bare(name), {}).setdefault(language, number)
            if language == "eu":  # dates are printed in the genitive, which CLDR does not list
                names.setdefault(f"{_bare(name)}ren", {})[language] = number
    return {name: meanings for name, meanings in names.items() if _is_word(name)}


@cache
def _weekdays() -> Mapping[str, Meanings]:
    names: dict[str, dict[str, int]] = {}
    for language in LANGUAGES:
        for number, name in _names(Locale(language).days):
            names.setdefault(_bare(name), {}).setdefault(language, number)
            # Portuguese drops "-feira".
            names.setdefault(_bare(name).removesuffix(" feira"), {}).setdefault(language, number)
    return {name: meanings for name, meanings in names.items() if _is_word(name)}


def _names(contexts: Mapping[str, Mapping[str, Mapping[int, str]]]) -> Iterator[tuple[int, str]]:
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            yield from contexts[context][width].items()


def _bare(name: str) -> str:
    """Fold, and drop the preposition some names come with: "de gener", "d'abril", "ta' Jannar"."""
    return " ".join(word for word in fold(name).split() if word not in PARTICLES)


def _is_word(name: str) -> bool:
    """Two letters are too few to tell a month from another word; "10" is a number (Basque, Czech)."""
    return len(name) >= 3 and name.replace(" ", "").isalpha()
