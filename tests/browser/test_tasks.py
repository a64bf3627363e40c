"""Five tasks of cluster staff, each within the clicks that docs/usability.md says."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from config.settings import Settings
from portal_api.app import create_app
from tests.browser.serving import serving
from tests.browser.tasks import TASKS, attempt, stock
from tests.conftest import NOW

pytestmark = pytest.mark.browser
CLICKS_MAX = {"spreadsheet": 6, "still_open": 1, "calendar": 2, "german": 1, "share": 3}


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("tasks")), clock=lambda: NOW)
    stock(app.state.portal)
    with serving(app) as origin:
        yield origin


@pytest.mark.parametrize("name", list(TASKS))
def test_a_new_user_does_it_within_so_many_clicks(browser: Browser, stocked: str, name: str) -> None:
    user = attempt(browser, stocked, TASKS[name])

    assert user.clicks <= CLICKS_MAX[TASKS[name].__name__]
