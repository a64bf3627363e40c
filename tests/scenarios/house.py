"""One installation that harvests the agency: real spider, real server on loopback, real store."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from scrapy.crawler import AsyncCrawlerRunner

from config.settings import Settings
from config.sources import Source
from crawlers.__main__ import watch
from crawlers.configuration import scrapy_settings, spider_of
from crawlers.run import Run
from jobs.crawling import Progress
from jobs.harvest import Harvester, RunReport
from normalize.tagging import Tagger
from store.archive import Archive
from store.database import Database, migrate, open_database
from store.health import SourceState, source_states
from store.runs import RunKind, finish_crawl
from tests.conftest import NOW


class AgencyHouse:
    """Harvests one entry; the crawl runs in this process, in half a second instead of four."""

    def __init__(self, folder: Path, tagger: Tagger, allow_hosts: tuple[str, ...] = ("127.0.0.1",)) -> None:
        self.settings = Settings(data_dir=folder, allow_hosts=allow_hosts)
        self.db: Database = open_database(self.settings)
        migrate(self.db)
        self.tagger, self.now = tagger, NOW

    def harvest(self, source: Source, *, accept: bool = False, recheck: bool = False) -> RunReport | None:
        """Run all stages once, a day after the last time."""
        self.now += timedelta(days=1)
        self._sources: Mapping[str, Source] = {source.id: source}
        harvester = Harvester(
            self.settings,
            self._sources,
            self.db,
            None,
            tagger=self.tagger,
            clock=lambda: self.now,
            progress=lambda *_: None,
            crawl=self._crawl,
        )
        reports = harvester.recheck([source.id]) if recheck else harvester.harvest([source.id], accept=accept)
        return reports[0] if reports else None

    def state(self, source: Source) -> SourceState:
        """Return what `portal sources` would say."""
        (found,) = source_states({source.id: source}, self.db, self.now)
        return found

    def _crawl(
        self, settings: Settings, source_id: str, run_id: int, kind: RunKind, progress: Progress
    ) -> None:
        run = Run(run_id, Archive(self.db), clock=lambda: self.now)
        reasons = asyncio.run(self._scrapy(settings, self._sources[source_id], run))
        finish_crawl(self.db, run_id, run.conclude(reasons[-1]))

    async def _scrapy(self, settings: Settings, source: Source, run: Run) -> list[str]:
        reasons: list[str] = []
        quick = {"TWISTED_REACTOR_ENABLED": False, "PORTAL_FIRST_WAIT_S": 0.01}
        runner = AsyncCrawlerRunner(scrapy_settings(settings, source, run) | quick)
        crawler = runner.create_crawler(spider_of(source.protocol))
        watch(crawler, run, reasons)
        await runner.crawl(crawler, source=source, run=run)
        return reasons
