"""JSON that stands in a page: read where the entry says, loudly missed where it is not."""

import json
from urllib.parse import quote

import pytest

from jobs.demo.server import Asked
from jobs.demo.wires import Answer, as_json
from tests.crawlers.conftest import Crawl, Serve, a_source, asked_for

AFTER = '<script id="data" type="application/json">'
REQUEST = {"path": "/calls", "items": "found.calls", "total": "found.total", "native_id": "id"}
PAGED = REQUEST | {
    "embedded": {"after": AFTER},
    "paging": {"style": "page", "first": 1, "size_param": "limit", "size": 2, "offset_param": "skip"},
}


def page(data: str, after: str = AFTER) -> Answer:
    html = f"<!doctype html><html><body><h1>Calls</h1>{after}{data}</script><p>}}</p></body></html>"
    return Answer(html.encode(), media_type="text/html;charset=UTF-8")


def found(*numbers: int, total: int = 3) -> str:
    calls = [{"id": number, "title": "Förderung </b> { } ["} for number in numbers]
    return json.dumps({"found": {"calls": calls, "total": total}}, ensure_ascii=False)


def test_pages_are_followed_by_number_and_by_place(crawl: Crawl, serve: Serve) -> None:
    def reply(asked: Asked) -> Answer:
        start = int(asked.params.get("skip", "0"))
        return page(found(*range(1, 4)[start : start + 2]))

    server = serve(reply)
    crawled = crawl(a_source("json_api", server.origin, PAGED))

    assert crawled.outcome.complete
    assert crawled.keys == ["1", "2", "3"]
    asked = [(one.params["page"], one.params["skip"], one.params["limit"]) for one in asked_for(server)]
    assert asked == [("1", "0", "2"), ("2", "2", "2"), ("3", "4", "2")]


def test_percent_encoded_data_ends_with_its_script(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: page(quote(found(1, 2, 3))))
    request = REQUEST | {"embedded": {"after": AFTER, "encoding": "url"}}

    crawled = crawl(a_source("json_api", server.origin, request))

    assert crawled.outcome.complete
    assert crawled.keys == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page(found(1), after="<script>"), "no data after"),
        (page(found(1)[:40]), "no JSON, or cut short"),
        (page('{"found": {"calls": "none", "total": 0}}'), "no list of records"),
        (Answer(b"\xff\xfe<html>", media_type="text/html"), "not UTF-8"),
        (as_json({"found": {"calls": [], "total": 0}}), "no data after"),
    ],
)
def test_a_page_built_otherwise_is_told(crawl: Crawl, serve: Serve, answer: Answer, said: str) -> None:
    server = serve(lambda _asked: answer)

    crawled = crawl(a_source("json_api", server.origin, REQUEST | {"embedded": {"after": AFTER}}))

    assert not crawled.outcome.complete
    assert said in " ".join(crawled.outcome.problems)


def test_a_question_in_json_says_its_lists_and_numbers_as_they_are(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: as_json({"groups": [{"calls": [{"id": 1}]}, {"calls": [{"id": 2}]}]}))
    request = {
        "method": "POST",
        "body": "json",
        "payload": {"timeframe": 0, "subjects": []},
        "items": "groups[].calls[]",
        "native_id": "id",
    }

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", request))

    assert crawled.keys == ["1", "2"]
    assert json.loads(asked_for(server)[0].body) == {"timeframe": 0, "subjects": []}
