"""What only a browser can tell. Few and quick: words and links are tested without one."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from config.translations import LANGUAGES
from portal_api.addresses import call_path
from tests.browser.reading import barriers, follow, opened, too_wide, unfold
from tests.portal_api.conftest import HYDROGEN, ODD_ID

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/?q=hydrogen&status=open&deadline_to=2027-12-31",
    "/?q=hydrogem",
    "/?q=zeppelinology&sector=clean",
    "/?sort=newest&offset=20",
    "/?view=calendar&month=2027-03",
    "/?view=timeline&status=open",
    "/?lang=de&q=hydrogen",
    "/calls/eu_ft:1",
    "/calls/es_bdns:2",
    call_path(ODD_ID.id),
    "/mistake?id=eu_ft:1",
    "/observatory",
    "/shortlist",
    "/shortlist?id=eu_ft:1&id=es_bdns:2&id=gone&fact=status&fact=deadline",
    "/sources",
    "/about",
    "/subscribe?q=hydrogen",
    "/jobs",
    "/nothing",
]


@pytest.mark.parametrize("our_scripts", [True, False])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_no_barrier_is_found(
    browser: Browser, origin: str, width: int, scheme: str, our_scripts: bool
) -> None:
    found = {}
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with opened(browser, our_scripts=our_scripts, **options) as (page, _):
        for path in PAGES:
            page.goto(origin + path)
            found[path] = barriers(page)

    assert found == {path: [] for path in PAGES}


def test_nothing_is_wider_than_a_small_phone(browser: Browser, origin: str) -> None:
    wide = {}
    with opened(browser, viewport={"width": 320, "height": 640}) as (page, _):
        for path in PAGES:
            page.goto(origin + path)
            unfold(page)
            wide[path] = too_wide(page)

    assert wide == {path: [] for path in PAGES}


@pytest.mark.parametrize("width", [1280, 320])
def test_a_card_holds_its_words_in_every_language(browser: Browser, origin: str, width: int) -> None:
    spilt, open_ended = {}, set()
    with opened(browser, viewport={"width": width, "height": 800}) as (page, _):
        for language in LANGUAGES:
            page.goto(f"{origin}/?country=FR&country=BE&lang={language}")
            open_ended.add(page.locator(".card .day", has_text=re.compile(r"^\D+$")).count())
            spilt[language] = page.locator(".card > *").evaluate_all(
                "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText)"
            )

    assert min(open_ended) > 0  # a call with no day says so in words, the longest of all
    assert spilt == {language: [] for language in LANGUAGES}


def test_no_page_weighs_more_than_100_kilobytes_on_the_way(browser: Browser, origin: str) -> None:
    weights = {}
    for path in PAGES:
        with opened(browser) as (page, _):  # nothing is in its cache
            page.goto(origin + path, wait_until="networkidle")
            weights[path] = page.evaluate(
                """() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
                    .reduce((sum, one) => sum + one.transferSize, 0)"""
            )

    assert min(weights.values()) > 1_000  # it was counted
    assert {path: weight for path, weight in weights.items() if weight > 100_000} == {}


def test_no_page_complains_or_loads_from_elsewhere(browser: Browser, origin: str) -> None:
    with opened(browser) as (page, complaints):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for path in PAGES[:-1]:  # the last is missing, which Chromium complains of
            page.goto(origin + path)

    assert complaints == []
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(origin).netloc}


@pytest.mark.parametrize("width", [1280, 360])
def test_a_call_is_found_without_javascript(browser: Browser, origin: str, width: int) -> None:
    with opened(browser, java_script_enabled=False, viewport={"width": width, "height": 900}) as (page, _):
        page.goto(origin)
        if width < 800:
            page.locator("summary", has_text="Filters").click()
        page.get_by_role("checkbox", name="Clean and resource-efficient technologies 1 call").check()
        follow(page, page.get_by_role("button", name="Apply filters"))
        page.get_by_role("searchbox").fill("electrolysers")
        follow(page, page.get_by_role("button", name="Search"))
        assert urlsplit(page.url).query == "q=electrolysers&sector=clean"

        follow(page, page.get_by_role("link", name=HYDROGEN.title))
        assert page.get_by_role("heading", level=1).inner_text() == HYDROGEN.title
        assert page.get_by_role("link", name="Open the official page").get_attribute("href") == HYDROGEN.url


def test_the_answer_stands_in_the_first_screen(browser: Browser, origin: str) -> None:
    with opened(browser, viewport={"width": 1280, "height": 720}) as (page, _):
        page.goto(origin + "/calls/eu_ft:1")
        button = page.get_by_role("link", name="Open the official page").bounding_box()

    assert button is not None
    assert button["y"] + button["height"] <= 720


def test_filters_stand_open_on_a_desk_and_folded_on_a_phone(browser: Browser, origin: str) -> None:
    shown = {}
    for width in (1280, 360):
        with opened(browser, viewport={"width": width, "height": 900}) as (page, _):
            page.goto(origin)
            shown[width] = page.get_by_role("checkbox", name="Open ").first.is_visible()

    assert shown == {1280: True, 360: False}


def test_the_keyboard_reaches_the_content_first(browser: Browser, origin: str) -> None:
    with opened(browser) as (page, _):
        page.goto(origin)
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Skip to content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.locator(":focus").get_attribute("name") == "q"


def test_what_has_the_focus_is_not_hidden_under_the_button(browser: Browser, origin: str) -> None:
    with opened(browser, viewport={"width": 1280, "height": 500}) as (page, _):
        page.goto(origin)
        hidden = []
        for _ in range(60):
            page.keyboard.press("Tab")
            hidden.append(
                page.evaluate(
                    """() => {
                        const one = document.activeElement, box = one.getBoundingClientRect();
                        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                        return top && !one.contains(top) && !top.contains(one) ? one.outerHTML : null;
                    }"""
                )
            )

    assert [one for one in hidden if one] == []


def test_print_leaves_the_tools_out(browser: Browser, origin: str) -> None:
    with opened(browser) as (page, _):
        page.goto(origin + "/?q=hydrogen")
        page.emulate_media(media="print")
        assert page.locator(".card").first.is_visible()
        assert not page.locator(".facets").is_visible()
        assert not page.locator(".searchbox").is_visible()
