"""Socrata SODA 2.1: bare arrays in a stated order; the total is a question of its own.

Source: SODA documentation, "Paging through data"; a recorded excerpt of Catalonia's register.
"""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response

from crawlers.spider import JmesPath, SinceFacts, SourceSpider, UnexpectedAnswer
from normalize.mapping import compile_path
from normalize.record import RawRecord

PAGE = 1000


class SocrataFacts(SinceFacts):
    """The ``request`` table: the dataset's 4x4 id, the record's key, an optional SoQL ``where``."""

    dataset: str
    native_id: JmesPath
    where: str | None = None


class SocrataSpider(SourceSpider):
    """Counts first, then pages in the order of the rows' own ids: results have no order by themselves."""

    facts_model = SocrataFacts

    async def start(self) -> AsyncIterator[Request]:
        """Ask how many there are."""
        yield self._ask(self.parse_count, {"$select": "count(*)"})

    def _ask(self, callback: object, params: dict[str, object], **known: object) -> Request:
        facts = self.facts(SocrataFacts)
        if facts.where:
            params = params | {"$where": facts.since(facts.where, self.run.clock().date())}
        url = f"{self.source.url.rstrip('/')}/resource/{facts.dataset}.json?{urlencode(params)}"
        return Request(url, callback=callback, errback=self.failed, cb_kwargs=known)  # type: ignore[arg-type]  # a method of ours

    def _page(self, offset: int) -> Request:
        params: dict[str, object] = {"$limit": PAGE, "$offset": offset, "$order": ":id"}
        return self._ask(self.parse_page, params, offset=offset)

    def parse_count(self, response: Response) -> Iterator[Request]:
        """Read the total and ask for the first page."""
        try:
            rows = self._rows(response)
            counted = str(rows[0].get("count", rows[0].get("count_1"))) if rows else ""
            if not counted.isdecimal():
                raise UnexpectedAnswer(f"no count: {response.url}")
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        self.run.reported_total = int(counted)
        yield self._page(0)

    def parse_page(self, response: Response, offset: int) -> Iterator[RawRecord | Request]:
        """Yield a page's rows and ask for the next until the count is reached."""
        try:
            rows = self._rows(response)
            if rows:
                self.refuse_repetition("", map(repr, rows), response)
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        self.run.rows += len(rows)
        key = compile_path(self.facts(SocrataFacts).native_id)
        for row in rows:
            yield self.record(key.search(row), row, response.url)
        total = self.run.reported_total or 0
        if rows and offset + len(rows) < total:
            yield self._page(offset + len(rows))

    def _rows(self, response: Response) -> list[dict[str, object]]:
        answer = self.json_of(response)
        if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
            raise UnexpectedAnswer(f"no list of rows: {response.url}")
        return answer
