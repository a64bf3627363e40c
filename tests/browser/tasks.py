"""Five tasks of cluster staff, done in a real browser by somebody who counts.

    python -m tests.browser.tasks

prints clicks, keys typed, seconds the portal itself took, and seconds for a person (a second and a half a
click to find and aim, a fifth of a second a key: Card, Moran and Newell's keystroke-level model).
"""

import io
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from config.settings import Settings
from normalize.call import Call
from portal_api.app import create_app
from portal_api.state import Portal
from tests.browser.chromium import launch
from tests.browser.serving import serving
from tests.calls import call, deadline, euros, tag
from tests.conftest import NOW
from tests.portal_api.conftest import fill

CLICK_S, KEY_S = 1.5, 0.2


def _hydrogen(number: int, days: int, **changes: object) -> Call:
    facts: dict[str, object] = {
        "source_id": "es_bdns",
        "id": f"es_bdns:{number}",
        "countries": ("ES",),
        "applicants": ("sme", "university"),
        "language": "en",
        "deadlines": (deadline(NOW + timedelta(days=days)),),
        "tags": (tag("clean.hydrogen", "hydrogen"),),
        "budget_total": euros("2500000"),
    }
    return call(number, **facts | changes)


GERMAN = _hydrogen(
    5,
    40,
    id="de_foerderinfo:5",
    source_id="de_foerderinfo",
    title="Elektrolyseure der nächsten Generation",
    summary="Gefördert werden Vorhaben zur Wasserstofftechnik.",
    language="de",
    countries=("DE",),
)
MOVED = _hydrogen(
    6,
    30,
    title="Hydrogen valleys of the north",
    deadlines=(deadline(datetime(2026, 12, 17, 16, tzinfo=UTC)),),
)
SHELF = (
    _hydrogen(1, 5, title="Hydrogen for ceramic kilns"),
    _hydrogen(
        2,
        9,
        title="Green hydrogen in ports",
        id="fr_idf_aides:2",
        source_id="fr_idf_aides",
        countries=("FR",),
    ),
    _hydrogen(3, 9, title="Hydrogen trains", applicants=("public_body",)),
    _hydrogen(4, 60, title="Hydrogen storage in salt caverns"),
    GERMAN,
    MOVED,
    *(call(f"n{n}", title=f"Digital twin {n}", source_id="es_bdns", id=f"es_bdns:n{n}") for n in range(30)),
)


def stock(portal: Portal) -> None:
    """Fill a portal, and let one deadline be extended a day later."""
    fill(portal, SHELF, NOW - timedelta(days=2))
    later = MOVED.model_copy(update={"deadlines": (deadline(datetime(2027, 1, 14, 16, tzinfo=UTC)),)})
    fill(portal, tuple(later if one is MOVED else one for one in SHELF), NOW - timedelta(hours=3))


@dataclass
class User:
    """Somebody at a browser: what they click and type is counted, and how long the portal makes them wait."""

    page: Page
    origin: str
    clicks: int = 0
    keys: int = 0
    waited_s: float = 0.0
    notes: list[str] = field(default_factory=list)

    def opens(self, path: str = "/") -> None:
        self._timed(lambda: self.page.goto(self.origin + path))

    def clicks_on(self, what: Locator, then: Locator | None = None) -> None:
        """Click, and wait for what shall be there then."""
        self.clicks += 1
        self._timed(what.click)
        if then:
            self._timed(then.first.wait_for)

    def types(self, text: str, then: Locator) -> None:
        """Type into the search box, and wait for what shall be there then."""
        self.keys += len(text)
        self.page.get_by_role("searchbox").fill(text)
        self._timed(then.first.wait_for)

    def _timed(self, act: Callable[[], object]) -> None:
        began = time.perf_counter()
        act()
        self.waited_s += time.perf_counter() - began

    def total(self, text: str) -> Locator:
        return self.page.locator(".total", has_text=text)


