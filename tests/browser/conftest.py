from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from config.settings import Settings
from portal_api.app import create_app
from tests.browser.chromium import CHROMIUM, launch
from tests.browser.serving import serving
from tests.conftest import NOW
from tests.portal_api.conftest import fill


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM}: apt-get install chromium fonts-dejavu-core")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("browser")), clock=lambda: NOW)
    fill(app.state.portal)
    with serving(app) as origin:
        yield origin
