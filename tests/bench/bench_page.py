"""The first page against the bare search call behind it, in one run.

Two peers: the same question with the same facets asked of the engine in this process, and the API's own
answer to it (`/api/v1/calls`), which goes through the same application. Each figure is a median; page and
peer take turns, so that both meet the same machine.

    python -m tests.bench.bench_page [CALLS]
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi.testclient import TestClient
from starlette.datastructures import QueryParams

from config.settings import Settings
from portal_api.app import create_app
from portal_api.query_params import read_query_leniently
from portal_api.search_view import SHOWN
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
    """Print page, search and their ratio for three searches."""
    number = int(arguments[0]) if arguments else CALLS
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder)), clock=lambda: NOW)
        portal = app.state.portal
        fill(portal, tuple(shelf(number)), NOW)  # type: ignore[arg-type]  # calls by their factory
        client = TestClient(app)
        print(f"{number} calls, {ROUNDS} turns each, medians")
        for written in ADDRESSES:
            query = read_query_leniently(QueryParams(written))

            def search(query: object = query) -> object:
                return portal.engine.search(query, now=NOW, facets=list(SHOWN))

            def page(written: str = written) -> object:
                return client.get(f"/?{written}" if written else "/")

            def answer(written: str = written) -> object:
                return client.get(f"/api/v1/calls?{written}" if written else "/api/v1/calls")

            page_ms, search_ms = median_ms(page, search)
            again_ms, answer_ms = median_ms(page, answer)
            size = len(client.get(f"/?{written}").content)
            print(
                f"/?{written:40} page {page_ms:7.1f} ms  search {search_ms:7.1f} ms"
                f"  ratio {page_ms / search_ms:5.2f}  API {answer_ms:7.1f} ms"
                f"  ratio {again_ms / answer_ms:5.2f} (target {TARGET})  {size / 1000:.0f} kB"
            )
        client.close()
        portal.db.close()


if __name__ == "__main__":
    main(sys.argv[1:])
