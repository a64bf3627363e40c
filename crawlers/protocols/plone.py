"""Plone REST: ``@search`` with whole objects, followed by the address of the next batch as given.

Source: plone.restapi documentation, "Searching" and "Batching"; a recorded answer of Emilia-Romagna.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from urllib.parse import urlencode, urlsplit

from scrapy import Request
from scrapy.http import Response

from crawlers.spider import RequestFacts, SourceSpider, UnexpectedAnswer
from normalize.record import RawRecord

BATCH = 50


class PloneFacts(RequestFacts):
    """The ``request`` table: the content type, the service's prefix, further parameters."""

    portal_type: str
    prefix: str = "/++api++"
    params: Mapping[str, str] = {}


class PloneSpider(SourceSpider):
    """Follows ``batching.next`` word for word: adding parameters to it leads back to the first page."""

    facts_model = PloneFacts

    async def start(self) -> AsyncIterator[Request]:
        """Ask the first batch."""
        facts = self.facts(PloneFacts)
        params = {"portal_type": facts.portal_type, "fullobjects": "true", "b_size": BATCH, **facts.params}
        url = f"{self.source.url.rstrip('/')}{facts.prefix}/@search?{urlencode(params)}"
        yield Request(url, callback=self.parse_batch, errback=self.failed)

    def parse_batch(self, response: Response) -> Iterator[RawRecord | Request]:
        """Yield a batch's objects and ask for the next."""
        try:
            items, following = self._read(response)
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        self.run.rows += len(items)
        for item in items:
            yield self.record(item.get("UID"), item, response.url)
        if following:
            yield Request(following, callback=self.parse_batch, errback=self.failed)

    def _read(self, response: Response) -> tuple[list[dict[str, object]], str | None]:
        answer = self.json_of(response)
        items = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise UnexpectedAnswer(f"no `items`: {response.url}")
        self.refuse_repetition("", (item.get("UID") for item in items), response)
        total = answer.get("items_total")
        if isinstance(total, int):
            self.run.reported_total = total
        following = (answer.get("batching") or {}).get("next")
        if following is None:
            return items, None
        if not isinstance(following, str) or urlsplit(following).netloc != urlsplit(response.url).netloc:
            raise UnexpectedAnswer(f"the next batch is on another host: {str(following)[:200]}")
        return items, following
