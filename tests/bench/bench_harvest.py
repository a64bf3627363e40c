"""What a record costs on its way in: our crawl against a bare Scrapy spider that only saves the same pages.

Both fetch the same 30 pages of 100 records from one server on loopback, each in a process of its own, turn
and turn about; counted is the CPU time of the process (user and system), not the time it waits. Then the
records are normalised on one core, with and without tagging.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from config.taxonomy import load_taxonomy
from jobs.demo.server import SampleServer
from jobs.evaluation.changes import NoTags
from jobs.harvest import normalise_records
from normalize.pipeline import TextTagger
from normalize.tagging import Tagger
from store.archive import Archive
from store.database import migrate, open_database
from store.runs import start_run
from tests.sources.samples import FOLDER, SOURCES, sample_payloads

SOURCE = "fr_idf_aides"
RECORDS = 3_000
PAGE = 100
TIMES = 5
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
    """Print CPU a record of both, the ratio, and records normalised a second."""
    samples = [record for record in sample_payloads(SOURCES[SOURCE]) if record.get("id_aide")]
    records = [samples[number % len(samples)] | {"id_aide": f"B{number:05}"} for number in range(RECORDS)]
    pairs = []
    with SampleServer(SOURCES, FOLDER, records={SOURCE: records}) as server:
        for _time in range(TIMES):
            pairs.append((_bare(server.origin), _ours(server.origin)))
    bare, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(our / peer for peer, our in pairs)
    size = len(json.dumps(records).encode()) / RECORDS
    print(f"{RECORDS} records of {size:.0f} bytes in {RECORDS // PAGE} pages, median of {TIMES} turns")
    print(
        f"{'bare Scrapy, pages saved':34} {bare / RECORDS * 1e3:8.3f} ms CPU a record, {bare:6.2f} s in all"
    )
    print(f"{'our crawl, all kept':34} {ours / RECORDS * 1e3:8.3f} ms CPU a record, {ours:6.2f} s in all")
    print(f"ratio of CPU, whole processes: {ratio:.2f} (aim at most 1.5)")
    for name, tagger in (("with tagging", Tagger(load_taxonomy())), ("without tagging", NoTags())):
        print(
            f"normalised on one core, {name}: {_normalised_a_second(records, tagger):,.0f} records a second"
        )
    return 0


def _environment(origin: str, folder: str) -> dict[str, str]:
    return os.environ | {
        "PORTAL_SAMPLE_ORIGIN": origin,
        "PORTAL_ALLOW_HOSTS": "127.0.0.1",
        "PORTAL_DATA_DIR": folder,
    }


def _cpu_of(command: list[str], environment: dict[str, str]) -> float:
    """Run a process to its end; return its CPU time in seconds."""
    before = os.times()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _bare(origin: str) -> float:
    dataset = SOURCES[SOURCE].request["dataset"]
    base = f"{origin}/{SOURCE}/api/explore/v2.1/catalog/datasets/{dataset}"
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        program = BARE.format(records=RECORDS, page=PAGE)
        spent = _cpu_of([sys.executable, "-c", program, base, folder], _environment(origin, folder))
        saved = sum(len(json.loads(file.read_bytes())["results"]) for file in Path(folder).glob("*.json"))
        if saved != RECORDS:
            raise RuntimeError(f"the bare spider saved {saved} of {RECORDS} records")
    return spent


def _ours(origin: str) -> float:
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        db = open_database(Settings(data_dir=Path(folder)))
        migrate(db)
        run_id = start_run(db, SOURCE, NOW)
        command = [sys.executable, "-m", "crawlers", SOURCE, "--run", str(run_id)]
        spent = _cpu_of(command, _environment(origin, folder))
        kept = sum(1 for _record in Archive(db).records_of_run(run_id))
        db.close()
        if kept != RECORDS:
            raise RuntimeError(f"our crawl kept {kept} of {RECORDS} records")
    return spent


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
