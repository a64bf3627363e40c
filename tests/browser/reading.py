"""A page as its reader has it: opened, followed from link to link, looked through for barriers."""

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


@contextmanager
def opened(
    browser: Browser, *, our_scripts: bool = True, **options: object
) -> Iterator[tuple[Page, list[str]]]:
    """Give a page and the list its console complaints go to.

    Without our scripts it is the page of a reader without JavaScript, and axe, a script itself, still runs.
    """
    context = browser.new_context(**options)  # type: ignore[arg-type]  # options of Playwright by name
    if not our_scripts:
        context.route("**/*.js", lambda route: route.abort())
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page, complaints
    finally:
        context.close()


def follow(page: Page, what: Locator) -> None:
    """Click a link or a button and wait until the page behind it stands there with its styles.

    A click alone comes back as soon as the next page begins: what asked about it then read a page without a
    stylesheet, or the page before.
    """
    with page.expect_navigation(wait_until="load"):
        what.click()


def unfold(page: Page) -> None:
    """Open everything that is folded away, so that it is looked at too."""
    page.locator("details:not([open], .tongues)").evaluate_all("all => all.forEach(one => one.open = true)")


def barriers(page: Page) -> list[tuple[str, list[str]]]:
    """Return what axe finds with everything unfolded: the rule and the elements; [] when there is nothing."""
    unfold(page)
    return [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]])
        for rule in Axe().run(page, options=RULES).response["violations"]
    ]


def too_wide(page: Page) -> list[str]:
    """Return by how much a page is wider than its window; [] when it fits."""
    width, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return [f"{width} in {room}"] * (width > room)
