"""The languages mail is written in."""

import gettext
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {
    "en": "English",
    "fr": "Français",
    "de": "Deutsch",
    "es": "Español",
    "it": "Italiano",
    "pl": "Polski",
}
"""ISO 639-1 -> the language's own name."""
LOCALE = Path(__file__).parent / "locale"


@dataclass(frozen=True)
class Translator:
    """The texts of one language; what has no translation stays English."""

    language: str
    texts: gettext.NullTranslations

    def gettext(self, text: str) -> str:
        """Return the translation of an English text."""
        return self.texts.gettext(text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Return the translation that goes with a number."""
        return self.texts.ngettext(one, many, number)


@cache
def translator(language: str) -> Translator:
    """Return the texts of a language; English for one there is none of.

    The catalogues (``locale/<language>/LC_MESSAGES/digest.po``) are compiled in memory: no compiled
    file can be older than its text.
    """
    path = LOCALE / language / "LC_MESSAGES" / "digest.po"
    if not path.exists():
        return Translator("en", gettext.NullTranslations())
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translator(language, gettext.GNUTranslations(compiled))
