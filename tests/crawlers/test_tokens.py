"""A key is exchanged for a token, renewed when it runs out, and told to nobody else."""

from pathlib import Path

import pytest

from jobs.demo.server import Asked
from jobs.demo.wires import Answer, as_json
from tests.crawlers.conftest import Crawl, Serve, a_source
from tests.crawlers.test_json_api import BASE, IDS, by_link, calls

KEY = "PORTAL_XX_EXAMPLE_KEY"
TOKEN = BASE | {
    "paging": {"style": "next", "first": 1, "next": "next"},
    "token": {"path": "/login/", "header": "X-AUTH-TOKEN", "field": "token"},
}


class Guarded:
    """A list behind a token that runs out after ``lasts`` pages."""

    def __init__(self, lasts: int) -> None:
        self.lasts, self.logins, self.left = lasts, 0, 0

    def reply(self, asked: Asked) -> Answer:
        if asked.path == "/login/":
            if asked.method != "POST" or asked.headers.get("x-auth-token") != "key":
                return as_json({}, 401)
            self.logins, self.left = self.logins + 1, self.lasts
            return as_json({"token": f"t{self.logins}"})
        if asked.path != "/calls":
            return as_json({}, 404)
        if asked.headers.get("authorization") != f"Bearer t{self.logins}" or not self.left:
            return as_json({"message": "Expired JWT Token"}, 401)
        self.left -= 1
        return by_link(asked)


def test_a_token_that_runs_out_is_renewed(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "key")
    guarded = Guarded(lasts=2)
    server = serve(guarded.reply)

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", TOKEN, token_env=KEY))

    assert crawled.outcome.complete
    assert crawled.keys == [str(number) for number in IDS]
    assert guarded.logins == 2


def test_a_token_that_never_works_is_not_asked_for_for_ever(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "key")
    guarded = Guarded(lasts=0)
    server = serve(guarded.reply)

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", TOKEN, token_env=KEY))

    assert "HTTP 401" in crawled.outcome.problems[0]
    assert guarded.logins == 2


def test_a_wrong_key_is_said(crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "wrong")
    server = serve(Guarded(lasts=9).reply)

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", TOKEN, token_env=KEY))

    assert crawled.outcome.problems == (f"could not fetch {server.origin}/xx/login/: HTTP 401",)


def test_neither_key_nor_token_is_archived_or_written_to_disk(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    monkeypatch.setenv(KEY, "key")
    server = serve(Guarded(lasts=9).reply)

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", TOKEN, token_env=KEY))

    assert [url for url, _body in crawled.answers if "login" in url] == []
    written = [file.read_bytes() for file in (data_dir / "httpcache").rglob("*") if file.is_file()]
    assert not any(b"Bearer" in content or b"AUTH-TOKEN" in content for content in written)


def test_a_next_link_never_carries_the_token_to_another_host(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "key")
    thief = serve(lambda _asked: calls([]))
    guarded = Guarded(lasts=9)

    def reply(asked: Asked) -> Answer:
        if asked.path == "/calls" and asked.params.get("page") == "1":
            return calls([1], next=f"{thief.origin}/xx/calls?page=3")
        return guarded.reply(asked)

    server = serve(reply)

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", TOKEN, token_env=KEY))

    assert thief.requests == []
    assert crawled.keys == ["1", "7"]
