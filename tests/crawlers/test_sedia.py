"""The EU search API: typed parts, paging in the address, filters that must have worked."""

import json
from typing import Any

import pytest

from config.sources import Source
from jobs.demo.server import Asked, LoopbackServer
from jobs.demo.wires import Answer, as_json
from tests.crawlers.conftest import Crawl, Serve, a_source, asked_for, is_robots

REQUEST: dict[str, Any] = {
    "api_key": "SEDIA",
    "page_size": 2,
    "language": "en",
    "datasource": "SEDIA",
    "statuses": ["31094501", "31094502"],
    "queries": [{"type": "1", "sort": "identifier"}],
}


def hit(number: int, **changed: object) -> dict[str, Any]:
    metadata = {
        "type": ["1"],
        "status": ["31094502"],
        "DATASOURCE": ["SEDIA"],
        "language": ["en"],
        "ccm2Id": [str(number)],
        "identifier": [f"TOPIC-{number}"],
    }
    return {"reference": f"{number}TOPICSen", "metadata": {**metadata, **changed}}


def answer(hits: list[dict[str, Any]], total: int) -> Answer:
    return as_json({"totalResults": total, "results": hits})


def pages(*numbers: list[int], total: int) -> Any:  # noqa: ANN401 - a function
    def reply(asked: Asked) -> Answer:
        number = int(asked.params.get("pageNumber", "1"))
        return answer([hit(one) for one in numbers[number - 1]] if number <= len(numbers) else [], total)

    return reply


def eu(server: LoopbackServer, **changed: object) -> Source:
    return a_source("sedia", f"{server.origin}/xx/search", REQUEST | changed)


def test_every_page_is_read(crawl: Crawl, serve: Serve) -> None:
    server = serve(pages([1, 2], [3, 4], [5], total=5))

    crawled = crawl(eu(server))

    assert crawled.outcome.complete
    assert crawled.keys == ["1", "2", "3", "4", "5"]
    assert crawled.outcome.reported_total == 5


def test_each_part_of_the_body_says_that_it_is_json(crawl: Crawl, serve: Serve) -> None:
    server = serve(pages([1], total=1))

    crawl(eu(server))

    sent = asked_for(server)[0]
    assert sent.method == "POST"
    assert sent.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert sent.body.count(b"Content-Type: application/json") == sent.body.count(b"form-data; name=") == 3


def test_paging_and_key_stand_in_the_address(crawl: Crawl, serve: Serve) -> None:
    server = serve(pages([1, 2], [3], total=3))

    crawl(eu(server))

    sent = [asked.params for asked in asked_for(server)]
    assert sent[0] == {"apiKey": "SEDIA", "text": "***", "pageSize": "2", "pageNumber": "1"}
    assert sent[1]["pageNumber"] == "2"


def test_each_type_is_a_query_of_its_own_with_a_unique_order(crawl: Crawl, serve: Serve) -> None:
    queries = [{"type": "2", "sort": "callIdentifier"}, {"type": "8", "sort": "callccm2Id"}]

    def reply(asked: Asked) -> Answer:
        if b'"8"' in asked.body:
            return answer([hit(1, type=["8"], callccm2Id=["77"])], 1)
        return answer([hit(1, type=["2"], callIdentifier=["PROSPECT-9"])], 1)

    server = serve(reply)

    crawled = crawl(eu(server, queries=queries))

    assert sorted(crawled.keys) == ["cascade-77", "prospect-PROSPECT-9"]
    bodies = sorted(asked.body for asked in asked_for(server))
    assert [b'{"field":"callIdentifier","order":"ASC"}' in body for body in bodies].count(True) == 1
    assert [b'{"field":"callccm2Id","order":"ASC"}' in body for body in bodies].count(True) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"type": ["6"]}, "filters ignored, type ['6'] came"),
        ({"status": ["31094503"]}, "filters ignored, status ['31094503'] came"),
        ({"DATASOURCE": []}, "filters ignored, DATASOURCE [] came"),
        ({"language": ["sv"]}, "filters ignored, language ['sv'] came"),
    ],
    ids=["type", "status", "data source", "language"],
)
def test_a_row_that_was_not_asked_for_fails_the_run(
    changed: dict[str, object], words: str, crawl: Crawl, serve: Serve
) -> None:
    server = serve(lambda _asked: answer([hit(1, **changed)], 1))

    crawled = crawl(eu(server))

    assert words in crawled.outcome.problems[0]
    assert crawled.records == []


def test_a_row_whose_fields_lie_flat_is_read(crawl: Crawl, serve: Serve) -> None:
    flat = {"reference": "1TOPICSen", **hit(1)["metadata"]}
    server = serve(lambda _asked: answer([flat], 1))

    crawled = crawl(eu(server))

    assert crawled.outcome.complete
    assert json.loads(crawled.records[0].payload) == flat


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (
            lambda _asked: as_json({"type": "throwable", "message": "An internal error occurred"}, 500),
            "HTTP 500",
        ),
        (lambda _asked: as_json({"totalResults": 3}), "no `results` list"),
        (lambda _asked: as_json({"results": []}), "no `totalResults`"),
        (lambda _asked: answer([], 40), "40 results promised, none came"),
        (pages([1, 2], [1, 2], [1, 2], total=6), "the pages repeat"),
        (pages([1, 2], [], total=200), "200 records promised, 2 came"),
        (pages(total=0), "not one record came"),
    ],
    ids=["500", "no list", "no total", "empty first page", "repeats", "empty later page", "nothing"],
)
def test_a_wrong_answer_fails_the_run(reply: Any, words: str, crawl: Crawl, serve: Serve) -> None:  # noqa: ANN401
    server = serve(lambda asked: as_json({}, 404) if is_robots(asked) else reply(asked))

    crawled = crawl(eu(server))

    assert words in " ".join(crawled.outcome.problems)


def test_a_total_that_moves_between_pages_fails_the_run(crawl: Crawl, serve: Serve) -> None:
    def reply(asked: Asked) -> Answer:
        number = int(asked.params.get("pageNumber", "1"))
        return answer([hit(number * 2), hit(number * 2 + 1)], 6 if number == 1 else 300)

    crawled = crawl(eu(serve(reply)))

    assert "total moved from 6 to 300" in crawled.outcome.problems[0]


def test_the_same_query_is_the_same_bytes_every_night(crawl: Crawl, serve: Serve) -> None:
    server = serve(pages([1], total=1))

    crawl(eu(server))
    crawl(eu(server))

    first, second = asked_for(server)
    assert first.body == second.body


def test_a_recheck_asks_for_the_calls_it_is_about_and_no_others(crawl: Crawl, serve: Serve) -> None:
    server = serve(pages([2], total=1))
    queries = [{"type": "1", "sort": "identifier"}, {"type": "8", "sort": "callccm2Id"}]

    crawled = crawl(eu(server, queries=queries), only=frozenset({"2"}))

    (sent,) = asked_for(server)
    assert b'{"terms":{"ccm2Id":["2"]}}' in sent.body
    assert crawled.outcome.complete
    assert crawled.keys == ["2"]


def test_a_recheck_that_is_answered_with_other_calls_fails(crawl: Crawl, serve: Serve) -> None:
    crawled = crawl(eu(serve(pages([1, 2], total=2))), only=frozenset({"2"}))

    assert "filters ignored, ccm2Id ['1'] came" in crawled.outcome.problems[0]


def test_calls_that_closed_since_are_no_problem_of_a_recheck(crawl: Crawl, serve: Serve) -> None:
    assert crawl(eu(serve(pages(total=0))), only=frozenset({"2"})).outcome.complete
