"""From the first question to the last click of a subscription, in a real browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from portal_api.app import create_app
from tests.browser.reading import barriers, follow, opened, too_wide
from tests.browser.serving import serving
from tests.conftest import NOW
from tests.digest.installation import settings_for
from tests.portal_api.conftest import fill

pytestmark = pytest.mark.browser


@dataclass
class Running:
    """A portal that lays its mails down in a folder."""

    origin: str
    folder: Path

    def link(self, purpose: str) -> str:
        """Return where the newest mail's link to something leads, on the running portal."""
        for mail in sorted((self.folder / "outbox").glob("*.eml"), reverse=True):
            body = message_from_bytes(mail.read_bytes(), policy=default).get_body(("plain",))
            found = body and re.search(rf"/subscriptions/{purpose}/\S+", body.get_content())
            if found:
                return self.origin + found[0]
        raise AssertionError(f"no mail has a link to {purpose}")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    app = create_app(settings_for(tmp_path), clock=lambda: NOW)
    fill(app.state.portal)
    with serving(app) as origin:
        yield Running(origin, tmp_path)


def looked_at(page: Page) -> list[object]:
    """Return what is wrong with a page; [] when there is nothing."""
    return [*barriers(page), *too_wide(page)]


@pytest.mark.parametrize(
    ("width", "scheme", "our_scripts"),
    [(1280, "light", True), (360, "dark", True), (320, "light", False), (1280, "dark", False)],
)
def test_somebody_subscribes_changes_and_leaves(
    browser: Browser, running: Running, width: int, scheme: str, our_scripts: bool
) -> None:
    found = {}
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with opened(browser, our_scripts=our_scripts, **options) as (page, complaints):
        page.goto(f"{running.origin}/?q=hydrogen")
        follow(page, page.get_by_role("link", name="Weekly by e-mail"))
        page.get_by_role("checkbox", name="14 days before").check()
        page.get_by_label("E-mail address").fill("owner@company")  # a browser takes it, we do not
        follow(page, page.get_by_role("button", name="Subscribe"))
        found["no address"] = looked_at(page)
        assert page.get_by_label("E-mail address").get_attribute("aria-invalid") == "true"
        page.get_by_label("E-mail address").fill("owner@company.example")
        assert page.get_by_role("checkbox", name="14 days before").is_checked()
        follow(page, page.get_by_role("button", name="Subscribe"))
        found["asked"] = looked_at(page)

        page.goto(running.link("confirm"))
        found["confirm"] = looked_at(page)
        follow(page, page.get_by_role("button").last)
        found["manage"] = looked_at(page)
        assert page.get_by_text("“hydrogen”").first.is_visible()

        page.get_by_role("radio", name="Every day").check()
        follow(page, page.get_by_role("button", name="Save"))
        assert page.get_by_role("radio", name="Every day").is_checked()

        follow(page, page.get_by_role("link", name="Unsubscribe"))
        found["unsubscribe"] = looked_at(page)
        follow(page, page.get_by_role("button", name="Send me no more mails"))
        found["unsubscribed"] = looked_at(page)

    assert found == {name: [] for name in found}
    assert len(found) == 6
    assert [said for said in complaints if "422" not in said and our_scripts] == []
