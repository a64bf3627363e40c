"""The staff desk in a real browser: no barriers, fits a small phone, works without a script."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from config.settings import Settings
from portal_api.app import create_app
from store.staff import add_staff
from tests.browser.reading import barriers, follow, opened, too_wide
from tests.browser.serving import serving
from tests.conftest import NOW
from tests.portal_api.conftest import HYDROGEN, fill

pytestmark = pytest.mark.browser
EMAIL, PASSWORD = "ada@cluster.example", "correct horse battery"
CALL = f"/desk/call?id={quote(HYDROGEN.id)}"
PAGES = [
    "/desk/login",
    "/desk?q=hydrogen",
    CALL,
    f"/desk/correct?id={quote(HYDROGEN.id)}&field=deadlines",
    f"/desk/correct?id={quote(HYDROGEN.id)}&field=applicants",
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("desk")), clock=lambda: NOW)
    fill(app.state.portal)
    add_staff(app.state.portal.db, EMAIL, PASSWORD, NOW)
    with serving(app) as origin:
        yield origin


def log_in(page: Page, origin: str) -> None:
    page.goto(f"{origin}/desk")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    follow(page, page.get_by_role("button", name="Log in"))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_no_barrier_is_found_and_nothing_is_too_wide(
    browser: Browser, desk: str, width: int, scheme: str
) -> None:
    found, wide = {}, {}
    with opened(browser, viewport={"width": width, "height": 900}, color_scheme=scheme) as (page, complaints):
        log_in(page, desk)
        for path in PAGES:
            page.goto(desk + path)
            found[path] = barriers(page)
            wide[path] = too_wide(page)

    assert found == {path: [] for path in PAGES}
    assert wide == {path: [] for path in PAGES}
    assert complaints == []


def test_a_tag_is_added_and_taken_back_without_a_script(browser: Browser, desk: str) -> None:
    with opened(browser, java_script_enabled=False) as (page, _):
        log_in(page, desk)
        page.goto(desk + CALL)
        page.get_by_label("Add", exact=True).select_option("tags.digital.ai_data")
        page.get_by_label("because", exact=True).fill("AI steers the electrolyser")
        follow(page, page.get_by_role("button", name="Add the tag"))
        added = page.get_by_text("set by staff: AI steers the electrolyser").count()
        follow(page, page.get_by_role("button", name="Take back"))

        assert added == 1
        assert page.get_by_text("set by staff").count() == 0
