"""Paging, windows, details and tokens of a JSON API, each over the wire."""

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest

from crawlers.protocols.json_facts import Windows, windows
from jobs.demo.server import Asked
from jobs.demo.wires import Answer, as_json
from tests.crawlers.conftest import Crawl, Serve, a_source, asked_for, is_robots

BASE = {"path": "/calls", "items": "calls", "native_id": "id"}
IDS = list(range(1, 8))


def calls(ids: list[int], **more: object) -> Answer:
    return as_json({"calls": [{"id": number} for number in ids], **more})


def by_offset(asked: Asked) -> Answer:
    start = int(asked.params.get("from", "0"))
    return calls(IDS[start : start + 3])


def by_link(asked: Asked) -> Answer:
    page = int(asked.params.get("page", "1"))
    more = f"{asked.origin}/calls?page={page + 1}" if page < 3 else None
    return calls(IDS[(page - 1) * 3 : page * 3], next=more)


def by_cursor(asked: Asked) -> Answer:
    start = int(asked.params.get("after", "0"))
    return calls(IDS[start : start + 3], cursor={"end": str(start + 3) if start + 3 < len(IDS) else None})


def by_last_flag(asked: Asked) -> Answer:
    page = int(asked.params.get("page", "0"))
    return calls(IDS[page * 3 : page * 3 + 3], last=page == 2)


@pytest.mark.parametrize(
    ("paging", "reply", "requests"),
    [
        ({"style": "offset", "param": "from"}, by_offset, 4),
        ({"style": "next", "first": 1, "next": "next"}, by_link, 3),
        ({"style": "cursor", "param": "after", "next": "cursor.end"}, by_cursor, 3),
        ({"style": "page", "last": "last"}, by_last_flag, 3),
        ({"style": "none"}, lambda _asked: calls(IDS), 1),
    ],
    ids=["offset", "next", "cursor", "page", "none"],
)
def test_every_style_of_paging_reaches_the_end(
    paging: dict[str, Any], reply: Callable[[Asked], Answer], requests: int, crawl: Crawl, serve: Serve
) -> None:
    server = serve(reply)

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", BASE | {"paging": paging}))

    assert crawled.outcome.problems == ()
    assert crawled.keys == [str(number) for number in IDS]
    assert len(asked_for(server)) == requests


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("form", lambda asked: parse_qs(asked.body.decode())["page"][0]),
        ("json", lambda asked: json.loads(asked.body)["page"]),
    ],
)
def test_a_post_sends_its_parameters_in_the_body(
    body: str, read: Callable[[Asked], str], crawl: Crawl, serve: Serve
) -> None:
    server = serve(lambda asked: calls([1, 2] if not is_robots(asked) and read(asked) == "0" else []))
    request = BASE | {"method": "POST", "body": body, "paging": {"style": "page"}}

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", request))

    assert crawled.keys == ["1", "2"]
    assert [read(asked) for asked in asked_for(server)] == ["0", "1"]


def test_the_end_may_be_an_answer_of_its_own(crawl: Crawl, serve: Serve) -> None:
    end = as_json({"code": 404, "info": "No data found"})
    server = serve(lambda asked: calls([1, 2]) if asked.params.get("page") == "0" else end)
    request = BASE | {"end": "code == `404`", "paging": {"style": "page"}}

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", request))

    assert crawled.outcome.complete
    assert crawled.keys == ["1", "2"]


def test_a_last_page_that_repeats_single_records_is_no_endless_list(crawl: Crawl, serve: Serve) -> None:
    pages = {"0": [1, 2, 3], "1": [4, 5, 6], "2": [6, 1]}
    server = serve(lambda asked: calls(pages.get(asked.params.get("page", ""), [])))

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", BASE | {"paging": {"style": "page"}}))

    assert crawled.outcome.complete
    assert crawled.outcome.records == 6


def test_a_stamp_is_sent_and_kept_in_the_record(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda asked: calls([int(asked.params.get("state", "0")) * 10]))
    request = BASE | {"stamps": [{"state": 6}, {"state": 7}]}

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", request))

    assert [json.loads(record.payload) for record in crawled.records] == [
        {"state": 6, "id": 60},
        {"state": 7, "id": 70},
    ]


WINDOWS = {"from_param": "since", "to_param": "until", "format": "%d/%m/%Y", "days": 7, "look_back_days": 20}


