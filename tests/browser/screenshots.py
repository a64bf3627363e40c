"""Pictures of each page at desk and phone width, light and dark, into var/screenshots.

    python -m tests.browser.screenshots [ORIGIN]

Without the origin of a running portal, the samples are harvested as in `make demo` and served.
"""

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from config.settings import Settings
from portal_api.app import create_app
from tests.browser.chromium import launch
from tests.browser.serving import serving

PAGES = {
    "search": "/",
    "results": "/?q=hydrogen&status=open&status=forthcoming",
    "corrected": "/?q=hydrogem",
    "calendar": "/?view=calendar",
    "timeline": "/?view=timeline&status=open&status=forthcoming",
    "empty": "/?q=zeppelin&sector=bio",
    "call": "/calls/eu_ft:71000103",
    "call-es": "/calls/es_bdns:910001",
    "shortlist": "/shortlist?id=eu_ft:71000103&id=es_bdns:910003",
    "observatory": "/observatory",
    "sources": "/sources",
    "about": "/about",
    "mistake": "/mistake?id=eu_ft:71000103",
    "subscribe": "/subscribe?q=hydrogen",
    "login": "/desk/login",
    "jobs": "/jobs",
    "missing": "/calls/none",
    "german": "/?lang=de&status=open",  # the last: the language stays chosen
}
WIDTHS = {"desk": 1280, "phone": 360}
DATA = Path("var/demo")
PICTURES = Path("var/screenshots")


def photograph(browser: Browser, origin: str, folder: Path) -> None:
    """Take a picture of every page, whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for width_name, width in WIDTHS.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page = context.new_page()
            for name, path in PAGES.items():
                page.goto(origin + path)
                page.screenshot(path=folder / f"{name}-{width_name}-{scheme}.png", full_page=True)
            context.close()


def main(arguments: list[str]) -> None:
    """Take the pictures of a running portal, or of one made for it."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if arguments:
            photograph(browser, arguments[0], PICTURES)
        else:
            command = [sys.executable, "-m", "jobs.demo", "--no-serve", "--data-dir", str(DATA)]
            subprocess.run(command, check=True)
            with serving(create_app(Settings(data_dir=DATA))) as origin:
                photograph(browser, origin, PICTURES)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
