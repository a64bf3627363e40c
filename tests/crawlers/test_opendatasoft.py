"""OpenDataSoft v2.1: pages of a hundred, a window of ten thousand, exports beyond it."""

import json
from urllib.parse import unquote

import pytest

from config.sources import Source
from crawlers.protocols import opendatasoft
from jobs.demo.server import Asked, LoopbackServer
from jobs.demo.wires import Answer, as_json
from tests.crawlers.conftest import Crawl, Serve, a_source, asked_for

REQUEST = {"dataset": "aides@region", "order_by": "id", "native_id": "id || ref"}
RECORDS = [{"id": f"A{number}"} for number in range(230)]


def region(server: LoopbackServer) -> Source:
    return a_source("opendatasoft", f"{server.origin}/xx", REQUEST)


def paged(asked: Asked) -> Answer:
    offset, limit = int(asked.params.get("offset", "0")), int(asked.params.get("limit", "0"))
    return as_json({"total_count": len(RECORDS), "results": RECORDS[offset : offset + limit]})


def test_every_page_is_read_in_a_stable_order(crawl: Crawl, serve: Serve) -> None:
    server = serve(paged)

    crawled = crawl(region(server))

    assert crawled.outcome.complete
    assert crawled.outcome.records == 230
    assert [asked.params for asked in asked_for(server)] == [
        {"limit": "100", "offset": str(offset), "order_by": "id"} for offset in (0, 100, 200)
    ]


def test_a_federated_data_set_is_one_part_of_the_path(crawl: Crawl, serve: Serve) -> None:
    server = serve(paged)

    crawl(region(server))

    path = unquote(asked_for(server)[0].path)
    assert path == "/api/explore/v2.1/catalog/datasets/aides@region/records"


def test_a_set_beyond_the_window_is_taken_as_an_export(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opendatasoft, "WINDOW", 150)

    def reply(asked: Asked) -> Answer:
        return as_json(RECORDS) if asked.path.endswith("/exports/json") else paged(asked)

    server = serve(reply)

    crawled = crawl(region(server))

    assert crawled.outcome.complete
    assert crawled.outcome.records == 230
    assert len(asked_for(server)) == 2


def test_the_second_key_serves_where_the_first_is_missing(crawl: Crawl, serve: Serve) -> None:
    results = [{"id": "A1"}, {"id": None, "ref": "R-2"}]
    server = serve(lambda _asked: as_json({"total_count": 2, "results": results}))

    crawled = crawl(region(server))

    assert crawled.keys == ["A1", "R-2"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (as_json({"nhits": 1, "records": [{"id": 1}]}), "no list of records"),
        (as_json({"results": [{"id": 1}]}), "no `total_count`"),
        (as_json({"total_count": 3, "results": []}), "3 records promised, none from 0 on"),
        (as_json({"total_count": 300, "results": RECORDS[:100]}), "the pages repeat"),
        (as_json({"total_count": 0, "results": []}), "not one record came"),
        (as_json({"error_code": "InvalidRESTParameterError"}, 400), "HTTP 400"),
    ],
    ids=["old shape", "no total", "empty page", "repeats", "nothing", "400"],
)
def test_a_wrong_answer_fails_the_run(answer: Answer, words: str, crawl: Crawl, serve: Serve) -> None:
    crawled = crawl(region(serve(lambda _asked: answer)))

    assert words in " ".join(crawled.outcome.problems)


OLD = REQUEST | {"shape": "v1", "native_id": "recordid"}


def old_region(server: LoopbackServer) -> Source:
    return a_source("opendatasoft", f"{server.origin}/xx", OLD)


def as_v1(record: dict[str, str]) -> dict[str, object]:
    return {"datasetid": "aides", "recordid": f"r-{record['id']}", "fields": record}


def test_the_old_api_is_read_alike(crawl: Crawl, serve: Serve) -> None:
    def reply(asked: Asked) -> Answer:
        start, rows = int(asked.params.get("start", "0")), int(asked.params.get("rows", "0"))
        found = [as_v1(record) for record in RECORDS[start : start + rows]]
        return as_json({"nhits": len(RECORDS), "records": found})

    server = serve(reply)

    crawled = crawl(old_region(server))

    assert crawled.outcome.complete
    assert crawled.outcome.records == 230
    assert json.loads(crawled.records[0].payload) == {"id": "A0", "recordid": "r-A0"}
    assert [(asked.path, asked.params["start"]) for asked in asked_for(server)] == [
        ("/api/records/1.0/search/", start) for start in ("0", "100", "200")
    ]


def test_the_old_api_beyond_the_window_is_taken_as_a_download(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opendatasoft, "WINDOW", 150)

    def reply(asked: Asked) -> Answer:
        if asked.path.endswith("/download/"):
            return as_json([as_v1(record) for record in RECORDS])
        return as_json({"nhits": len(RECORDS), "records": [as_v1(record) for record in RECORDS[:100]]})

    crawled = crawl(old_region(serve(reply)))

    assert crawled.outcome.complete
    assert crawled.outcome.records == 230


def test_an_old_record_without_its_fields_is_another_answer(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _: as_json({"nhits": 1, "records": [{"recordid": "r-1"}]}))

    assert "a record without `fields`" in crawl(old_region(server)).outcome.problems[0]
