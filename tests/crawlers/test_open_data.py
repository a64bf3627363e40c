"""WordPress, Plone, Socrata and published tables: every page read, the end known, anything odd said."""

import io
from collections.abc import Callable

import openpyxl
import pytest

from config.sources import Source
from crawlers.protocols import plone, socrata, wordpress
from jobs.demo.server import Asked, LoopbackServer
from jobs.demo.wires import Answer, as_json, not_found
from tests.crawlers.conftest import Crawl, Serve, a_source, asked_for, is_robots


def open_to_robots(serve: Serve, reply: Callable[[Asked], Answer]) -> LoopbackServer:
    return serve(lambda asked: not_found() if is_robots(asked) else reply(asked))


HTML = Answer(b"<!doctype html><title>Log in</title>", media_type="text/html")
ROWS = [{"id": number, "UID": f"u{number}", "title": f"Call {number}"} for number in range(7)]
CSV = "STATO;Nome;Apre\naperto;Uno;1/2/2027\n;;\naperto;Due;2/2/2027\n"


def blog(server: LoopbackServer) -> Source:
    return a_source("wordpress", f"{server.origin}/xx", {"rest_base": "bandi", "params": {"categories": "3"}})


def site(server: LoopbackServer) -> Source:
    return a_source("plone", f"{server.origin}/xx", {"portal_type": "Bando"})


def register(server: LoopbackServer) -> Source:
    return a_source(
        "socrata", server.origin, {"dataset": "abcd-1234", "native_id": "UID", "where": "year > 2025"}
    )


def sheet(server: LoopbackServer, **changed: object) -> Source:
    request = {"columns": ["STATO"], "key": ["Nome", "Apre"], "delimiter": ";"}
    return a_source("table", f"{server.origin}/xx/file", request | changed)


def posts(asked: Asked) -> Answer:
    page = int(asked.params["page"])
    if (page - 1) * 3 >= len(ROWS):
        return as_json({"code": "rest_post_invalid_page_number"}, 400)
    return as_json(ROWS[(page - 1) * 3 : page * 3])


def test_posts_are_read_to_the_page_that_is_not_there(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wordpress, "PAGE", 3)
    server = open_to_robots(serve, lambda asked: posts(asked))

    crawled = crawl(blog(server))

    assert crawled.outcome.complete
    assert sorted(crawled.keys) == [str(number) for number in range(7)]
    assert {asked.params["categories"] for asked in asked_for(server)} == {"3"}


def test_the_headers_say_how_many_posts_and_pages_there_are(crawl: Crawl, serve: Serve) -> None:
    headers = (("X-WP-Total", "7"), ("X-WP-TotalPages", "1"))
    server = open_to_robots(serve, lambda _: Answer(as_json(ROWS).body, headers=headers))

    crawled = crawl(blog(server))

    assert (crawled.outcome.complete, crawled.outcome.reported_total) == (True, 7)
    assert len(asked_for(server)) == 1


def test_a_refused_parameter_is_no_end(crawl: Crawl, serve: Serve) -> None:
    server = open_to_robots(serve, lambda _: as_json({"code": "rest_invalid_param"}, 400))

    assert "rest_invalid_param" in crawl(blog(server)).outcome.problems[0]


def batch(asked: Asked) -> Answer:
    start = int(asked.params.get("b_start", "0"))
    document: dict[str, object] = {"items": ROWS[start : start + 3], "items_total": 7}
    if start + 3 < 7:
        document["batching"] = {"next": f"{asked.origin}{asked.path}?portal_type=Bando&b_start={start + 3}"}
    return as_json(document)


def test_the_next_batch_is_asked_for_word_by_word(crawl: Crawl, serve: Serve) -> None:
    server = open_to_robots(serve, batch)

    crawled = crawl(site(server))

    assert crawled.outcome.complete
    assert (crawled.outcome.records, crawled.outcome.reported_total) == (7, 7)
    assert asked_for(server)[1].params == {"portal_type": "Bando", "b_start": "3"}


def test_a_next_batch_on_another_host_is_not_followed(crawl: Crawl, serve: Serve) -> None:
    document = {"items": ROWS, "batching": {"next": "https://elsewhere.example/@search"}}
    server = open_to_robots(serve, lambda _: as_json(document))

    assert "another host" in crawl(site(server)).outcome.problems[0]


def rows(asked: Asked) -> Answer:
    if "$select" in asked.params:
        return as_json([{"count": "7"}])
    offset, limit = int(asked.params["$offset"]), int(asked.params["$limit"])
    return as_json(ROWS[offset : offset + limit])


def test_rows_are_counted_and_read_in_a_stated_order(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socrata, "PAGE", 3)
    server = open_to_robots(serve, rows)

    crawled = crawl(register(server))

    assert crawled.outcome.complete
    assert (crawled.outcome.records, crawled.outcome.reported_total) == (7, 7)
    assert {asked.params["$where"] for asked in asked_for(server)} == {"year > 2025"}
    assert {asked.params["$order"] for asked in asked_for(server)[1:]} == {":id"}


