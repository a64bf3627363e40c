"""Every text of a mail and of the subscription pages is there in every language, with its places to fill."""

import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from config.taxonomy import load_taxonomy
from digest.languages import LANGUAGES, LOCALE, translator
from digest.wording import short_label

ROOT = Path(__file__).parents[2]
FILES = [
    *sorted((ROOT / "digest").glob("*.py")),
    *sorted((ROOT / "digest/templates").glob("*.html")),
    *sorted((ROOT / "portal_api/templates/subscriptions").glob("*.html")),
]
KEYWORDS = {"_": None, "gettext": None, "say": None, "ngettext": (1, 2), "counted": (1, 2), "count": (1, 2)}
PLACE = re.compile(r"%\(\w+\)s")
OTHERS = [language for language in LANGUAGES if language != "en"]


def texts() -> Iterator[str | tuple[str, str]]:
    for file in FILES:
        method = "python" if file.suffix == ".py" else "jinja2.ext:babel_extract"
        for found in extract_from_file(method, file, keywords=KEYWORDS):
            yield found[1]  # type: ignore[misc]


def _forms(said: object) -> list[object]:
    return list(said) if isinstance(said, tuple | list) else [said]


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_its_places(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "digest.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    wrong = []
    for text in set(texts()):
        said = catalogue.get(text[0] if isinstance(text, tuple) else text)
        forms = [str(form) for form in _forms(said.string if said else "") if form]
        places = set(PLACE.findall(text[0] if isinstance(text, tuple) else text))
        plural = isinstance(text, tuple)
        whole = len(forms) == (catalogue.num_plurals if plural else 1)
        if not whole or any(set(PLACE.findall(form)) != places for form in forms):
            wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_technology_has_its_name(language: str) -> None:
    taxonomy, texts = load_taxonomy(), translator(language).texts
    keys = [*taxonomy.sectors, *(key for key, _ in taxonomy.areas()), "defence"]
    labels = [short_label(taxonomy.label_of(key)) for key in keys]
    assert isinstance(texts, GNUTranslations)
    assert [label for label in labels if label not in texts._catalog] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1 nowy nabór"), (3, "3 nowe nabory"), (5, "5 nowych naborów"), (22, "22 nowe nabory")],
)
def test_polish_counts_as_poles_do(number: int, said: str) -> None:
    form = translator("pl").ngettext("%(num)s new call", "%(num)s new calls", number)
    assert form % {"num": number} == said


def test_a_language_nobody_writes_is_english() -> None:
    assert translator("fi").gettext("Unsubscribe") == "Unsubscribe"
