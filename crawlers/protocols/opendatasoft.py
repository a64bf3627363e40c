"""OpenDataSoft Explore v2.1: flat records, 100 a page, a window of 10,000, exports beyond it."""

import json
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote, urlencode

from scrapy import Request
from scrapy.http import Response

from crawlers.spider import JmesPath, RequestFacts, SourceSpider, UnexpectedAnswer
from normalize.mapping import compile_path
from normalize.record import RawRecord

PAGE = 100
WINDOW = 10_000
"""offset + limit may not be more; the API answers 400 InvalidRESTParameterError beyond."""


class OpenDataSoftFacts(RequestFacts):
    """The ``request`` table: the dataset, the order that keeps pages stable, and the record's key."""

    dataset: str
    order_by: str
    native_id: JmesPath


class OpenDataSoftSpider(SourceSpider):
    """Pages through a dataset; one larger than the window is taken as an export instead."""

    facts_model = OpenDataSoftFacts

    async def start(self) -> AsyncIterator[Request]:
        """Ask the first page."""
        yield self._page(0)

    def _base(self) -> str:
        dataset = quote(self.facts(OpenDataSoftFacts).dataset, safe="")
        return f"{self.source.url.rstrip('/')}/api/explore/v2.1/catalog/datasets/{dataset}"

    def _page(self, offset: int) -> Request:
        params = {"limit": PAGE, "offset": offset, "order_by": self.facts(OpenDataSoftFacts).order_by}
        url = f"{self._base()}/records?{urlencode(params)}"
        return Request(url, callback=self.parse_page, errback=self.failed, cb_kwargs={"offset": offset})

    def parse_page(self, response: Response, offset: int) -> Iterator[RawRecord | Request]:
        """Yield a page's records and ask for the next."""
        try:
            results, total = self._check(response, offset)
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        self.run.reported_total = total
        if total > WINDOW:
            yield Request(f"{self._base()}/exports/json", callback=self.parse_export, errback=self.failed)
            return
        yield from self._records(results, response)
        if offset + len(results) < total:
            yield self._page(offset + len(results))

    def _check(self, response: Response, offset: int) -> tuple[list[dict[str, object]], int]:
        answer = self.json_of(response)
        results = self._list(answer.get("results") if isinstance(answer, dict) else None, response)
        total = answer.get("total_count")
        if not isinstance(total, int):
            raise UnexpectedAnswer(f"no `total_count`: {response.url}")
        if total > offset and not results:
            raise UnexpectedAnswer(f"{total} records promised, none from {offset} on: {response.url}")
        self.refuse_repetition("", map(_text, results), response)
        return results, total

    def _list(self, results: object, response: Response) -> list[dict[str, object]]:
        if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
            raise UnexpectedAnswer(f"no list of records: {response.url}")
        return results

    def parse_export(self, response: Response) -> Iterator[RawRecord]:
        """Yield every record of an export, a bare list."""
        try:
            results = self._list(self.json_of(response), response)
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        yield from self._records(results, response)

    def _records(self, results: list[dict[str, object]], response: Response) -> Iterator[RawRecord]:
        self.run.rows += len(results)
        key = compile_path(self.facts(OpenDataSoftFacts).native_id)
        for result in results:
            yield self.record(key.search(result), result, response.url)


def _text(record: dict[str, object]) -> str:
    return json.dumps(record, sort_keys=True)
