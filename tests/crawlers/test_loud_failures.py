"""Whatever a source does wrong over the wire, the run says so in plain words and is not complete."""

import gzip
import json

import pytest

from config.sources import Source
from jobs.demo.server import Asked
from jobs.demo.wires import Answer, as_json
from tests.crawlers.conftest import Crawl, Serve, a_source, asked_for, is_robots

LIST = {
    "path": "/calls",
    "items": "calls",
    "total": "total",
    "native_id": "id",
    "paging": {"style": "page", "first": 1},
}


def listing(origin: str) -> Source:
    return a_source("json_api", f"{origin}/api", LIST)


def page_of(*ids: int, total: int | None = None) -> Answer:
    return as_json(
        {"calls": [{"id": number} for number in ids], "total": len(ids) if total is None else total}
    )


def first_page_then_none(asked: Asked) -> Answer:
    return page_of(1, 2) if asked.params.get("page") == "1" else page_of(total=2)


def test_a_good_list_is_complete(crawl: Crawl, serve: Serve) -> None:
    crawled = crawl(listing(serve(first_page_then_none).origin))

    assert crawled.outcome.complete
    assert crawled.keys == ["1", "2"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(b"<!doctype html><h1>Sign in</h1>", media_type="text/html"), "HTML instead of JSON"),
        (Answer(b""), "empty answer"),
        (Answer(b'{"calls": [{"id": 1}, {"id'), "no JSON, or cut short"),
        (Answer('{"calls": [{"id": "año"}]}'.encode("latin-1")), "not UTF-8"),
        (Answer(b"[" * 200_000), "no JSON, or cut short"),
        (as_json({"results": [{"id": 1}], "total": 1}), "no list of records at 'calls'"),
        (as_json({"calls": ["one"], "total": 1}), "no list of records at 'calls'"),
        (as_json({"calls": [{"id": 1}]}), "no total at 'total'"),
        (page_of(total=40), "40 records promised, none on the first page"),
        (page_of(), "not one record came"),
        (as_json({"error": "gone"}, 404), "HTTP 404"),
    ],
    ids=[
        "html", "empty", "cut", "latin-1", "too deep", "renamed list", "no objects", "renamed total",
        "none of 40", "none", "404",
    ],
)  # fmt: skip
def test_a_wrong_answer_fails_the_run(answer: Answer, words: str, crawl: Crawl, serve: Serve) -> None:
    crawled = crawl(listing(serve(lambda _asked: answer).origin))

    assert not crawled.outcome.complete
    assert words in " ".join(crawled.outcome.problems)


def test_the_answer_is_archived_before_anything_reads_it(crawl: Crawl, serve: Serve) -> None:
    html = b"<!doctype html><h1>Sign in</h1>"

    crawled = crawl(listing(serve(lambda _asked: Answer(html, media_type="text/html")).origin))

    assert [body for _url, body in crawled.answers] == [html]


def test_a_body_shorter_than_announced_fails_the_run(crawl: Crawl, serve: Serve) -> None:
    body = json.dumps({"calls": [{"id": 1}], "total": 1}).encode()
    short = Answer(body, headers=(("Content-Length", str(len(body) + 100)),))

    crawled = crawl(listing(serve(lambda asked: page_of() if is_robots(asked) else short).origin))

    assert not crawled.outcome.complete
    assert "could not fetch" in crawled.outcome.problems[0]
    assert crawled.records == []


def test_a_renamed_key_fails_the_run_and_keeps_the_records(crawl: Crawl, serve: Serve) -> None:
    renamed = as_json({"calls": [{"identifier": number} for number in range(10)], "total": 10})
    server = serve(lambda asked: renamed if asked.params.get("page") == "1" else page_of(total=10))

    crawled = crawl(listing(server.origin))

    assert crawled.outcome.problems == ("10 of 10 records have no native id: was its field renamed?",)
    assert len(crawled.records) == 10
    assert all(key.startswith("without-key-") for key in crawled.keys)


def test_one_record_without_key_is_kept_under_a_name_of_its_bytes(crawl: Crawl, serve: Serve) -> None:
    odd = {"calls": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}, {"id": None}], "total": 5}
    server = serve(lambda asked: as_json(odd) if asked.params.get("page") == "1" else page_of(total=5))

    first, second = crawl(listing(server.origin)), crawl(listing(server.origin))

    assert first.outcome.complete
    assert first.keys[-1].startswith("without-key-")
    assert second.keys == first.keys


def test_500_for_ever_is_asked_four_times_and_fails(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda asked: page_of() if is_robots(asked) else Answer(b"", 500))

    crawled = crawl(listing(server.origin))

    assert crawled.outcome.problems == (f"could not fetch {server.origin}/api/calls?page=1: HTTP 500",)
    assert len(asked_for(server)) == 4


