"""OpenDataSoft: Explore v2.1 (flat records, 100 a page) and the old v1; exports beyond a window of 10,000.

Source: Explore API v2.1 and Records API v1.0, Opendatasoft's documentation; public clients of both.
"""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Literal
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
    """The ``request`` table.

    Attributes:
        dataset: Its id; a federated one is ``name@portal``.
        order_by: What keeps pages stable: a field (v1 sorts by it downwards).
        shape: ``v1`` for a portal that answers the old API only; its records are flattened, so that
            ``native_id`` and the mapping read the same either way.
        native_id: The record's key; in ``v1`` the portal's own id stands at ``recordid``.
    """

    dataset: str
    order_by: str
    shape: Literal["v2.1", "v1"] = "v2.1"
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
        facts = self.facts(OpenDataSoftFacts)
        if facts.shape == "v1":
            asked = {"dataset": facts.dataset, "rows": PAGE, "start": offset, "sort": facts.order_by}
            url = f"{self.source.url.rstrip('/')}/api/records/1.0/search/?{urlencode(asked)}"
        else:
            params = {"limit": PAGE, "offset": offset, "order_by": facts.order_by}
            url = f"{self._base()}/records?{urlencode(params)}"
        return Request(url, callback=self.parse_page, errback=self.failed, cb_kwargs={"offset": offset})

    def _export(self) -> Request:
        facts = self.facts(OpenDataSoftFacts)
        if facts.shape == "v1":
            dataset = quote(facts.dataset, safe="")
            url = f"{self.source.url.rstrip('/')}/explore/dataset/{dataset}/download/?format=json"
        else:
            url = f"{self._base()}/exports/json"
        return Request(url, callback=self.parse_export, errback=self.failed)

    def parse_page(self, response: Response, offset: int) -> Iterator[RawRecord | Request]:
        """Yield a page's records and ask for the next."""
        try:
            results, total = self._check(response, offset)
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        self.run.reported_total = total
        if total > WINDOW:
            yield self._export()
            return
        yield from self._records(results, response)
        if offset + len(results) < total:
            yield self._page(offset + len(results))

    def _check(self, response: Response, offset: int) -> tuple[list[dict[str, object]], int]:
        answer = self.json_of(response)
        old = self.facts(OpenDataSoftFacts).shape == "v1"
        found = answer.get("records" if old else "results") if isinstance(answer, dict) else None
        results = self._list(found, response)
        counted = "nhits" if old else "total_count"
        total = answer.get(counted)
        if not isinstance(total, int):
            raise UnexpectedAnswer(f"no `{counted}`: {response.url}")
        if total > offset and not results:
            raise UnexpectedAnswer(f"{total} records promised, none from {offset} on: {response.url}")
        self.refuse_repetition("", map(_text, results), response)
        return results, total

    def _list(self, results: object, response: Response) -> list[dict[str, object]]:
        if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
            raise UnexpectedAnswer(f"no list of records: {response.url}")
        if self.facts(OpenDataSoftFacts).shape == "v1":
            return [_flat(result, response) for result in results]
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


def _flat(record: dict[str, object], response: Response) -> dict[str, object]:
    """Return a record of v1 as v2.1 has it, its id beside its fields."""
    fields = record.get("fields")
    if not isinstance(fields, dict):
        raise UnexpectedAnswer(f"a record without `fields`: {response.url}")
    return {**fields, "recordid": record.get("recordid")}


def _text(record: dict[str, object]) -> str:
    return json.dumps(record, sort_keys=True)
