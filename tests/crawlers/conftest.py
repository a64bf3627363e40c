"""A crawl in this process, without Twisted's reactor (0.2 s instead of 2 s)."""

import asyncio
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.crawler import AsyncCrawlerRunner

from config.settings import Settings
from config.sources import Expect, Source
from crawlers.__main__ import watch
from crawlers.configuration import scrapy_settings, spider_of
from crawlers.run import Run
from jobs.demo.server import Asked, LoopbackServer
from jobs.demo.wires import Answer
from normalize.record import RawRecord
from store.archive import Archive
from store.database import migrate, open_database
from store.outcome import CrawlOutcome
from store.runs import start_run

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
Reply = Callable[[Asked], Answer]


@pytest.fixture(autouse=True)
def _no_names_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections beyond loopback are refused by ``tests/conftest.py``; here not even a name is asked for."""
    resolve = socket.getaddrinfo

    def guarded(host: str, port: int, *args: int, **kwargs: int) -> list[object]:
        if host not in ("127.0.0.1", "localhost"):
            pytest.fail(f"a test asked for the address of {host}")
        return list(resolve(host, port, *args, **kwargs))

    monkeypatch.setattr(socket, "getaddrinfo", guarded)


@dataclass(frozen=True, slots=True)
class Crawled:
    """What one crawl left behind."""

    outcome: CrawlOutcome
    records: list[RawRecord]
    answers: list[tuple[str, bytes]]
    seconds: float

    @property
    def keys(self) -> list[str]:
        return [record.native_id for record in self.records]


Crawl = Callable[..., Crawled]


@pytest.fixture(scope="session")
def _empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(data_dir=tmp_path_factory.mktemp("store"))
    db = open_database(settings)
    migrate(db)
    db.close()
    return settings.data_dir


@pytest.fixture
def data_dir(_empty_store: Path, tmp_path: Path) -> Path:
    """A data folder with an empty, migrated store."""
    return Path(shutil.copytree(_empty_store, tmp_path / "var"))


@pytest.fixture
def crawl(data_dir: Path) -> Crawl:
    """Crawl a source in this process; several calls share store and HTTP cache, as nights do."""

    def run_it(
        source: Source,
        *,
        allow_hosts: tuple[str, ...] = ("127.0.0.1",),
        only: frozenset[str] = frozenset(),
        **changed: object,
    ) -> Crawled:
        settings = Settings(data_dir=data_dir, allow_hosts=allow_hosts)
        db = open_database(settings)
        run = Run(start_run(db, source.id, NOW), Archive(db), clock=lambda: NOW, only=only)
        begun = datetime.now(UTC)
        reasons = asyncio.run(_crawl(settings, source, run, changed))
        seconds = (datetime.now(UTC) - begun).total_seconds()
        archive = Archive(db)
        records, answers = list(archive.records_of_run(run.run_id)), list(archive.answers_of_run(run.run_id))
        db.close()
        return Crawled(run.conclude(reasons[-1]), records, answers, seconds)

    return run_it


async def _crawl(settings: Settings, source: Source, run: Run, changed: dict[str, object]) -> list[str]:
    reasons: list[str] = []
    quick = {"TWISTED_REACTOR_ENABLED": False, "PORTAL_FIRST_WAIT_S": 0.01}
    runner = AsyncCrawlerRunner(scrapy_settings(settings, source, run) | quick | changed)
    crawler = runner.create_crawler(spider_of(source.protocol))
    watch(crawler, run, reasons)
    await runner.crawl(crawler, source=source, run=run)
    return reasons


@pytest.fixture
def serve() -> Iterator[Callable[[Reply], LoopbackServer]]:
    """Serve by a function until the test ends; robots.txt is allowed unless the function answers it."""
    servers: list[LoopbackServer] = []

    def start(reply: Reply) -> LoopbackServer:
        servers.append(LoopbackServer(reply).__enter__())
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__(None, None, None)


Serve = Callable[[Reply], LoopbackServer]


def a_source(protocol: str, url: str, request: dict[str, Any], **changed: object) -> Source:
    """Return an entry that differs from the others only in its wire."""
    entry: dict[str, Any] = {
        "id": "xx_example",
        "title": "Example",
        "publisher": "Example agency",
        "level": "national",
        "timezone": "Europe/Brussels",
        "licence": "CC0",
        "text_policy": "full",
        "evidence": "payload",
        "homepage": "https://agency.example",
        "protocol": protocol,
        "url": url,
        "schedule": "15 4 * * *",
        "delay_s": 0,
        "mapper": "xx_example",
        "request": request,
        "expect": Expect(min_records=1),
    }
    return Source(**entry | changed)


def is_robots(asked: Asked) -> bool:
    return asked.origin.endswith("/robots.txt")


def asked_for(server: LoopbackServer) -> list[Asked]:
    """Return the requests but those for robots.txt."""
    return [asked for asked in server.requests if not is_robots(asked)]
