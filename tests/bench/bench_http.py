"""The search through the HTTP API against the engine's own two threads, on one index in one run

    python -m tests.bench.bench_http [CALLS]

A portal is filled, then served by `portal serve`, in one process and in two, as it is run. Its peer is the
same engine asked the same questions by two threads of this process, and by one. Clients are as many as
ask at once: they share the two cores with the server, as a proxy in front of it would.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from config.settings import Settings
from index.embedded import EmbeddedEngine
from portal_api.app import create_app
from portal_api.query_params import write_query
from tests.bench.bench_search import quantiles, rate
from tests.bench.corpus import FACETS, NOW, Corpus, Question
from tests.bench.peers import Portal
from tests.portal_api.conftest import fill
from tests.portal_process import portal_serving

CALLS, WORKERS, CLIENTS, SECONDS, PASSES = 10_000, (1, 2), (2, 16), 6.0, 3


def addresses(questions: Sequence[Question]) -> list[bytes]:
    """Return the requests of questions: facets as the engine is asked for them."""
    found = []
    for question in questions:
        counted = ",".join(FACETS) if question.wants_facets else "none"
        path = f"/api/v1/calls?{write_query(question.query)}&facets={counted}"
        found.append(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n".encode())
    return found


async def _client(port: int, requests: Sequence[bytes], first: int, until: float) -> list[float]:
    """Ask one after the other over one kept connection; return the seconds each took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found, at = [], first
    while time.perf_counter() < until:
        start = time.perf_counter()
        writer.write(requests[at % len(requests)])
        head = await reader.readuntil(b"\r\n\r\n")
        status, _, fields = head.partition(b"\r\n")
        if b" 200 " not in status:
            raise RuntimeError(status.decode())
        length = next(
            field.partition(b":")[2]
            for field in fields.split(b"\r\n")
            if field.lower()[:15] == b"content-length:"
        )
        await reader.readexactly(int(length))
        found.append(time.perf_counter() - start)
        at += 1
    writer.close()
    await writer.wait_closed()
    return found


async def asked(
    port: int, requests: Sequence[bytes], clients: int, seconds: float
) -> tuple[float, list[float]]:
    """Return requests a second of so many clients, and the seconds each took."""
    start = time.perf_counter()
    step = len(requests) // clients
    every = await asyncio.gather(
        *(_client(port, requests, number * step, start + seconds) for number in range(clients))
    )
    took = [one for several in every for one in several]
    return len(took) / (time.perf_counter() - start), took


def main(arguments: list[str]) -> None:
    """Print the table."""
    count = int(arguments[0]) if arguments else CALLS
    corpus = Corpus()
    questions = corpus.questions()
    requests = addresses(questions)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        app = create_app(Settings(data_dir=folder), clock=lambda: NOW)
        fill(app.state.portal, tuple(corpus.calls(count)), NOW)
        engine = app.state.portal.engine
        assert isinstance(engine, EmbeddedEngine)
        portal = Portal(engine)
        print(f"{count:,} calls, {len(questions)} questions, {PASSES} passes, medians", flush=True)
        for workers in WORKERS:
            with portal_serving(folder, workers) as (origin, _):
                port = int(origin.rpartition(":")[2])
                rate(portal.ask, questions, 2, rounds=1)
                asyncio.run(asked(port, requests, CLIENTS[-1], SECONDS))
                rounds = [_round(portal, questions, port, requests) for _ in range(PASSES)]
            _print(workers, [statistics.median(figures) for figures in zip(*rounds, strict=True)])
        app.state.portal.db.close()


def _print(workers: int, medians: Sequence[float]) -> None:
    one, two, *http = medians
    print(f"  engine, questions a second: one thread {one:.0f}, two {two:.0f} ({two / one:.2f})")
    figures = zip(http[::3], http[1::3], http[2::3], strict=True)
    for clients, (per_second, p50, p99) in zip(CLIENTS, figures, strict=True):
        print(
            f"  API in {workers} process{'es' if workers > 1 else ''}, {clients:2} clients: {per_second:.0f}"
            f" requests a second, {per_second / two:.2f} of two threads; p50 {p50:.1f} ms, p99 {p99:.1f} ms",
            flush=True,
        )


def _round(
    portal: Portal, questions: Sequence[Question], port: int, requests: Sequence[bytes]
) -> tuple[float, ...]:
    """Ask engine and API by turns, so that whatever else runs on the machine meets both."""
    found = [rate(portal.ask, questions, 1), rate(portal.ask, questions, 2)]
    for clients in CLIENTS:
        per_second, took = asyncio.run(asked(port, requests, clients, SECONDS))
        p50, _, p99 = quantiles(took)
        found += [per_second, p50, p99]
    return tuple(found)


if __name__ == "__main__":
    main(sys.argv[1:])
