"""The languages people are spoken to in, and their catalogues.

A catalogue is ``<folder>/<language>/LC_MESSAGES/<domain>.po``, written by people and kept in the
repository. It is compiled in memory: no compiled file can be older than its text.
"""

import gettext
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
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
"""ISO 639-1 -> the language's own name. English is what the texts are written in."""


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


def read_catalogue(folder: Path, domain: str, language: str) -> Catalog:
    """Return the catalogue of a language as written.

    Raises:
        OSError: There is none.
    """
    with (folder / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as stream:
        return read_po(stream, locale=language, domain=domain)


@cache
def translator(folder: Path, domain: str, language: str) -> Translator:
    """Return the texts of a language; English for a language nobody writes.

    Raises:
        OSError: A language of `LANGUAGES` has no catalogue.
    """
    if language == "en" or language not in LANGUAGES:
        return Translator("en", gettext.NullTranslations())
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(folder, domain, language))
    compiled.seek(0)
    return Translator(language, gettext.GNUTranslations(compiled))


def accepted_language(header: str) -> str | None:
    """Return the language of ours a browser likes best; None when it names none of them.

    Args:
        header: ``Accept-Language`` (RFC 9110, section 12.5.4), as received.
    """
    best: tuple[float, str] | None = None
    for part in header[:500].split(","):
        name, _, weight = part.partition(";q=")
        language = name.strip().partition("-")[0].lower()
        try:
            liked = float(weight.strip() or 1)
        except ValueError:
            continue
        if language in LANGUAGES and 0 < liked <= 1 and (best is None or liked > best[0]):
            best = (liked, language)
    return best[1] if best else None


def extract_labels(
    fileobj: IO[bytes], keywords: Iterable[str], comment_tags: Iterable[str], options: dict[str, Any]
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield the labels of a taxonomy as texts to translate: an extraction method of Babel."""
    taxonomy = tomllib.loads(fileobj.read().decode("utf-8"))
    for sector in taxonomy["sectors"].values():
        yield 1, None, sector["label"], []
        for area in sector["areas"].values():
            yield 1, None, area["label"], []
