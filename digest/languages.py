"""The languages mail is written in: those of the portal, with the digest's own catalogue."""

from pathlib import Path

from config import translations
from config.translations import LANGUAGES, Translator

__all__ = ["LANGUAGES", "LOCALE", "Translator", "translator"]
LOCALE = Path(__file__).parent / "locale"


def translator(language: str) -> Translator:
    """Return the texts of a language; English for one there is none of."""
    return translations.translator(LOCALE, "digest", language)
