"""RSS and Atom with feedparser: the newest N entries of one or several feeds."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import feedparser
from scrapy import Request
from scrapy.http import Response

from crawlers.spider import RequestFacts, SourceSpider
from normalize.record import RawRecord

_BEGIN = re.compile(rb"<\?xml|<rss|<feed|<rdf:RDF")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class FeedFacts(RequestFacts):
    """The ``request`` table: the feeds' names and the path of one, ``{feed}`` standing for the name."""

    feeds: tuple[str, ...]
    path: str


class FeedSpider(SourceSpider):
    """Reads each feed once; an entry that stands in several counts once, by its link."""

    async def start(self) -> AsyncIterator[Request]:
        """Ask every feed."""
        facts = self.facts(FeedFacts)
        for feed in facts.feeds:
            url = self.source.url.rstrip("/") + facts.path.format(feed=feed)
            yield Request(url, callback=self.parse_feed, errback=self.failed, cb_kwargs={"feed": feed})

    def parse_feed(self, response: Response, feed: str) -> Iterator[RawRecord]:
        """Yield the entries of one feed."""
        begin = _BEGIN.search(response.body)
        if begin is None:
            self.run.problem(f"no feed: {response.url} (HTML, a login page or an empty answer)")
            return
        body = response.body[begin.start() :]
        if _DECLARATION.search(body):
            self.run.problem(f"a feed with a DTD or entities is not read: {response.url}")
            return
        parsed = feedparser.parse(body, response_headers={"content-type": "application/xml"})
        if parsed.bozo and not isinstance(parsed.bozo_exception, feedparser.CharacterEncodingOverride):
            self.run.problem(f"broken feed: {response.url} ({parsed.bozo_exception})")
            return
        if not parsed.entries:
            self.run.problem(f"no entry in the feed {response.url}")
        for entry in parsed.entries:
            yield self.record(entry.get("link"), _payload(entry, feed), response.url)


def _payload(entry: Any, feed: str) -> dict[str, str | None]:  # noqa: ANN401 - feedparser publishes no types
    return {
        "feed": feed,
        "title": entry.get("title"),
        "link": entry.get("link"),
        "guid": entry.get("id"),
        "pubDate": entry.get("published"),
        "description": entry.get("summary"),
    }
