"""The weekly look at the pages of calls, as its own process against a real server."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.settings import Settings
from jobs.demo.server import Asked
from jobs.demo.wires import Answer
from store.database import Database, open_database
from store.link_checks import dead_links
from store.publishing import publish
from store.runs import start_run
from tests.calls import call, deadline
from tests.crawlers.conftest import Serve

NOW = datetime.now(UTC)
HTML = "text/html;charset=UTF-8"


def page(asked: Asked) -> Answer:
    """Answer as pages do: there, gone, without HEAD, slow with robots, moved into private space."""
    if asked.origin.endswith("robots.txt"):
        return Answer(b"User-agent: *\nDisallow: /xx/private/\n", media_type="text/plain")
    if asked.path == "/there":
        return Answer(b"<h1>Call</h1>", media_type=HTML)
    if asked.path == "/no-head":
        status = 405 if asked.method == "HEAD" else 200
        return Answer(b"<h1>Call</h1>", status, HTML)
    if asked.path == "/moved":
        return Answer(b"", 301, HTML, (("Location", f"{asked.origin}/there"),))
    if asked.path == "/moved-away":
        return Answer(b"", 302, HTML, (("Location", f"{asked.origin}/missing"),))
    if asked.path == "/moved-inside":
        return Answer(b"", 302, HTML, (("Location", "http://169.254.169.254/latest/meta-data"),))
    return Answer(b"gone", 410 if asked.path == "/gone" else 404, HTML)


def publish_pages(db: Database, addresses: dict[str, str]) -> None:
    run_id = start_run(db, "xx_test", NOW)
    open_until = (deadline(NOW + timedelta(days=40)),)
    calls = [
        call(name, id=f"xx_test:{name}", url=url, deadlines=open_until) for name, url in addresses.items()
    ]
    publish(db, run_id, "xx_test", calls, NOW)


def look(folder: Path) -> str:
    """Run the look as the scheduler does; nobody waits between two pages of loopback."""
    names = {
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_ALLOW_HOSTS": "127.0.0.1",
        "PORTAL_SAMPLE_ORIGIN": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [sys.executable, "-m", "crawlers.links"],
        env={**os.environ, **names},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_page_is_dead_when_it_was_not_there_twice(data_dir: Path, serve: Serve) -> None:
    server = serve(page)
    origin = server.origin
    db = open_database(Settings(data_dir=data_dir))
    publish_pages(
        db,
        {
            "1": f"{origin}/xx/there",
            "2": f"{origin}/xx/gone",
            "3": f"{origin}/xx/missing",
            "4": f"{origin}/xx/no-head",
            "5": f"{origin}/xx/private/page",
            "6": f"{origin}/xx/moved-inside",
            "7": "http://10.0.0.7/inside",
            "8": "http://127.0.0.1:9/nobody",
            "9": f"{origin}/xx/moved",
            "10": f"{origin}/xx/moved-away",
        },
    )

    first = look(data_dir)
    assert dead_links(db) == []  # one look may have met a bad day
    second = look(data_dir)
    dead = {check.call_id: (check.status, check.reason) for check in dead_links(db)}
    db.close()

    assert first == second == "9 pages looked at, 6 not there"
    assert set(dead) == {f"xx_test:{number}" for number in (2, 3, 6, 7, 8, 10)}
    assert dead["xx_test:2"] == (410, "")
    assert dead["xx_test:3"] == (404, "")
    assert "private" in dead["xx_test:7"][1]
    assert dead["xx_test:8"][0] == 0
    asked = [(one.method, one.path) for one in server.requests]
    assert ("GET", "/there") not in asked  # HEAD was enough
    assert not [path for _, path in asked if path.startswith("/private")]
    assert asked.count(("GET", "/gone")) == 0


def test_a_page_that_comes_back_is_dead_no_more(data_dir: Path, serve: Serve) -> None:
    gone = [True]
    server = serve(lambda asked: Answer(b"", 404 if gone[0] and asked.path == "/call" else 200, HTML))
    db = open_database(Settings(data_dir=data_dir))
    publish_pages(db, {"1": f"{server.origin}/xx/call"})

    look(data_dir), look(data_dir)
    assert len(dead_links(db)) == 1
    gone[0] = False
    look(data_dir)
    assert dead_links(db) == []
    db.close()
