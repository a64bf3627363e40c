"""Full search against its peers: `make bench BENCH=search`, or with other sizes

    python -m tests.bench.bench_search --calls 10000 100000

Ratios are of medians over several passes; every peer runs in the same process, right after the portal.
"""

import argparse
import gc
import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import psutil

from index.embedded import EmbeddedEngine
from jobs.schedule.process import yield_to_readers
from normalize.call import Call
from tests.bench.corpus import NOW, Corpus, Question
from tests.bench.peers import BareTantivy, Fts5, Portal

Ask = Callable[[Question], int]
UPSERT = 500


class Timed:
    """Hands on calls and keeps the time that making them took: it is not the engine's."""

    def __init__(self, calls: Iterable[Call]) -> None:
        self._calls = iter(calls)
        self.seconds = 0.0

    def __iter__(self) -> Iterator[Call]:
        while True:
            start = time.perf_counter()
            call = next(self._calls, None)
            self.seconds += time.perf_counter() - start
            if call is None:
                return
            yield call


def quantiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    """Return p50, p95 and p99 in milliseconds."""
    cut = statistics.quantiles(seconds, n=100, method="inclusive")
    return cut[49] * 1_000, cut[94] * 1_000, cut[98] * 1_000


def latencies(ask: Ask, questions: Sequence[Question]) -> list[float]:
    """Ask every question once; return the seconds each took."""
    found = []
    for question in questions:
        start = time.perf_counter()
        ask(question)
        found.append(time.perf_counter() - start)
    return found


def median_of_passes(ask: Ask, questions: Sequence[Question], passes: int) -> tuple[float, ...]:
    """Return the medians over the passes of p50, p95 and p99, after one pass to warm up."""
    latencies(ask, questions)
    every = [quantiles(latencies(ask, questions)) for _ in range(passes)]
    return tuple(statistics.median(one) for one in zip(*every, strict=True))