def test_windows_touch_without_overlapping_and_reach_back_far_enough() -> None:
    made = list(windows(Windows(**WINDOWS), date(2026, 11, 24)))

    assert made == [
        {"since": "18/11/2026", "until": "24/11/2026"},
        {"since": "11/11/2026", "until": "17/11/2026"},
        {"since": "04/11/2026", "until": "10/11/2026"},
    ]


def test_every_window_is_asked_and_an_empty_one_is_no_fault(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda asked: calls([7] if asked.params.get("since") == "11/11/2026" else [], total=0))

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", BASE | {"windows": WINDOWS}))

    assert crawled.outcome.complete
    assert [asked.params["until"] for asked in asked_for(server)] == [
        "24/11/2026",
        "17/11/2026",
        "10/11/2026",
    ]
    assert crawled.keys == ["7"]


def test_a_path_may_name_a_day_that_moves_with_the_run(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: calls([1]))

    crawled = crawl(
        a_source("json_api", f"{server.origin}/xx", BASE | {"path": "/calls/{since}", "look_back_days": 30})
    )

    assert crawled.outcome.complete
    assert [asked.path for asked in asked_for(server)] == ["/calls/2026-10-25"]


DETAIL = {
    "path": "/calls",
    "items": "calls",
    "native_id": "detail.code || item.id",
    "detail": {"path": "/call", "params": {"number": "id"}, "fixed": {"lang": "es"}},
}


def detail_or(broken: set[str], answer: Answer, count: int = 60) -> Callable[[Asked], Answer]:
    def reply(asked: Asked) -> Answer:
        if asked.path == "/calls":
            return calls(list(range(1, count + 1)))
        number = asked.params.get("number", "")
        return (
            answer if number in broken else as_json({"code": f"C{number}", "lang": asked.params.get("lang")})
        )

    return reply


def test_a_record_holds_its_list_item_and_its_detail(crawl: Crawl, serve: Serve) -> None:
    server = serve(detail_or(set(), calls([]), count=1))

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", DETAIL))

    assert crawled.keys == ["C1"]
    assert json.loads(crawled.records[0].payload) == {
        "item": {"id": 1},
        "detail": {"code": "C1", "lang": "es"},
    }


@pytest.mark.parametrize(
    "answer",
    [Answer(b"<html>error</html>", 500, "text/html"), Answer(b"<html>error</html>"), Answer(b'{"cut": ')],
    ids=["HTTP 500", "html", "cut"],
)
def test_one_broken_detail_does_not_stop_the_run(answer: Answer, crawl: Crawl, serve: Serve) -> None:
    server = serve(detail_or({"9"}, answer))

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", DETAIL))

    assert crawled.outcome.complete
    assert crawled.outcome.records == 60
    without = next(record for record in crawled.records if record.native_id == "9")
    assert json.loads(without.payload) == {"item": {"id": 9}, "detail": None}


def test_many_broken_details_fail_the_run(crawl: Crawl, serve: Serve) -> None:
    server = serve(detail_or({"9", "10"}, Answer(b"<html>error</html>")))

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", DETAIL))

    assert crawled.outcome.problems == ("the details of 2 of 60 records could not be had",)


def test_two_connections_keep_the_pace_the_publisher_asked_for(crawl: Crawl, serve: Serve) -> None:
    moments: list[float] = []
    answer = detail_or(set(), calls([]), count=10)

    def reply(asked: Asked) -> Answer:
        moments.append(time.monotonic())
        return answer(asked)

    server = serve(reply)

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", DETAIL, delay_s=0.11, concurrency=2))

    assert crawled.outcome.records == 10
    assert moments[-1] - moments[1] >= 0.105 * (len(moments) - 2)


def test_an_item_listed_twice_is_asked_once(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda asked: calls([1, 1]) if asked.path == "/calls" else as_json({"code": "C1"}))

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", DETAIL))

    assert crawled.keys == ["C1"]
    assert [asked.path for asked in asked_for(server)] == ["/calls", "/call"]


def test_records_are_stamped_with_the_clock_of_the_run(crawl: Crawl, serve: Serve) -> None:
    server = serve(lambda _asked: calls([1]))

    crawled = crawl(a_source("json_api", f"{server.origin}/xx", BASE))

    assert crawled.records[0].fetched_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
