"""The shortlist and saved searches in a real browser, with and without a script."""

import pytest
from playwright.sync_api import Browser

from tests.browser.reading import follow, opened
from tests.portal_api.conftest import HYDROGEN

pytestmark = pytest.mark.browser


def test_a_shortlist_is_compared_without_a_script(browser: Browser, origin: str) -> None:
    with opened(browser, java_script_enabled=False) as (page, complaints):
        page.goto(origin + "/?q=hydrogen")
        page.locator("input[name=id][value='eu_ft:1']").check()
        follow(page, page.get_by_role("button", name="Compare and export the shortlist"))

        assert page.locator(".compare thead").get_by_role("link", name=HYDROGEN.title).first.is_visible()
        assert complaints == []


def test_a_shortlist_goes_from_page_to_page_with_a_script(browser: Browser, origin: str) -> None:
    with opened(browser) as (page, complaints):
        page.goto(origin + "/?q=electrolysers")
        page.locator("input[name=id][value='eu_ft:1']").check()
        page.locator(".picked-count", has_text="1").wait_for()
        page.goto(origin + "/?q=quantum")
        page.locator(".picked-count", has_text="1").wait_for()
        page.locator("input[name=id][value='eu_ft:5']").check()
        follow(page, page.get_by_role("button", name="Compare and export the shortlist"))
        page.locator(".compare").wait_for()

        assert page.url.endswith("/shortlist?id=eu_ft%3A1&id=eu_ft%3A5")
        assert page.locator(".picked-count").inner_text() == "2"
        assert complaints == []


def test_a_search_is_kept_in_the_browser_and_taken_away_again(browser: Browser, origin: str) -> None:
    with opened(browser) as (page, complaints):
        page.goto(origin + "/?q=hydrogen&status=open")
        page.get_by_role("button", name="Save in this browser").click()
        page.goto(origin)
        link = page.locator("#saved a")
        assert link.get_attribute("href") == "/?q=hydrogen&status=open"

        page.locator("#saved button").click()
        assert not page.locator("#saved").is_visible()
        assert complaints == []