def test_only_rows_since_a_day_that_moves_with_the_run_are_asked_for(crawl: Crawl, serve: Serve) -> None:
    server = open_to_robots(serve, rows)
    request = {
        "dataset": "abcd-1234",
        "native_id": "UID",
        "where": "day >= '{since}'",
        "look_back_days": 30,
    }

    assert crawl(a_source("socrata", server.origin, request)).outcome.complete
    # The run's clock says 24 November 2026.
    assert {asked.params["$where"] for asked in asked_for(server)} == {"day >= '2026-10-25'"}


def test_a_register_that_ends_before_its_count_is_said(crawl: Crawl, serve: Serve) -> None:
    server = open_to_robots(
        serve, lambda asked: as_json([{"count": "900"}]) if "$select" in asked.params else rows(asked)
    )

    assert not crawl(register(server)).outcome.complete


@pytest.mark.parametrize("source", [blog, site, register, sheet])
def test_a_login_page_is_no_list(
    crawl: Crawl, serve: Serve, source: Callable[[LoopbackServer], Source]
) -> None:
    server = open_to_robots(serve, lambda _: HTML)

    assert "HTML instead of" in crawl(source(server)).outcome.problems[0]


@pytest.mark.parametrize("source", [blog, site, register])
@pytest.mark.parametrize("answer", [as_json({"message": "no"}), as_json([1, 2]), Answer(b'[{"id": 1')])
def test_another_shape_is_said(
    crawl: Crawl, serve: Serve, source: Callable[[LoopbackServer], Source], answer: Answer
) -> None:
    server = open_to_robots(serve, lambda _: answer)

    assert crawl(source(server)).outcome.problems


@pytest.mark.parametrize("module", [wordpress, plone])
def test_pages_that_repeat_for_ever_end_the_run(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch, module: object
) -> None:
    monkeypatch.setattr(wordpress, "PAGE", 7)

    def again(asked: Asked) -> Answer:
        if module is wordpress:
            return as_json(ROWS)
        following = (
            f"{asked.origin}{asked.path}?b_start={len(asked.params)}&again={asked.params.get('again', '')}x"
        )
        return as_json({"items": ROWS, "batching": {"next": following}})

    server = open_to_robots(serve, again)
    source = blog(server) if module is wordpress else site(server)

    assert "the pages repeat" in crawl(source).outcome.problems[0]


def test_a_csv_is_read_by_its_header_and_empty_lines_are_none(crawl: Crawl, serve: Serve) -> None:
    server = open_to_robots(serve, lambda _: Answer(b"\xef\xbb\xbf" + CSV.encode(), media_type="text/csv"))

    crawled = crawl(sheet(server))

    assert crawled.outcome.complete
    assert crawled.outcome.records == 2
    assert len({key for key in crawled.keys if len(key) == 20}) == 2


def test_a_csv_in_another_encoding_is_read_as_declared(crawl: Crawl, serve: Serve) -> None:
    server = open_to_robots(
        serve, lambda _: Answer("STATO;Nome;Apre\naperto;Città;1\n".encode("cp1252"), media_type="text/csv")
    )

    assert "not utf-8-sig" in crawl(sheet(server)).outcome.problems[0]
    assert crawl(sheet(server, encoding="cp1252", key=["Nome"])).keys == ["Città"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Stato;Nome;Apre\naperto;Uno;1\n", "the column 'STATO' is gone"),
        ("", "is gone"),
        ("STATO;Nome;Apre\naperto;Uno;1;too;many\n", "line 2 has more cells"),
        ('STATO;Nome;Apre\naperto;"Uno;1\n', "no CSV"),
    ],
)
def test_a_csv_of_another_form_is_said(crawl: Crawl, serve: Serve, body: str, words: str) -> None:
    server = open_to_robots(serve, lambda _: Answer(body.encode(), media_type="text/csv"))

    assert words in crawl(sheet(server)).outcome.problems[0]


def test_a_workbook_is_read_like_a_csv(crawl: Crawl, serve: Serve) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (("STATO", "Nome", "Apre"), ("aperto", "Uno", "1/2/2027"), ("aperto", "Due", None)):
        page.append(row)
    file = io.BytesIO()
    book.save(file)
    server = open_to_robots(serve, lambda _: Answer(file.getvalue(), media_type="application/octet-stream"))

    assert crawl(sheet(server, form="xlsx", key=["Nome"])).keys == ["Uno", "Due"]
    assert "no such workbook or sheet" in crawl(sheet(server, form="xlsx", sheet="Altro")).outcome.problems[0]
    assert (
        "no such workbook or sheet"
        in crawl(sheet(open_to_robots(serve, lambda _: HTML), form="xlsx")).outcome.problems[0]
    )
