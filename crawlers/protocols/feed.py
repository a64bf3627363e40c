"""RSS and Atom with feedparser: the newest N entries of one or several feeds."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import feedparser
from scrapy import Request
from scrapy.http import Response

from crawlers.spider import RequestFacts, SourceSpider, UnexpectedAnswer
from crawlers.walls import wall_of
from normalize.record import RawRecord

_BEGIN = re.compile(rb"<\?xml|<rss|<feed|<rdf:RDF")
_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding=["']([A-Za-z0-9._-]+)["']""")
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class FeedFacts(RequestFacts):
    """The ``request`` table: the feeds' names and the path of one, ``{feed}`` standing for the name."""

    feeds: tuple[str, ...]
    path: str


class FeedSpider(SourceSpider):
    """Reads each feed once; an entry that stands in several counts once, by its link."""

    facts_model = FeedFacts

    async def start(self) -> AsyncIterator[Request]:
        """Ask every feed."""
        facts = self.facts(FeedFacts)
        for feed in facts.feeds:
            url = self.source.url.rstrip("/") + facts.path.format(feed=feed)
            yield Request(url, callback=self.parse_feed, errback=self.failed, cb_kwargs={"feed": feed})

    def parse_feed(self, response: Response, feed: str) -> Iterator[RawRecord]:
        """Yield the entries of one feed; a feed that cannot be read is a problem of the run."""
        try:
            entries = entries_of(response.body)
        except UnexpectedAnswer as error:
            self.run.problem(f"{error}: {response.url}")
            return
        self.run.rows += len(entries)
        for entry in entries:
            yield self.record(entry.get("link"), entry_payload(entry, feed), response.url)


def entries_of(body: bytes) -> list[Any]:
    """Return a feed's entries, texts as they came.

    Raises:
        UnexpectedAnswer: It is no feed, undecodable, broken, empty, or declares a DTD or entities.
    """
    begin = _BEGIN.search(body)
    if begin is None:
        raise UnexpectedAnswer(f"no feed ({wall_of(body) or 'HTML, a login page or an empty answer'})")
    # Debug comments stand before the declaration of some Drupal feeds.
    text = _decoded(body[begin.start() :])
    if _DECLARATION.search(text):
        raise UnexpectedAnswer("a feed with a DTD or entities is not read")
    parsed = feedparser.parse(
        text.encode(),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        # What is kept is what came; `normalize` sanitises.
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if parsed.bozo and not isinstance(parsed.bozo_exception, feedparser.CharacterEncodingOverride):
        raise UnexpectedAnswer(f"broken feed ({parsed.bozo_exception})")
    if not parsed.entries:
        raise UnexpectedAnswer("no entry in the feed")
    return list(parsed.entries)


def _decoded(body: bytes) -> str:
    """Decode by the declared encoding, else UTF-8. feedparser would try others until one fits."""
    declared = _ENCODING.match(body)
    encoding = declared[1].decode() if declared else "utf-8"
    try:
        return body.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise UnexpectedAnswer(f"not {encoding} ({error})") from error


def entry_payload(entry: Any, feed: str) -> dict[str, str | None]:  # noqa: ANN401 - feedparser publishes no types
    """Return what is stored of a feed entry, each text as the feed prints it."""
    return {
        "feed": feed,
        "title": entry.get("title"),
        "link": entry.get("link"),
        "guid": entry.get("id"),
        "pubDate": entry.get("published"),
        "description": entry.get("summary"),
    }
