"""Apache Solr's select handler: documents by ``start`` and ``rows``, the whole number in ``numFound``.

Source: Solr Reference Guide, "Common Query Parameters" and "Pagination of Results"; recorded documents of
incentivi.gov.it. An empty field is an absent key.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from urllib.parse import urlencode

from pydantic import Field
from scrapy import Request
from scrapy.http import Response

from crawlers.spider import JmesPath, RequestFacts, SourceSpider, UnexpectedAnswer
from normalize.mapping import compile_path
from normalize.record import RawRecord

PAGE = 200


class SolrFacts(RequestFacts):
    """The ``request`` table.

    Attributes:
        query: ``q``.
        sort: What keeps pages stable; results have no order by themselves that lasts.
        aliases: Name in the record -> Solr's field, sent as ``fl``; empty takes every field as it is.
        params: Further parameters.
        native_id: JMESPath of the key in a document.
    """

    query: str = "*:*"
    sort: str = Field(min_length=1)
    aliases: Mapping[str, str] = {}
    params: Mapping[str, str] = {}
    native_id: JmesPath


class SolrSpider(SourceSpider):
    """Pages until as many documents came as the answer says there are."""

    facts_model = SolrFacts

    async def start(self) -> AsyncIterator[Request]:
        """Ask the first page."""
        yield self._page(0)

    def _page(self, start: int) -> Request:
        facts = self.facts(SolrFacts)
        params = dict(facts.params) | {"q": facts.query, "sort": facts.sort, "wt": "json"}
        if facts.aliases:
            params["fl"] = ",".join(f"{name}:{field}" for name, field in facts.aliases.items())
        params |= {"start": str(start), "rows": str(PAGE)}
        url = f"{self.source.url.rstrip('/')}/select?{urlencode(params)}"
        return Request(url, callback=self.parse_page, errback=self.failed, cb_kwargs={"start": start})

    def parse_page(self, response: Response, start: int) -> Iterator[RawRecord | Request]:
        """Yield a page's documents and ask for the next."""
        try:
            docs, total = self._docs(response, start)
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        self.run.reported_total = total
        self.run.rows += len(docs)
        key = compile_path(self.facts(SolrFacts).native_id)
        for doc in docs:
            yield self.record(key.search(doc), doc, response.url)
        if start + len(docs) < total:
            yield self._page(start + len(docs))

    def _docs(self, response: Response, start: int) -> tuple[list[dict[str, object]], int]:
        answer = self.json_of(response)
        found = answer.get("response") if isinstance(answer, dict) else None
        docs, total = (found.get("docs"), found.get("numFound")) if isinstance(found, dict) else (None, None)
        if not isinstance(docs, list) or not all(isinstance(doc, dict) for doc in docs):
            raise UnexpectedAnswer(f"no `response.docs`: {response.url}")
        if not isinstance(total, int):
            raise UnexpectedAnswer(f"no `response.numFound`: {response.url}")
        if total > start and not docs:
            raise UnexpectedAnswer(f"{total} records promised, none from {start} on: {response.url}")
        if docs:
            self.refuse_repetition("", (json.dumps(doc, sort_keys=True) for doc in docs), response)
        return docs, total
