"""What a record costs on its way in: our crawl against a bare Scrapy spider that only saves the same pages.

Both fetch the same 30 pages of 100 records a source from one server on loopback, turn and turn about; counted
is the CPU time of all processes (user and system), not the time they wait. The peer is a process a source.
Ours is measured as a night is run, several sources from one nursery, and alone, a process that imports
everything for itself. Then the records are normalised on one core, with and without tagging.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from config.sources import load_sources
from config.taxonomy import load_taxonomy
from jobs.crawling import crawl_in_process
from jobs.demo.server import SampleServer
from jobs.evaluation.changes import NoTags
from jobs.harvest import normalise_records
from jobs.nursery import Nursery
from normalize.pipeline import TextTagger
from normalize.tagging import Tagger
from store.archive import Archive
from store.database import migrate, open_database
from store.runs import start_run
from tests.sources.samples import FOLDER, SOURCES, sample_payloads

SOURCE = "fr_idf_aides"
PORTAL_SOURCES = Settings().sources.read_text("utf-8")
NIGHT = 8
"""Sources of the night: copies of one entry, each with records of its own; a real night has forty."""
RECORDS = 3_000
PAGE = 100
TIMES = 3
NOW = datetime(2026, 11, 24, 13, tzinfo=UTC)
BARE = """
import sys
from pathlib import Path
import scrapy
from scrapy.crawler import CrawlerProcess

class Bare(scrapy.Spider):
    name = "bare"

    async def start(self):
        for offset in range(0, {records}, {page}):
            yield scrapy.Request(f"{{sys.argv[1]}}/records?limit={page}&offset={{offset}}&order_by=id_aide")

    def parse(self, response):
        offset = response.url.partition("offset=")[2].partition("&")[0]
        Path(sys.argv[2], f"{{offset}}.json").write_bytes(response.body)

process = CrawlerProcess({{"LOG_LEVEL": "WARNING", "CONCURRENT_REQUESTS": 1, "ROBOTSTXT_OBEY": True,
                          "DOWNLOAD_DELAY": 0, "TELNETCONSOLE_ENABLED": False}})
process.crawl(Bare)
process.start()
"""


def main() -> int:
    """Print CPU a record of the three, the ratios, and records normalised a second."""
    samples = [record for record in sample_payloads(SOURCES[SOURCE]) if record.get("id_aide")]
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        file = _many_entries(Path(folder) / "sources.toml")
        sources = load_sources(file)
        records = {
            name: [
                samples[number % len(samples)] | {"id_aide": f"{name}-{number:05}"}
                for number in range(RECORDS)
            ]
            for name in sources
        }
        with SampleServer(sources, FOLDER, records=records) as server:
            turns = [_turn(server.origin, file) for _time in range(TIMES)]
    bare, alone, night = (statistics.median(column) for column in zip(*turns, strict=True))
    some = records[next(iter(sources))]
    size = len(json.dumps(some).encode()) / RECORDS
    print(
        f"{RECORDS} records of {size:.0f} bytes in {RECORDS // PAGE} pages a source, median of {TIMES} turns"
    )
    for name, spent in (
        ("bare Scrapy, pages saved, a process a source", bare),
        (f"ours, one of a night of {NIGHT}, all kept", night),
        ("ours, alone", alone),
    ):
        print(f"{name:46} {spent / RECORDS * 1e3:8.3f} ms CPU a record, {spent:6.2f} s a source")
    ratios = [(night / bare, alone / bare) for bare, alone, night in turns]
    of_night, of_one = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(f"ratio of CPU, whole processes: a night {of_night:.2f} (aim at most 1.5), alone {of_one:.2f}")
    for name, tagger in (("with tagging", Tagger(load_taxonomy())), ("without tagging", NoTags())):
        print(f"normalised on one core, {name}: {_normalised_a_second(some, tagger):,.0f} records a second")
    return 0


def _many_entries(file: Path) -> Path:
    """Write copies of the entry under names of their own; return the file."""
    entries = re.findall(
        r"^\[sources\.\w+\].*?(?=^\[sources\.\w+\]|\Z)", PORTAL_SOURCES, re.DOTALL | re.MULTILINE
    )
    (entry,) = (text for text in entries if text.startswith(f"[sources.{SOURCE}]"))
    copies = [entry.replace(f"[sources.{SOURCE}", f"[sources.fr_bench_{number}") for number in range(NIGHT)]
    file.write_text("".join(copies), "utf-8")
    return file


def _turn(origin: str, file: Path) -> tuple[float, float, float]:
    """Return the CPU seconds a source of the peer, of ours alone, and of ours in a night."""
    names = list(load_sources(file))
    bare = sum(_bare(origin, name) for name in names) / NIGHT
    return bare, _ours(origin, file, names[:1]), _ours(origin, file, names) / NIGHT


@contextmanager
def _counted(spent: list[float]) -> Iterator[None]:
    """Add the CPU seconds of the processes that were started and ended in between."""
    before = os.times()
    yield
    after = os.times()
    spent.append(after.children_user + after.children_system - before.children_user - before.children_system)


def _bare(origin: str, source_id: str) -> float:
    dataset = SOURCES[SOURCE].request["dataset"]
    base = f"{origin}/{source_id}/api/explore/v2.1/catalog/datasets/{dataset}"
    spent: list[float] = []
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        program = BARE.format(records=RECORDS, page=PAGE)
        with _counted(spent):
            subprocess.run([sys.executable, "-c", program, base, folder], check=True)
        saved = sum(len(json.loads(file.read_bytes())["results"]) for file in Path(folder).glob("*.json"))
        if saved != RECORDS:
            raise RuntimeError(f"the bare spider saved {saved} of {RECORDS} records")
    return sum(spent)


def _ours(origin: str, file: Path, source_ids: Sequence[str]) -> float:
    """Crawl as a harvest does; one source alone is a process of its own."""
    spent: list[float] = []
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        settings = Settings(
            data_dir=Path(folder), sources=file, sample_origin=origin, allow_hosts=("127.0.0.1",)
        )
        db = open_database(settings)
        migrate(db)
        runs = {source_id: start_run(db, source_id, NOW) for source_id in source_ids}
        with _counted(spent), Nursery(settings) as nursery:
            crawl = crawl_in_process if len(runs) == 1 else nursery.crawl
            for source_id, run_id in runs.items():
                crawl(settings, source_id, run_id, "full", lambda *_told: None)
        kept = sum(1 for run_id in runs.values() for _record in Archive(db).records_of_run(run_id))
        db.close()
        if kept != RECORDS * len(runs):
            raise RuntimeError(f"our crawls kept {kept} of {RECORDS * len(runs)} records")
    return sum(spent)


def _normalised_a_second(records: list[dict[str, object]], tagger: TextTagger) -> float:
    import logging

    from tests.sources.samples import raw_records

    logging.disable()
    raws = raw_records(SOURCES[SOURCE], records)
    begun = time.process_time()
    made = normalise_records(raws, SOURCES[SOURCE], now=NOW, tagger=tagger)
    return made.records / (time.process_time() - begun)


if __name__ == "__main__":
    sys.exit(main())
