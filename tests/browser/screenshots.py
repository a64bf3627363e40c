"""Pictures of each page at desk and phone width, light and dark, into var/screenshots.

    python -m tests.browser.screenshots http://127.0.0.1:8000
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PAGES = {
    "search": "/",
    "results": "/?q=hydrogen&status=open&status=forthcoming",
    "empty": "/?q=zeppelin&sector=bio",
    "call": "/calls/eu_ft:71000103",
    "call-es": "/calls/es_bdns:910003",
    "sources": "/sources",
    "about": "/about",
    "missing": "/calls/none",
}
WIDTHS = {"desk": 1280, "phone": 360}
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]


def main(origin: str, folder: Path) -> None:
    """Take every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for width_name, width in WIDTHS.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
                page = context.new_page()
                for name, path in PAGES.items():
                    page.goto(origin + path)
                    page.screenshot(path=folder / f"{name}-{width_name}-{scheme}.png", full_page=width > 400)
                context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000", Path("var/screenshots"))
