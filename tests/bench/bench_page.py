"""The first page against the bare search call behind it, through the same real server in one run.

The peer is the API's answer to the same question (`/api/v1/calls`). Both are asked over one kept
connection from this process, by turns; each figure is a median. Beside them stands what the engine
takes alone. The page is asked for repeatedly, so its cards are written already, as they are for every
reader after the first.

    python -m tests.bench.bench_page [CALLS]
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from starlette.datastructures import QueryParams

from config.settings import Settings
from portal_api.app import create_app
from portal_api.query_params import read_query_leniently
from portal_api.search_view import SHOWN
from portal_api.state import Portal
from tests.browser.serving import serving
from tests.calls import call, deadline, euros, tag
from tests.portal_api.conftest import fill

NOW = datetime(2026, 11, 24, 13, tzinfo=UTC)
CALLS, ROUNDS, TARGET = 20_000, 40, 1.5
AREAS = ("clean.hydrogen", "clean.solar", "digital.ai_data", "digital.quantum", "bio.medicines")
COUNTRIES = ("ES", "FR", "DE", "IT", "PL", "PT")
ADDRESSES = ("", "q=hydrogen", "status=open&sector=clean&country=ES")
_WORDS = (
    "hydrogen",
    "storage",
    "battery",
    "quantum",
    "sensor",
    "vaccine",
    "grid",
    "turbine",
    "polymer",
    "laser",
    "network",
    "genome",
)


def shelf(number: int) -> list[object]:
    """Return calls that differ as real ones do: words, places, dates, amounts."""
    return [
        call(
            place,
            title=f"{_WORDS[place % 12].capitalize()} and {_WORDS[place * 7 % 11]} for region {place % 97}",
            summary=" ".join(_WORDS[place * step % 12] for step in range(1, 30)),
            countries=(COUNTRIES[place % 6],),
            applicants=("sme", "university") if place % 3 else ("large_enterprise",),
            deadlines=(deadline(NOW + timedelta(days=place % 400 - 60, hours=place % 24)),),
            budget_total=euros(str(1000 * (place % 5000 + 1))),
            tags=(tag(AREAS[place % 5]),),
        )
        for place in range(number)
    ]


def median_ms(ask: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Return the median times of two questions that take turns, in milliseconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(2 * ROUNDS + 10):
        began = time.perf_counter()
        (ask, other)[turn % 2]()
        if turn >= 10:  # the first turns fill caches
            times[turn % 2].append((time.perf_counter() - began) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


def main(arguments: list[str]) -> None:
    """Print page, search call and their ratio for three searches."""
    number = int(arguments[0]) if arguments else CALLS
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        app = create_app(settings, clock=lambda: NOW)
        portal = app.state.portal
        fill(portal, tuple(shelf(number)), NOW)  # type: ignore[arg-type]  # calls by their factory
        print(f"{number} calls, {ROUNDS} turns each, medians")
        with serving(app) as origin, httpx.Client(base_url=origin) as client:
            for written in ADDRESSES:
                _compare(portal, client, written)
        portal.db.close()


def _compare(portal: Portal, client: httpx.Client, written: str) -> None:
    query = read_query_leniently(QueryParams(written))

    def search() -> object:
        return portal.engine.search(query, now=NOW, facets=list(SHOWN))

    def page() -> httpx.Response:
        return client.get(f"/?{written}").raise_for_status()

    def answer() -> httpx.Response:
        return client.get(f"/api/v1/calls?{written}").raise_for_status()

    page_ms, answer_ms = median_ms(page, answer)
    search_ms, _ = median_ms(search, search)
    print(
        f"/?{written:40} page {page_ms:6.1f} ms  search call {answer_ms:6.1f} ms"
        f"  ratio {page_ms / answer_ms:5.2f} (target {TARGET})"
        f"  engine alone {search_ms:6.1f} ms  page {len(page().content) / 1000:.0f} kB"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
