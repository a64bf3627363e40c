"""The pages in six languages: complete catalogues, the right one chosen, dates and amounts by locale."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from fastapi.testclient import TestClient
from lxml import html

from config.translations import LANGUAGES, accepted_language, read_catalogue
from normalize.call import Money
from portal_api import presenting
from portal_api.speech import DOMAIN, LOCALE, ngettext, say, speaking

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in LANGUAGES if language != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|</?\w+[^>]*>")
Message = str | tuple[str, ...]


def written() -> set[Message]:
    """Every text of the code and the templates, extracted as `make messages` does."""
    with (ROOT / "config/babel.cfg").open() as stream:
        methods, options = parse_mapping_cfg(stream)  # type: ignore[no-untyped-call]
    keywords = {"_": None, "N_": None, "say": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(ROOT, methods, options, keywords=keywords)
    return {tuple(text) if isinstance(text, (list, tuple)) else text for _, _, text, _, _ in found}


def forms(text: object) -> list[str]:
    """A message's text, or its texts a number."""
    return [str(one or "") for one in text] if isinstance(text, (list, tuple)) else [str(text or "")]


@pytest.fixture(scope="module")
def texts() -> set[Message]:
    found = written()
    assert len(found) > 300, "the extraction finds the texts"
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_is_complete_and_holds_nothing_else(language: str, texts: set[Message]) -> None:
    catalogue = read_catalogue(LOCALE, DOMAIN, language)
    known = {message.id: message for message in catalogue if message.id}

    assert texts - set(known) == set()
    assert set(known) - texts == set()
    for message in known.values():
        assert all(forms(message.string)), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_and_markup_agree(language: str) -> None:
    for message in read_catalogue(LOCALE, DOMAIN, language):
        if not message.id:
            continue
        wanted = sorted(PLACEHOLDER.findall(forms(message.id)[-1]))
        for string in forms(message.string):
            assert sorted(PLACEHOLDER.findall(string)) == wanted, string


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("nl, pl;q=0.3, fr;q=0.7", "fr"),
        ("nl", None),
        ("", None),
        ("it;q=nonsense, es", "es"),
        ("fr;q=0", None),
    ],
)
def test_the_language_a_browser_likes_best(header: str, language: str | None) -> None:
    assert accepted_language(header) == language


@pytest.fixture
def cookieless(client: TestClient) -> Iterator[TestClient]:
    client.cookies.clear()
    yield client
    client.cookies.clear()


def spoken(answer_text: str) -> str:
    return str(html.document_fromstring(answer_text).get("lang"))


def test_parameter_goes_before_cookie_before_header(cookieless: TestClient) -> None:
    polish = {"Accept-Language": "pl"}

    assert spoken(cookieless.get("/about").text) == "en"
    assert spoken(cookieless.get("/about", headers=polish).text) == "pl"
    chosen = cookieless.get("/about?lang=it", headers=polish)
    assert spoken(chosen.text) == "it"
    assert "lang=it" in chosen.headers["set-cookie"]
    assert spoken(cookieless.get("/about", headers=polish).text) == "it"
    assert "Accept-Language" in chosen.headers["vary"]


def test_nonsense_for_a_language_is_english(cookieless: TestClient) -> None:
    answer = cookieless.get("/?lang=%00xx", headers={"Cookie": "lang=<script>"})

    assert (answer.status_code, spoken(answer.text)) == (200, "en")


def test_what_is_for_programs_is_english(cookieless: TestClient) -> None:
    plain = cookieless.get("/feed.atom?status=open").text

    assert cookieless.get("/feed.atom?status=open&lang=de", headers={"Accept-Language": "de"}).text == plain


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_page_is_there_in_every_language(cookieless: TestClient, language: str) -> None:
    for address in ("/", "/?q=hydrogen", "/?view=timeline", "/calls/eu_ft:1", "/observatory", "/shortlist",
                    "/sources", "/about", "/mistake?id=eu_ft:1"):  # fmt: skip
        answer = cookieless.get(address, headers={"Accept-Language": language})
        assert (answer.status_code, spoken(answer.text)) == (200, language), address
        assert "%(" not in answer.text, address


@pytest.mark.parametrize(
    ("language", "amount", "day"),
    [
        ("en", "EUR 2.5 million", "4 Dec 2026"),
        ("fr", "2,5 M EUR", "4 déc. 2026"),
        ("de", "2,5 Mio. EUR", "04.12.2026"),
        ("es", "2,5 M EUR", "4 dic 2026"),
        ("it", "2,5 mln EUR", "4 dic 2026"),
        ("pl", "2,5 mln EUR", "4 gru 2026"),
    ],
)
def test_amounts_and_days_are_written_as_the_language_does(language: str, amount: str, day: str) -> None:
    with speaking(language):
        assert presenting.money_words(Money(amount=Decimal(2_500_000), currency="EUR")) == amount
        assert presenting.short_day(date(2026, 12, 4)) == day


def test_polish_counts_in_three_ways() -> None:
    with speaking("pl"):
        assert [ngettext("call", "calls", number) for number in (1, 2, 5, 22)] == [
            "nabór", "nabory", "naborów", "nabory",
        ]  # fmt: skip
        assert say("Open") == "Otwarty"