def test_429_waits_as_long_as_the_server_asks(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda asked: busy_once(asked, len(asked_for(server))))

    def busy_once(asked: Asked, count: int) -> Answer:
        return (
            Answer(b"", 429, headers=(("Retry-After", "1"),)) if count == 1 else first_page_then_none(asked)
        )

    crawled = crawl(listing(server.origin))

    assert crawled.outcome.complete
    assert crawled.seconds >= 1.0


def test_a_page_that_repeats_for_ever_ends_the_run(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: page_of(1, 2, total=200))

    crawled = crawl(listing(server.origin))

    assert "the pages repeat" in crawled.outcome.problems[0]
    assert len(asked_for(server)) == 2


def test_a_list_that_ends_too_early_fails_the_run(crawl: Crawl, serve: Serve) -> None:
    server = serve(
        lambda asked: page_of(1, 2, total=100) if asked.params["page"] == "1" else page_of(total=100)
    )

    crawled = crawl(listing(server.origin))

    assert crawled.outcome.problems == ("100 records promised, 2 came",)


def test_an_answer_above_the_limit_is_not_taken(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda asked: page_of(1) if not is_robots(asked) else Answer(b"", 404))

    crawled = crawl(listing(server.origin), DOWNLOAD_MAXSIZE=20)

    assert not crawled.outcome.complete
    assert crawled.records == []


def test_an_answer_that_swells_beyond_the_limit_when_unpacked_is_not_taken(
    crawl: Crawl, serve: Serve
) -> None:
    body = gzip.compress(json.dumps({"calls": [{"id": 1, "text": "x" * 1_000_000}], "total": 1}).encode())
    packed = Answer(body, headers=(("Content-Encoding", "gzip"),))
    server = serve(lambda asked: Answer(b"", 404) if is_robots(asked) else packed)

    crawled = crawl(listing(server.origin), DOWNLOAD_MAXSIZE=100_000)

    assert not crawled.outcome.complete
    assert crawled.records == []


def test_a_silent_server_fails_the_run(crawl: Crawl, serve: Serve) -> None:
    server = serve(first_page_then_none)
    server.__exit__(None, None, None)

    crawled = crawl(listing(server.origin))

    assert "could not fetch" in crawled.outcome.problems[0]


def test_what_robots_txt_forbids_is_not_asked(crawl: Crawl, serve: Serve) -> None:
    robots = Answer(b"User-agent: *\nDisallow: /api\n", media_type="text/plain")
    server = serve(lambda asked: robots if is_robots(asked) else page_of(1))

    crawled = crawl(listing(server.origin))

    assert "robots.txt" in crawled.outcome.problems[0]
    assert asked_for(server) == []


def test_a_crawl_out_of_time_is_not_complete(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda asked: page_of(int(asked.params.get("page", "1")), total=10_000))

    crawled = crawl(listing(server.origin), CLOSESPIDER_TIMEOUT=1, DOWNLOAD_DELAY=0.05)

    assert crawled.outcome.finish_reason == "closespider_timeout"
    assert not crawled.outcome.complete


def test_a_key_seen_twice_is_archived_once(crawl: Crawl, serve: Serve) -> None:
    pages = {"1": page_of(1, 2, 2, total=5), "2": page_of(2, 3, total=5)}
    server = serve(lambda asked: pages.get(asked.params.get("page", ""), page_of(total=5)))

    crawled = crawl(listing(server.origin))

    assert crawled.outcome.complete
    assert crawled.keys == ["1", "2", "3"]
    assert crawled.outcome.records == 3


def test_a_record_of_half_a_surrogate_pair_is_kept(crawl: Crawl, serve: Serve) -> None:
    body = b'{"calls": [{"id": 1, "title": "\\ud83d"}, {"id": 2}], "total": 2}'
    server = serve(lambda asked: Answer(body) if asked.params.get("page") == "1" else page_of(total=2))

    crawled = crawl(listing(server.origin))

    assert crawled.keys == ["1", "2"]
    assert json.loads(crawled.records[0].payload)["title"] == "\ud83d"


def test_the_payload_is_the_record_as_it_came(crawl: Crawl, serve: Serve) -> None:
    record = {"id": "Z-1", "título": "Ayudas «H2»", "b": [1.5, None, True], "a": {"z": 1}}
    server = serve(
        lambda asked: (
            as_json({"calls": [record], "total": 1}) if asked.params.get("page") == "1" else page_of()
        )
    )

    crawled = crawl(listing(server.origin))

    assert crawled.records[0].payload == json.dumps(record, ensure_ascii=False).encode()
