"""RSS and Atom: several feeds, each entry once, nothing read that could bite."""

import json

import pytest

from config.sources import Source
from crawlers.protocols.feed import entries_of
from crawlers.spider import UnexpectedAnswer
from jobs.demo.server import Asked, LoopbackServer
from jobs.demo.wires import Answer
from tests.crawlers.conftest import Crawl, Serve, a_source, asked_for, is_robots

REQUEST = {"path": "/{feed}/rssnewsfeed.xml", "feeds": ["all", "energy"]}


def item(number: int, title: str = "Wasserstoff | 31.12.2026") -> str:
    description = "&lt;p onclick='x()'&gt;Text &lt;a href='/rel'&gt;mehr&lt;/a&gt;&lt;/p&gt;"
    return (
        f"<item><title>{title}</title><link>https://agency.example/{number}</link>"
        f"<description>{description}</description><guid isPermaLink='false'>guid-{number}</guid>"
        "<pubDate>Tue, 03 Nov 2026 10:00:00 +0100</pubDate></item>"
    )


def feed(*items: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>News</title>{"".join(items)}</channel></rss>'


def agency(server: LoopbackServer) -> Source:
    return a_source("feed", f"{server.origin}/xx", REQUEST)


def test_an_entry_of_several_feeds_is_one_record(crawl: Crawl, serve: Serve) -> None:
    feeds = {
        "/all/rssnewsfeed.xml": feed(item(1), item(2)),
        "/energy/rssnewsfeed.xml": feed(item(2), item(3)),
    }
    server = serve(lambda asked: Answer(feeds.get(asked.path, "").encode(), media_type="application/rss+xml"))

    crawled = crawl(agency(server))

    assert crawled.outcome.complete
    assert crawled.keys == [f"https://agency.example/{number}" for number in (1, 2, 3)]
    assert len(asked_for(server)) == 2


def test_a_record_holds_the_entry_as_it_came(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: Answer(feed(item(1)).encode()))

    crawled = crawl(agency(server))

    assert json.loads(crawled.records[0].payload) == {
        "feed": "all",
        "title": "Wasserstoff | 31.12.2026",
        "link": "https://agency.example/1",
        "guid": "guid-1",
        "pubDate": "Tue, 03 Nov 2026 10:00:00 +0100",
        "description": "<p onclick='x()'>Text <a href='/rel'>mehr</a></p>",
    }


def test_debug_comments_before_the_declaration_are_cut() -> None:
    entries = entries_of(b"<!-- THEME DEBUG -->\n" + feed(item(1)).encode())

    assert [entry["link"] for entry in entries] == ["https://agency.example/1"]


def test_the_declared_encoding_is_believed() -> None:
    latin = feed(item(1, "Förderung"), head='<?xml version="1.0" encoding="ISO-8859-1"?>').encode("latin-1")

    assert entries_of(latin)[0]["title"] == "Förderung"


def test_atom_is_read() -> None:
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>H2</title><id>urn:1</id>'
        b'<link href="https://agency.example/1"/></entry></feed>'
    )

    assert entries_of(atom)[0]["link"] == "https://agency.example/1"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!doctype html><h1>Wartung</h1>", "no feed"),
        (b"", "no feed"),
        (feed(item(1, "Förderung")).encode("latin-1"), "not UTF-8"),
        (feed(item(1), head='<?xml version="1.0" encoding="x-none"?>').encode(), "not x-none"),
        (feed(item(1)).encode()[:-40], "broken feed"),
        (feed().encode(), "no entry in the feed"),
        (
            b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss/>',
            "DTD or entities",
        ),
        ("<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE rss []><rss/>".encode("utf-16"), "no feed"),
    ],
    ids=["html", "empty", "latin-1", "unknown encoding", "cut", "no entry", "entity", "utf-16"],
)
def test_what_is_no_good_feed_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=words):
        entries_of(body)


def test_one_feed_that_fails_fails_the_run(crawl: Crawl, serve: Serve) -> None:
    def reply(path: str) -> Answer:
        return Answer(feed(item(1)).encode()) if path.startswith("/all") else Answer(b"gone", 404)

    server = serve(lambda asked: reply(asked.path))

    crawled = crawl(agency(server))

    assert crawled.outcome.problems == (
        f"could not fetch {server.origin}/xx/energy/rssnewsfeed.xml: HTTP 404",
    )
    assert len(crawled.records) == 1


def test_robots_txt_keeps_each_of_many_feeds_out(crawl: Crawl, serve: Serve) -> None:
    """All of them wait for the one file at once."""

    def reply(asked: Asked) -> Answer:
        if is_robots(asked):
            return Answer(b"User-agent: *\nDisallow: /xx/\nAllow: /xx/all/\n", media_type="text/plain")
        return Answer(feed(item(1)).encode(), media_type="application/rss+xml")

    server = serve(reply)
    many = REQUEST | {"feeds": ["all", *(f"feed{number}" for number in range(8))]}

    crawled = crawl(a_source("feed", f"{server.origin}/xx", many, concurrency=2))

    assert [asked.path for asked in asked_for(server)] == ["/all/rssnewsfeed.xml"]
    assert not crawled.outcome.complete