def spreadsheet(user: User) -> None:
    """Closing-soon hydrogen calls open to SMEs in Spain and France, as a spreadsheet."""
    page = user.page
    user.opens()
    user.types("hydrogen", user.total("for “hydrogen”"))
    presets = page.locator(".presets")
    user.clicks_on(presets.get_by_text("Closing in 14 days"), user.total("3 calls"))
    user.clicks_on(presets.get_by_text("Open to SMEs"), user.total("2 calls"))
    user.clicks_on(page.locator("#facet-country > summary"))
    user.clicks_on(page.get_by_role("checkbox", name="Spain"), page.locator(".chips", has_text="Spain"))
    user.clicks_on(page.get_by_role("checkbox", name="France"), page.locator(".chips", has_text="France"))
    with page.expect_download() as caught:
        user.clicks_on(page.get_by_role("link", name="Excel"))
    book = load_workbook(io.BytesIO(Path(caught.value.path()).read_bytes()), read_only=True)
    rows = list(book.worksheets[0].values)
    titles = {str(row[list(rows[0]).index("title")]) for row in rows[1:]}
    assert titles == {"Hydrogen for ceramic kilns", "Green hydrogen in ports"}


def still_open(user: User) -> None:
    """Is this call still open, and what changed?"""
    page = user.page
    user.opens()
    user.types("hydrogen valleys", page.locator(".card", has_text=MOVED.title))
    user.clicks_on(page.locator(".card").get_by_role("link", name=MOVED.title), page.locator(".verdict"))
    assert "Yes, it is open." in page.locator(".verdict").inner_text()
    assert "14 Jan 2027" in page.locator(".answers .big").first.inner_text()
    assert "Deadline moved later, from 17 Dec 2026 to 14 Jan 2027" in page.locator(".history").inner_text()


def calendar(user: User) -> None:
    """Subscribe to a calendar of open hydrogen calls."""
    page = user.page
    user.opens()
    user.types("hydrogen", user.total("for “hydrogen”"))
    user.clicks_on(page.locator(".presets").get_by_text("Open now"), page.locator(".chips", has_text="Open"))
    link = page.get_by_role("link", name="Live calendar")
    user.clicks += 1  # copying the address of the link
    answer = page.request.get(user.origin + str(link.get_attribute("href")))
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "Hydrogen for ceramic kilns" in answer.text().replace("\r\n ", "")


def german(user: User) -> None:
    """Find a German call from an English word."""
    page = user.page
    user.opens()
    user.types("hydrogen", page.locator(".card", has_text=GERMAN.title))
    user.clicks_on(page.get_by_role("link", name=GERMAN.title), page.locator(".notice"))
    assert "The text of this call is in German." in page.locator(".notice").inner_text()
    assert page.locator("h1").get_attribute("lang") == "de"


def share(user: User) -> None:
    """Share a search: what is in the address bar shows a colleague the same."""
    page = user.page
    user.opens()
    user.types("hydrogen", user.total("for “hydrogen”"))
    user.clicks_on(
        page.locator(".presets").get_by_text("Open to SMEs"), page.locator(".chips", has_text="SMEs")
    )
    user.clicks_on(page.locator(".views").get_by_text("Timeline"), page.locator(".timeline"))
    said = page.locator(".total").inner_text()
    user.clicks += 1  # copying the address
    colleague = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]  # it has one
    other = colleague.new_page()
    other.goto(page.url)
    assert other.locator(".total").inner_text() == said
    assert other.locator(".timeline li").count() == page.locator(".timeline li").count() > 0
    colleague.close()


TASKS: dict[str, Callable[[User], None]] = {
    "closing hydrogen calls for SMEs in Spain and France as a spreadsheet": spreadsheet,
    "is this call still open, and what changed": still_open,
    "subscribe a calendar": calendar,
    "a German call from an English word": german,
    "share a search": share,
}


def attempt(browser: Browser, origin: str, task: Callable[[User], None]) -> User:
    """Let a new user, without any history, do a task."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(15_000)
    try:
        user = User(context.new_page(), origin)
        task(user)
        return user
    finally:
        context.close()


def main() -> None:
    """Do the five tasks and print the table of docs/usability.md."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = create_app(Settings(data_dir=Path(folder)), clock=lambda: NOW)
        stock(app.state.portal)
        browser = launch(playwright)
        with serving(app) as origin:
            for name, task in TASKS.items():
                user = attempt(browser, origin, task)
                person_s = user.clicks * CLICK_S + user.keys * KEY_S + user.waited_s
                sys.stdout.write(
                    f"| {name} | {user.clicks} | {user.keys} | {user.waited_s:.1f} | {person_s:.0f} |\n"
                )
        browser.close()


if __name__ == "__main__":
    main()
