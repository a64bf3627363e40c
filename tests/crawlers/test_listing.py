"""Lists of HTML: every page to the end, fields where the entry says, loud when a page is built otherwise."""

import json
from html import escape
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.settings import Settings
from config.sources import load_sources
from crawlers.configuration import check_request
from jobs.demo.server import Asked
from jobs.demo.wires import Answer
from tests.crawlers.conftest import Crawl, Serve, a_source, asked_for

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures" / "regional"
PARTS = {
    "link": {"select": "h2 a", "take": "@href"},
    "title": {"select": "h2 a"},
    "text": {"select": ".about", "take": "html"},
    "themes": {"select": ".theme", "many": True},
    "deadline": {"select": "time", "take": "@datetime"},
}
REQUEST = {"path": "/calls", "item": "article.call", "native_id": "link", "parts": PARTS}
BY_PAGE = REQUEST | {"paging": {"style": "page", "bare_first": True}}


def article(number: int, title: str = "") -> str:
    name = escape(title or f"Call {number}")
    return (
        f'<article class="call wide"><h2><a href="/calls/{number}">{name}</a></h2>'
        f'<div class="about"><p>Text <b>{number}</b></p></div>'
        '<i class="theme">Energy</i><i class="theme">AI</i>'
        f'<time datetime="2027-01-{number:02}T22:59:00Z">soon</time></article>'
    )


def page(*articles: str, more: str = "") -> Answer:
    html = f"<!doctype html><html><body><h1>Calls</h1>{''.join(articles)}{more}</body></html>"
    return Answer(html.encode(), media_type="text/html; charset=utf-8")


def test_pages_are_read_until_one_holds_nothing(crawl: Crawl, serve: Serve) -> None:
    def reply(asked: Asked) -> Answer:
        start = 2 * int(asked.params.get("page", "0"))
        return page(*(article(number) for number in (1, 2, 3)[start : start + 2]))

    server = serve(reply)
    crawled = crawl(a_source("listing", f"{server.origin}/xx", BY_PAGE))

    assert crawled.outcome.complete
    assert crawled.keys == [f"{server.origin}/xx/calls/{number}".replace("/xx", "") for number in (1, 2, 3)]
    assert [asked.params.get("page") for asked in asked_for(server)] == [None, "1", "2"]


def test_an_item_is_read_by_its_parts(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: page(article(7, "Wärme & Strom <neu>")))

    (record,) = crawl(a_source("listing", f"{server.origin}/xx", REQUEST)).records

    assert json.loads(record.payload) == {
        "link": f"{server.origin}/calls/7",
        "title": "Wärme & Strom <neu>",
        "text": "<p>Text <b>7</b></p>",
        "themes": ["Energy", "AI"],
        "deadline": "2027-01-07T22:59:00Z",
    }


def test_a_link_leads_on(crawl: Crawl, serve: Serve) -> None:
    def reply(asked: Asked) -> Answer:
        more = '<a rel="next" href="?from=2">on</a>' if "from" not in asked.params else ""
        return page(article(1 if more else 2), more=more)

    server = serve(reply)
    paging = {"style": "next", "next": "a[rel=next]"}
    crawled = crawl(a_source("listing", f"{server.origin}/xx", REQUEST | {"paging": paging}))

    assert crawled.outcome.complete
    assert len(crawled.keys) == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page(), "nothing at 'article.call'"),
        (page('<div class="call">renamed</div>'), "nothing at 'article.call'"),
        (Answer(b"", media_type="text/html"), "nothing at 'article.call'"),
        (Answer(b"<form><input type=password></form>", media_type="text/html"), "login"),
    ],
)
def test_a_first_page_without_items_is_told(crawl: Crawl, serve: Serve, answer: Answer, said: str) -> None:
    server = serve(lambda _asked: answer)

    crawled = crawl(a_source("listing", f"{server.origin}/xx", BY_PAGE))

    assert not crawled.outcome.complete
    assert said in " ".join(crawled.outcome.problems)


def test_a_list_that_says_it_is_empty_is_believed(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: page('<p class="none">No calls now.</p>'))

    crawled = crawl(a_source("listing", f"{server.origin}/xx", BY_PAGE | {"empty": "p.none"}))

    assert "nothing at" not in " ".join(crawled.outcome.problems)


def test_paging_without_effect_is_told_and_ends(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: page(article(1), article(2)))

    crawled = crawl(a_source("listing", f"{server.origin}/xx", BY_PAGE))

    assert "the pages repeat" in " ".join(crawled.outcome.problems)
    assert len(asked_for(server)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"item": "article[["},
        {"native_id": "nothing"},
        {"parts": {"link": {"select": "a", "take": "href"}}},
        {"paging": {"style": "next"}},
    ],
)
def test_a_wrong_selector_stops_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="xx_example"):
        check_request(a_source("listing", "https://agency.example", REQUEST | wrong), "sources.toml")


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the recorded pages are not here")
@pytest.mark.parametrize(
    ("source_id", "folder", "dated"), [("it_sardegna", "it-sardegna", 7), ("it_piemonte", "it-piemonte", 0)]
)
def test_a_recorded_page_passes_through(
    crawl: Crawl, serve: Serve, source_id: str, folder: str, dated: int
) -> None:
    recorded = (FIXTURES / folder / "listing.html").read_bytes()
    server = serve(
        lambda asked: Answer(recorded, media_type="text/html") if "page" not in asked.params else page()
    )
    source = load_sources(Settings().sources)[source_id]
    here = source.model_copy(update={"url": f"{server.origin}/xx", "delay_s": 0})

    crawled = crawl(here)
    records = [json.loads(record.payload) for record in crawled.records]

    assert crawled.outcome.complete
    assert len(records) == (10 if folder == "it-sardegna" else 9)
    assert all(record["title"] for record in records)
    assert sum(bool(record.get("deadline")) for record in records) >= dated