def paired(
    portal: Ask, peer: Ask, questions: Sequence[Question], passes: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Measure portal and peer by turns, so that whatever else runs on the machine meets both."""
    latencies(portal, questions)
    latencies(peer, questions)
    ours, theirs = [], []
    for _ in range(passes):
        ours.append(quantiles(latencies(portal, questions)))
        theirs.append(quantiles(latencies(peer, questions)))
    return (
        tuple(statistics.median(one) for one in zip(*ours, strict=True)),
        tuple(statistics.median(one) for one in zip(*theirs, strict=True)),
    )


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, nargs="+", default=[10_000], help="sizes, smallest first")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--fts5-max", type=int, default=10_000, help="largest size SQLite is built at")
    parser.add_argument("--folder", type=Path, help="keep the indexes there, and use those that are there")
    options = parser.parse_args(arguments)
    corpus = Corpus()
    questions = corpus.questions()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        p95: dict[int, float] = {}
        for count in options.calls:
            p95[count] = _measure(corpus, questions, count, folder, options)
    sizes = sorted(p95)
    for small, large in pairwise(sizes):
        print(f"growth of p95 from {small:,} to {large:,} calls: {p95[large] / p95[small]:.2f}")
    return 0


def _measure(
    corpus: Corpus, questions: Sequence[Question], count: int, folder: Path, options: argparse.Namespace
) -> float:
    print(
        f"\n{count:,} calls, {len(questions)} questions, {options.passes} passes, ms (p50 p95 p99)",
        flush=True,
    )
    engine = _built(corpus, count, folder / str(count))
    portal, bare = Portal(engine), BareTantivy(folder / str(count))
    full, peer = paired(portal.ask, bare.ask, questions, options.passes)
    _row("full search", full)
    _row("bare tantivy", peer)
    print(f"  full / bare: p50 {full[0] / peer[0]:.2f}, p95 {full[1] / peer[1]:.2f}")
    _by_kind(portal, bare, questions)
    if count <= options.fts5_max:
        _against_fts5(corpus, questions, count, folder, portal, options.passes)
    _threads(portal, questions)
    _while_writing(folder / str(count), portal, corpus, questions, count)
    memory = psutil.Process().memory_info()
    print(
        f"  resident {memory.rss / 2**20:.0f} MB, of it mapped files {memory.shared / 2**20:.0f} MB",
        flush=True,
    )
    return full[1]


def _built(corpus: Corpus, count: int, path: Path) -> EmbeddedEngine:
    engine = EmbeddedEngine(path)
    if path.exists():
        return engine
    calls = Timed(corpus.calls(count))
    start = time.perf_counter()
    engine.rebuild(calls, cursor=1, now=NOW)
    seconds = time.perf_counter() - start - calls.seconds
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    print(f"  built {count / seconds:,.0f} calls a second, {size / 2**20:,.0f} MB on disk", flush=True)
    return engine


def _row(name: str, figures: Sequence[float]) -> None:
    print(f"  {name:16}" + "".join(f"{one:9.2f}" for one in figures), flush=True)


def _by_kind(portal: Portal, bare: BareTantivy, questions: Sequence[Question]) -> None:
    for kind in dict.fromkeys(question.kind for question in questions):
        those = [question for question in questions if question.kind == kind]
        ours, theirs = quantiles(latencies(portal.ask, those)), quantiles(latencies(bare.ask, those))
        print(f"    {kind:14} full {ours[0]:7.2f}{ours[1]:8.2f}   bare {theirs[0]:7.2f}{theirs[1]:8.2f}")


def _against_fts5(
    corpus: Corpus,
    questions: Sequence[Question],
    count: int,
    folder: Path,
    portal: Portal,
    passes: int,
) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        fts5 = Fts5(Path(scratch) / "fts5.sqlite")
        calls = Timed(corpus.calls(count))
        start = time.perf_counter()
        fts5.build(calls)
        print(f"  FTS5 built {count / (time.perf_counter() - start - calls.seconds):,.0f} calls a second")
        for name, ask in (("FTS5, SQL", fts5.ask_sql), ("FTS5, numpy", fts5.ask_numpy)):
            ours, theirs = paired(portal.ask, ask, questions, passes)
            _row(name, theirs)
            print(
                f"  {name} / full: p50 {theirs[0] / ours[0]:.1f}, p95 {theirs[1] / ours[1]:.1f}", flush=True
            )
    gc.collect()


def rate(ask: Ask, questions: Sequence[Question], threads: int, rounds: int = 2) -> float:
    """Return questions answered a second by so many threads."""
    every = list(questions) * rounds
    with ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        list(pool.map(ask, every))
        return len(every) / (time.perf_counter() - start)


def _threads(portal: Portal, questions: Sequence[Question]) -> None:
    pairs = [(rate(portal.ask, questions, 1), rate(portal.ask, questions, 2)) for _ in range(3)]
    one, two = (statistics.median(figures) for figures in zip(*pairs, strict=True))
    print(f"  {one:.0f} questions a second with one thread, {two:.0f} with two: {two / one:.2f}", flush=True)


def _while_writing(
    path: Path, portal: Portal, corpus: Corpus, questions: Sequence[Question], count: int
) -> None:
    """Upsert 500 calls again and again; what readers notice, and how soon the change is seen.

    The scheduler that harvests is a process of its own beside the portal and yields to it; what the staff
    correct is written by a thread of the portal.
    """
    engine, changed = EmbeddedEngine(path), _changed(corpus)
    seen = [_upsert(engine, changed, number) for number in range(3)]
    print(f"  {UPSERT} changed calls visible after {statistics.median(seen):.3f} s (at {count:,})")
    spawned = multiprocessing.get_context("spawn")
    for where, writer in (
        ("the scheduler", spawned.Process(target=write_on, args=(path,), daemon=True)),
        ("a thread", None),
    ):
        rest = median_of_passes(portal.ask, questions, 2)
        stop = threading.Event()
        thread = threading.Thread(target=write_on, args=(path, stop))
        before = engine.cursor()
        (writer or thread).start()
        while engine.cursor() == before:
            time.sleep(0.01)
        busy = median_of_passes(portal.ask, questions, 2)
        stop.set()
        if writer:
            writer.kill()
        (writer or thread).join()
        print(
            f"  p95 while {where} writes / at rest: {busy[1]:.2f} / {rest[1]:.2f} = {busy[1] / rest[1]:.2f}",
            flush=True,
        )


def write_on(path: Path, stop: threading.Event | None = None) -> None:
    """Upsert until told to stop; without an event as the scheduler does, until killed."""
    if stop is None:
        yield_to_readers()
    engine, changed = EmbeddedEngine(path), _changed(Corpus())
    number = engine.cursor()
    while stop is None or not stop.is_set():
        number += 1
        _upsert(engine, changed, number)


def _changed(corpus: Corpus) -> list[Call]:
    return [call.model_copy(update={"title": f"Changed {call.title}"}) for call in corpus.calls(UPSERT)]


def _upsert(engine: EmbeddedEngine, calls: Sequence[Call], cursor: int) -> float:
    """Write calls; return the seconds until a reader saw them. Segments are merged after that."""
    start = time.perf_counter()
    with engine.writer() as writer:
        writer.upsert(calls, now=NOW)
        writer.commit(cursor=cursor)
        if engine.cursor() != cursor:
            raise RuntimeError("a commit is not seen")
        return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
