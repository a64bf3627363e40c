"""Conditional requests save the publisher's work and never hide that he is down."""

from pathlib import Path

from jobs.demo.server import Asked, LoopbackServer
from jobs.demo.wires import Answer, as_json
from tests.crawlers.conftest import Crawl, Serve, a_source, asked_for, is_robots

LIST = {"path": "/calls", "items": "calls", "native_id": "id"}
GOOD = as_json({"calls": [{"id": 1}]})


def conditional(server: LoopbackServer) -> list[bool]:
    headers = [asked.headers for asked in asked_for(server)]
    return ["if-none-match" in sent or "if-modified-since" in sent for sent in headers]


def test_the_second_night_asks_conditionally_and_keeps_the_records(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: GOOD)
    source = a_source("json_api", f"{server.origin}/xx", LIST)

    crawl(source)
    second = crawl(source)

    assert conditional(server) == [False, True]
    assert second.outcome.complete
    assert second.keys == ["1"]
    assert second.answers == [(f"{server.origin}/xx/calls", GOOD.body)]


def test_a_page_with_nothing_but_a_date_is_asked_for_every_night(crawl: Crawl, serve: Serve) -> None:
    dated = (("Last-Modified", "Wed, 01 Jan 2020 00:00:00 GMT"), ("Cache-Control", "max-age=86400"))
    server = serve(lambda _asked: Answer(GOOD.body, headers=dated))
    source = a_source("json_api", f"{server.origin}/xx", LIST)

    crawl(source)
    crawl(source)

    assert conditional(server) == [False, True]


def test_a_changed_page_is_read_anew(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: as_json({"calls": [{"id": len(asked_for(server))}]}))
    source = a_source("json_api", f"{server.origin}/xx", LIST)

    crawl(source)
    second = crawl(source)

    assert second.keys == ["2"]


def test_last_nights_page_does_not_stand_in_for_a_server_in_trouble(crawl: Crawl, serve: Serve) -> None:
    def reply(asked: Asked) -> Answer:
        if is_robots(asked):
            return as_json({}, 404)
        return GOOD if len(asked_for(server)) == 1 else Answer(b"down", 503)

    server = serve(reply)
    source = a_source("json_api", f"{server.origin}/xx", LIST)

    crawl(source)
    second = crawl(source)

    assert "HTTP 503" in second.outcome.problems[0]
    assert second.records == []


def test_last_nights_page_does_not_stand_in_for_a_server_that_is_gone(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: GOOD)
    source = a_source("json_api", f"{server.origin}/xx", LIST)

    crawl(source)
    server.__exit__(None, None, None)
    second = crawl(source)

    assert "could not fetch" in second.outcome.problems[0]
    assert second.records == []


def test_a_post_is_neither_conditional_nor_kept(crawl: Crawl, serve: Serve, data_dir: Path) -> None:
    tagged = Answer(GOOD.body, headers=(("ETag", '"1"'),))
    server = serve(lambda asked: as_json({}, 404) if is_robots(asked) else tagged)
    source = a_source("json_api", f"{server.origin}/xx", LIST | {"method": "POST"})

    crawl(source)
    crawl(source)

    assert conditional(server) == [False, False]
    assert not [file for file in (data_dir / "httpcache").rglob("response_body")]
