"""The browser of these tests: Debian's chromium, driven by Playwright."""

from pathlib import Path

from playwright.sync_api import Browser, Playwright

CHROMIUM = Path("/usr/bin/chromium")
# Root needs --no-sandbox, and a container's /dev/shm is too small. Nothing may phone home.
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]


def launch(playwright: Playwright) -> Browser:
    """Start the browser."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
