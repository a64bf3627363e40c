"""`python -m crawlers` over every configured source: the samples, on loopback, in a process of its own."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from config.sources import load_sources
from jobs.demo.__main__ import SAMPLES
from jobs.demo.server import Asked, LoopbackServer, SampleServer
from jobs.demo.wires import Answer, as_json
from jobs.nursery import Nursery
from normalize.record import RawRecord
from store.archive import Archive
from store.database import migrate, open_database
from store.outcome import CrawlOutcome
from store.runs import crawl_outcome, start_run
from tests.crawlers.conftest import Crawl

SOURCES = load_sources(Settings().sources)
GUARD = Path(__file__).parent / "only_loopback"
UNCONDITIONAL = {"eu_ft", "fr_aides_territoires", "pt_portugal2030"} | {
    name for name, source in SOURCES.items() if source.request.get("method") == "POST"
}
"""Sources asked by POST or with a token; of every other a second night is conditional."""


class Process:
    """Runs crawl processes against the sample server, all on one store."""

    def __init__(self, data_dir: Path, server: SampleServer) -> None:
        self.data_dir, self.server = data_dir, server
        self.db = open_database(Settings(data_dir=data_dir))

    def crawl(self, source_id: str, **environment: str) -> tuple[subprocess.CompletedProcess[str], int]:
        run_id = start_run(self.db, source_id, datetime.now(UTC))
        done = subprocess.run(
            self.command(source_id, run_id),
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            check=False,
        )
        return done, run_id

    def command(self, source_id: str, run_id: int) -> list[str]:
        return [sys.executable, "-m", "crawlers", source_id, "--run", str(run_id)]

    def environment(self, **more: str) -> dict[str, str]:
        given = {
            "PYTHONPATH": str(GUARD),
            "PORTAL_DATA_DIR": str(self.data_dir),
            "PORTAL_SAMPLE_ORIGIN": self.server.origin,
            "PORTAL_ALLOW_HOSTS": "127.0.0.1",
        }
        return os.environ | given | more

    def outcome(self, run_id: int) -> CrawlOutcome | None:
        return crawl_outcome(self.db, run_id)

    def records(self, run_id: int) -> list[RawRecord]:
        return list(Archive(self.db).records_of_run(run_id))


@pytest.fixture
def process(data_dir: Path) -> Iterator[Process]:
    with SampleServer(SOURCES, SAMPLES) as server:
        made = Process(data_dir, server)
        yield made
        made.db.close()


def samples_of(source_id: str) -> list[dict[str, Any]]:
    file = SAMPLES / source_id / "records.json"
    return list(json.loads(file.read_text("utf-8"))) if file.exists() else []


def key_of(source_id: str) -> dict[str, str]:
    name = SOURCES[source_id].token_env
    return {name: "any-key"} if name else {}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, Nursery]]:
    """One store, one server and one nursery for all sources, as in a real night."""
    folder = tmp_path_factory.mktemp("night")
    with pytest.MonkeyPatch.context() as patch, SampleServer(SOURCES, SAMPLES) as server:
        patch.setenv("PYTHONPATH", str(GUARD))
        for source_id in SOURCES:
            for name, key in key_of(source_id).items():
                patch.setenv(name, key)
        settings = Settings(data_dir=folder, sample_origin=server.origin, allow_hosts=("127.0.0.1",))
        made = Process(folder, server)
        migrate(made.db)
        with Nursery(settings) as nursery:
            yield made, nursery
        made.db.close()


@pytest.mark.parametrize("source_id", SOURCES)
def test_every_source_is_crawled_from_its_samples(source_id: str, night: tuple[Process, Nursery]) -> None:
    process, nursery = night
    run_id = start_run(process.db, source_id, datetime.now(UTC))
    settings = Settings(
        data_dir=process.data_dir, sample_origin=process.server.origin, allow_hosts=("127.0.0.1",)
    )
    told: list[tuple[str, str, int, int | None]] = []

    nursery.crawl(settings, source_id, run_id, "full", lambda *progress: told.append(progress))

    outcome = process.outcome(run_id)
    assert outcome is not None
    assert outcome.complete, outcome
    assert len(process.records(run_id)) == outcome.records >= 5
    assert told[-1] == (source_id, "crawling", outcome.records, outcome.reported_total)


def test_a_crawl_can_be_started_by_hand(process: Process) -> None:
    done, run_id = process.crawl("fr_idf_aides")

    outcome = process.outcome(run_id)
    assert outcome is not None
    assert outcome.problems == ()
    assert done.returncode == 0
    progress = [json.loads(line) for line in done.stdout.splitlines()]
    assert progress[-1] == {"records": outcome.records, "total": outcome.reported_total}


@pytest.mark.parametrize("source_id", SOURCES)
def test_a_second_night_finds_the_same_and_asks_conditionally_where_it_can(
    source_id: str, crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, key in key_of(source_id).items():
        monkeypatch.setenv(name, key)
    with SampleServer(SOURCES, SAMPLES) as server:
        source = SOURCES[source_id].served_from(server.origin)
        first = crawl(source)
        server.requests.clear()
        second = crawl(source)
        conditional = any("if-none-match" in asked.headers for asked in server.requests)

    assert second.outcome == first.outcome
    assert {(record.native_id, record.content_hash) for record in second.records} == {
        (record.native_id, record.content_hash) for record in first.records
    }
    assert conditional == (source_id not in UNCONDITIONAL)


@pytest.mark.parametrize("source_id", [name for name in SOURCES if samples_of(name)])
def test_a_record_is_archived_as_it_stands_in_the_samples(
    source_id: str, crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, key in key_of(source_id).items():
        monkeypatch.setenv(name, key)
    samples = samples_of(source_id)

    with SampleServer(SOURCES, SAMPLES) as server:
        crawled = crawl(SOURCES[source_id].served_from(server.origin))

    assert len(crawled.records) >= 5
    assert all(json.loads(record.payload) in samples for record in crawled.records)


def test_without_its_key_a_source_is_off_and_says_so(process: Process) -> None:
    name = "PORTAL_FR_AIDES_TERRITOIRES_KEY"

    done, run_id = process.crawl("fr_aides_territoires", **{name: ""})

    outcome = process.outcome(run_id)
    assert outcome is not None
    assert outcome.problems == (f"no key: set {name} (the source is off without it)",)
    assert done.returncode == 1
    assert process.server.requests == []


def test_an_unknown_source_is_named(process: Process) -> None:
    done, _run = process.crawl("xx_nowhere")

    assert done.returncode == 2
    assert "[sources.xx_nowhere]" in done.stderr


def test_a_wrong_request_table_stops_the_start(process: Process, tmp_path: Path) -> None:
    wrong = tmp_path / "sources.toml"
    wrong.write_text(
        Settings().sources.read_text("utf-8").replace('order_by  = "id_aide"', "order = 1"), "utf-8"
    )

    done, run_id = process.crawl("fr_idf_aides", PORTAL_SOURCES=str(wrong))

    assert done.returncode == 2
    assert f"{wrong}: [sources.fr_idf_aides.request] order_by" in done.stderr
    assert process.server.requests == []
    assert process.outcome(run_id) is None


def test_a_name_that_resolves_into_private_space_is_refused(process: Process, tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    text = Settings().sources.read_text("utf-8")
    file.write_text(text.replace("https://data.iledefrance.fr", "http://rebound.example"), "utf-8")
    outside = {"PORTAL_SAMPLE_ORIGIN": "", "PORTAL_ALLOW_HOSTS": "", "PRETEND_LOOPBACK": "rebound.example"}

    done, run_id = process.crawl("fr_idf_aides", PORTAL_SOURCES=str(file), **outside)

    outcome = process.outcome(run_id)
    assert done.returncode == 1
    assert outcome is not None
    assert "its host resolves into private space (127.0.0.1)" in outcome.problems[0]


def test_a_crawl_that_is_asked_to_stop_says_that_it_is_not_complete(process: Process) -> None:
    asked = threading.Event()
    stopped = threading.Event()

    def slow(_asked: Asked) -> Answer:
        asked.set()
        stopped.wait(20)
        return as_json({"total_count": 1, "results": [{"id_aide": "1"}]})

    run_id = start_run(process.db, "fr_idf_aides", datetime.now(UTC))
    with LoopbackServer(slow) as server:
        environment = process.environment(PORTAL_SAMPLE_ORIGIN=server.origin)
        crawl_process = subprocess.Popen(
            process.command("fr_idf_aides", run_id), env=environment, stdout=subprocess.DEVNULL
        )
        assert asked.wait(20)
        crawl_process.terminate()
        stopped.set()
        code = crawl_process.wait(20)

    outcome = process.outcome(run_id)
    assert outcome is not None
    assert outcome.finish_reason == "shutdown"
    assert not outcome.complete
    assert code == 1
