"""`python -m crawlers SOURCE --run N`: one source's crawl, in a process of its own."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from config.errors import ConfigError
from config.settings import Settings
from config.sources import Source, load_sources
from crawlers.configuration import check_request, scrapy_settings, spider_of
from crawlers.run import Run
from store.archive import Archive
from store.closing import CLOSES_WITHIN, closing_soon
from store.database import open_database
from store.outcome import CrawlOutcome
from store.runs import finish_crawl


def main(words: Sequence[str] | None = None) -> int:
    """Crawl one source; return the exit code, 0 when its list was read to the end without a problem.

    Args:
        words: The command line; this process's own when None.
    """
    parser = argparse.ArgumentParser(prog="python -m crawlers", description=__doc__)
    parser.add_argument("source", help="source id")
    parser.add_argument("--run", type=int, required=True, help="number of the open run")
    parser.add_argument("--recheck", action="store_true", help="only the calls that close soon")
    parser.add_argument("--pages", type=int, default=0, help="stop after so many answers (0: never)")
    arguments = parser.parse_args(words)
    settings = Settings()
    try:
        source = source_for(settings, arguments.source)
        outcome = crawl(settings, source, arguments.run, recheck=arguments.recheck, pages=arguments.pages)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0 if outcome.complete else 1


def source_for(settings: Settings, source_id: str) -> Source:
    """Return the entry, pointed at the samples where the settings say so.

    Raises:
        ConfigError: There is no such entry, or it is wrong.
    """
    sources = load_sources(settings.sources)
    if source_id not in sources:
        raise ConfigError(settings.sources, f"sources.{source_id}", "-", "no such source")
    source = sources[source_id]
    return source.served_from(settings.sample_origin) if settings.sample_origin else source


def crawl(
    settings: Settings, source: Source, run_id: int, *, recheck: bool = False, pages: int = 0
) -> CrawlOutcome:
    """Run Scrapy for one source to its end; the outcome is in the store when it returns.

    Args:
        settings: Where the store is, which hosts are allowed.
        source: The entry.
        run_id: The open run.
        recheck: Ask only for the calls that close soon, where the source can be asked for single ones.
        pages: Stop after so many answers; 0 reads to the end.

    Raises:
        ConfigError: The entry's ``request`` table is wrong; nothing was asked.
    """
    check_request(source, settings.sources)
    db = open_database(settings)
    run = Run(run_id, Archive(db))
    if recheck and source.can_ask_single_calls:
        run.only = frozenset(closing_soon(db, source.id, run.clock(), CLOSES_WITHIN))
    reasons: list[str] = []
    if source.token_env and not os.environ.get(source.token_env):
        run.problem(f"no key: set {source.token_env} (the source is off without it)")
    else:
        Path(settings.data_dir).mkdir(parents=True, exist_ok=True)
        limit = {"CLOSESPIDER_PAGECOUNT": pages}
        process = AsyncCrawlerProcess(scrapy_settings(settings, source, run) | limit)
        crawler = process.create_crawler(spider_of(source.protocol))
        watch(crawler, run, reasons)
        process.crawl(crawler, source=source, run=run)
        process.start()
        if crawler.stats.get_value("log_count/ERROR") and not run.problems:
            run.problem("an error was logged that nothing else tells of; see the log of the crawl")
    outcome = run.conclude(reasons[-1] if reasons else "not started")
    finish_crawl(db, run_id, outcome)
    db.close()
    return outcome


def watch(crawler: Crawler, run: Run, reasons: list[str]) -> None:
    """Note how the spider ends, and every fault of ours on the way."""

    def closed(reason: str) -> None:
        reasons.append(reason)

    def fault(failure: object, response: object, spider: object) -> None:
        run.problem(f"fault in the spider: {getattr(failure, 'value', failure)!r}")

    def lost(item: object, response: object, spider: object, failure: object) -> None:
        run.problem(f"a record could not be archived: {getattr(failure, 'value', failure)!r}")

    crawler.signals.connect(closed, signals.spider_closed, weak=False)
    crawler.signals.connect(fault, signals.spider_error, weak=False)
    crawler.signals.connect(lost, signals.item_error, weak=False)


if __name__ == "__main__":
    logging.captureWarnings(capture=True)
    sys.exit(main())
