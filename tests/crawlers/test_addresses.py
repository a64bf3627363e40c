"""No crawl is led into private address space, by link, redirect or name."""

import pytest

from crawlers.addresses import is_public, refuse
from jobs.demo.server import Asked
from jobs.demo.wires import Answer, as_json
from tests.crawlers.conftest import Crawl, Serve, a_source, asked_for, is_robots

LIST = {"path": "/calls", "items": "calls", "native_id": "id"}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://0177.0.0.1/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
        "http://10.1.2.3/", "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://[fd00::1]/", "http://224.0.0.1/",
        "http://localhost/", "http://localhost./", "http://a.localhost/", "http://metadata.google.internal/",
        "http://printer.local/", "ftp://agency.example/", "file:///etc/passwd", "https://user:pw@agency.example/",
        "https:///calls",
    ],
)  # fmt: skip
def test_refused(url: str) -> None:
    assert refuse(url, allowed=()) is not None


@pytest.mark.parametrize(
    "url", ["https://agency.example/calls", "http://8.8.8.8/", "https://[2606:4700::1111]/"]
)
def test_let_pass(url: str) -> None:
    assert refuse(url, allowed=()) is None


def test_a_host_the_operator_names_is_let_pass() -> None:
    assert refuse("http://127.0.0.1:8080/", allowed={"127.0.0.1"}) is None


def test_an_allowed_host_needs_http_all_the_same() -> None:
    assert refuse("file://127.0.0.1/etc/passwd", allowed={"127.0.0.1"}) is not None


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_public(address: str) -> None:
    assert is_public(address)


def served_as_localhost(origin: str) -> str:
    return origin.replace("127.0.0.1", "localhost")


def test_a_source_on_loopback_is_refused_unless_allowed(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: as_json({"calls": [{"id": 1}]}))

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", LIST), allow_hosts=())

    assert "a private address" in crawled.outcome.problems[0]
    assert server.requests == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "169.254.169.254"])
def test_a_redirect_into_private_space_is_refused(host: str, status: int, crawl: Crawl, serve: Serve) -> None:
    def reply(asked: Asked) -> Answer:
        if is_robots(asked):
            return as_json({}, 404)
        port = asked.origin.split(":")[2].split("/")[0]
        return Answer(b"", status, headers=(("Location", f"http://{host.format(port=port)}/secret"),))

    server = serve(reply)
    source = a_source("json_api", f"{served_as_localhost(server.origin)}/xx", LIST)

    crawled = crawl(source, allow_hosts=("localhost",))

    assert "a private address" in crawled.outcome.problems[0]
    assert [asked.path for asked in asked_for(server)] == ["/calls"]


def test_a_redirect_on_the_same_host_is_followed(crawl: Crawl, serve: Serve) -> None:
    def reply(asked: Asked) -> Answer:
        if asked.path == "/calls":
            return Answer(b"", 301, headers=(("Location", f"{asked.origin}/v2/calls"),))
        return as_json({"calls": [{"id": 1}]})

    crawled = crawl(a_source("json_api", f"{serve(reply).origin}/xx", LIST))

    assert crawled.keys == ["1"]


def test_redirects_in_a_circle_fail_the_run(crawl: Crawl, serve: Serve) -> None:
    def reply(asked: Asked) -> Answer:
        return Answer(b"", 302, headers=(("Location", f"{asked.origin}{asked.path}x"),))

    server = serve(lambda asked: as_json({}, 404) if is_robots(asked) else reply(asked))

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", LIST))

    assert not crawled.outcome.complete
    assert len(asked_for(server)) == 6


def test_a_page_that_sends_elsewhere_by_html_is_not_followed(crawl: Crawl, serve: Serve) -> None:
    html = b'<html><meta http-equiv="refresh" content="0; url=/xx/other"></html>'
    server = serve(lambda _asked: Answer(html, media_type="text/html"))

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", LIST))

    assert "HTML instead of JSON" in crawled.outcome.problems[0]
    assert [asked.path for asked in asked_for(server)] == ["/calls"]
