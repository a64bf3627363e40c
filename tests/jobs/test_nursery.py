"""Crawls forked off one process: what they bring, and what is left when something is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from config.settings import Settings
from jobs import nursery as nursery_module
from jobs.demo.server import Asked, LoopbackServer, SampleServer
from jobs.demo.wires import Answer, as_json
from jobs.nursery import Nursery
from store.archive import Archive
from store.database import migrate, open_database
from store.outcome import CrawlOutcome
from store.runs import crawl_outcome, start_run
from tests.sources.samples import FOLDER, SOURCES

Told = list[tuple[str, str, int, int | None]]


class Nights:
    """Crawls from one nursery into one store."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.settings = Settings(data_dir=folder, sample_origin=origin, allow_hosts=("127.0.0.1",))
        self.db = open_database(self.settings)
        migrate(self.db)
        self.nursery = Nursery(self.settings)
        self.told: Told = []

    def crawl(self, source_id: str) -> int:
        run_id = start_run(self.db, source_id, datetime.now(UTC))
        self.nursery.crawl(self.settings, source_id, run_id, "full", lambda *told: self.told.append(told))
        return run_id

    def outcome(self, run_id: int) -> CrawlOutcome | None:
        return crawl_outcome(self.db, run_id)

    def close(self) -> None:
        self.nursery.close()
        self.db.close()


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    with SampleServer(SOURCES, FOLDER) as server:
        made = Nights(tmp_path, server.origin)
        yield made
        made.close()


def nurseries() -> list[psutil.Process]:
    """This process's nurseries that live."""
    found = [one for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE]
    return [one for one in found if "crawlers.nursery" in one.cmdline()]


def until(holds: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def test_a_night_of_several_sources_two_at_a_time(nights: Nights) -> None:
    chosen = ("fr_idf_aides", "it_lazio", "uk_ukri", "es_bdns")
    assert set(chosen) <= set(SOURCES)

    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(nights.crawl, chosen))

    for source_id, run_id in zip(chosen, runs, strict=True):
        outcome = nights.outcome(run_id)
        assert outcome is not None
        assert outcome.complete, outcome
        kept = list(Archive(nights.db).records_of_run(run_id))
        assert {record.source_id for record in kept} == {source_id}
        assert len(kept) == outcome.records >= 5
        assert (source_id, "crawling", outcome.records, outcome.reported_total) in nights.told
    assert len(nurseries()) == 1


def complete(outcome: CrawlOutcome | None) -> bool:
    return outcome is not None and outcome.complete


def test_after_it_was_killed_there_is_another(nights: Nights) -> None:
    nights.crawl("it_lazio")
    (first,) = nurseries()
    first.kill()

    outcomes = [nights.outcome(nights.crawl("it_lazio")) for _time in range(2)]

    assert all(map(complete, outcomes)), outcomes
    (second,) = nurseries()
    assert second.pid != first.pid


def test_a_crawl_it_was_asked_for_but_never_began_is_run_all_the_same(nights: Nights) -> None:
    nights.crawl("it_lazio")
    (first,) = nurseries()
    first.suspend()  # it takes no message, and its socket takes them all
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(nights.crawl, "it_lazio")
        try:
            until(lambda: nights.nursery.running == 1)
        finally:
            first.kill()
        outcome = nights.outcome(asked.result(30))

    assert complete(outcome), outcome
    assert complete(nights.outcome(nights.crawl("it_lazio")))
    assert len(nurseries()) == 1


@contextmanager
def held_up(folder: Path) -> Iterator[tuple[Nights, Future[int], threading.Event]]:
    """Give a crawl that waits for its answer, and what lets the answer go."""
    asked, answered = threading.Event(), threading.Event()

    def slow(_asked: Asked) -> Answer:
        asked.set()
        answered.wait(30)
        return as_json({"total_count": 1, "results": [{"id_aide": "1"}]})

    with LoopbackServer(slow) as server, ThreadPoolExecutor(1) as pool:
        nights = Nights(folder, server.origin)
        running = pool.submit(nights.crawl, "fr_idf_aides")
        assert asked.wait(30)
        yield nights, running, answered
        nights.close()


def test_a_crawl_that_is_killed_concludes_nothing_and_the_next_one_runs(tmp_path: Path) -> None:
    with held_up(tmp_path) as (nights, running, answered):
        (nursery,) = nurseries()
        (crawl,) = nursery.children()
        os.kill(crawl.pid, signal.SIGKILL)
        answered.set()

        assert nights.outcome(running.result(20)) is None
        assert nights.outcome(nights.crawl("fr_idf_aides")) is not None
        assert nursery.is_running()


def test_a_crawl_that_takes_too_long_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery_module, "CRAWL_LIMIT_S", 0.5)
    given_up = threading.Event()

    def never(_asked: Asked) -> Answer:
        given_up.wait(30)
        return as_json({})

    with LoopbackServer(never) as server:
        nights = Nights(tmp_path, server.origin)
        run_id = nights.crawl("fr_idf_aides")
        given_up.set()

    assert nights.outcome(run_id) is None
    nights.close()


def test_a_crawl_that_works_for_nobody_is_asked_to_stop(tmp_path: Path) -> None:
    with held_up(tmp_path) as (nights, running, answered):
        threading.Timer(0.5, answered.set).start()  # the answer on the way is waited for
        nights.nursery.close()
        outcome = nights.outcome(running.result(20))

    assert outcome is not None
    assert (outcome.finish_reason, outcome.complete) == ("shutdown", False)


def test_it_ends_when_nothing_was_asked_for_a_while(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery_module, "IDLE_S", 0.1)

    nights.crawl("it_lazio")

    until(lambda: not nurseries())
    outcome = nights.outcome(nights.crawl("it_lazio"))
    assert outcome is not None
    assert outcome.complete


def test_crawls_of_another_installation_are_not_its_own(nights: Nights, tmp_path: Path) -> None:
    other = nights.settings.model_copy(update={"data_dir": tmp_path / "other"})
    db = open_database(other)
    migrate(db)
    run_id = start_run(db, "it_lazio", datetime.now(UTC))

    nights.nursery.crawl(other, "it_lazio", run_id, "full", lambda *_: None)

    outcome = crawl_outcome(db, run_id)
    db.close()
    assert outcome is not None
    assert outcome.complete
    assert not nurseries()


def test_what_is_imported_before_a_fork_opens_no_reactor_and_starts_no_thread() -> None:
    told = (
        "import sys, threading, crawlers.nursery as nursery; nursery.preload();"
        "print('twisted.internet.reactor' in sys.modules, threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "1"]
