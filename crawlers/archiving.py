"""Answers and records into the archive: bytes are kept before anything reads them."""

import json
import sys
import time
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.run import Run
from normalize.record import RawRecord

BATCH = 100
PROGRESS_EVERY_S = 0.5


def run_of(crawler: Crawler) -> Run:
    """Return the run a crawler works for."""
    run = crawler.settings["PORTAL_RUN"]
    assert isinstance(run, Run)
    return run


class ArchiveAnswers:
    """Downloader middleware: keeps each answer, after content decoding, before the spider sees it."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build it for the crawler's run."""
        return cls(run_of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        """Archive and hand on; robots.txt and tokens are no source's data."""
        if urlsplit(request.url).path != "/robots.txt" and not request.meta.get("secret"):
            media_type = (response.headers.get("Content-Type") or b"").decode("latin-1").split(";")[0].strip()
            self._run.archive.add_answer(
                self._run.run_id,
                url=request.url,
                status=response.status,
                media_type=media_type,
                fetched_at=self._run.clock(),
                body=_digest(response.body) if request.meta.get("in_records") else response.body,
            )
            self._run.answers += 1
        return response


def _digest(body: bytes) -> bytes:
    """Return what is kept of an answer that is an archive of its records: they are kept, each once."""
    return f"{len(body)} bytes, SHA-256 {sha256(body).hexdigest()}\n".encode()


class GatherRecords:
    """Spider middleware: the records of an answer go on together.

    Scrapy's way of one item takes longer than all we do with a record; a page has a hundred.
    """

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Request | list[RawRecord]]:
        """Yield requests as they come, and records by the batch."""
        batch: list[RawRecord] = []
        async for one in result:
            if not isinstance(one, RawRecord):
                yield one
                continue
            batch.append(one)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


class ArchiveRecords:
    """Item pipeline: records in batches, a native id once a run; tells the parent how far it is."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._batch: list[RawRecord] = []
        self._seen: set[str] = set()
        self._told = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build it for the crawler's run."""
        return cls(run_of(crawler))

    def process_item(self, item: list[RawRecord]) -> list[RawRecord]:
        """Archive records, but those this run has already."""
        for record in item:
            if record.native_id not in self._seen:
                self._seen.add(record.native_id)
                self._batch.append(record)
                self._run.records += 1
        if len(self._batch) >= BATCH:
            self._flush()
        self._tell()
        return item

    def close_spider(self) -> None:
        """Archive what is left."""
        self._flush()
        self._told = 0.0
        self._tell()

    def _flush(self) -> None:
        if self._batch:
            self._run.archive.add_records(self._run.run_id, self._batch)
            self._batch = []

    def _tell(self) -> None:
        if time.monotonic() - self._told > PROGRESS_EVERY_S:
            self._told = time.monotonic()
            told = {"records": self._run.records, "total": self._run.reported_total}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
