"""CKAN and Solr: every page read, the file found where it lies today, anything odd said."""

from collections.abc import Callable
from typing import Any

import pytest

from config.errors import ConfigError
from config.settings import Settings
from config.sources import Source
from crawlers.configuration import check_request
from crawlers.protocols import ckan, solr
from jobs.demo.server import Asked, LoopbackServer
from jobs.demo.wires import Answer, as_json, not_found
from tests.crawlers.conftest import Crawl, Serve, a_source, asked_for, is_robots

DOCS: list[dict[str, Any]] = [{"ID": str(number), "Title": f"Call {number}"} for number in range(7)]
CSV = "Nome,Apre\nUno,1/2/2027\nDue,2/2/2027\n"


def open_to_robots(serve: Serve, reply: Callable[[Asked], Answer]) -> LoopbackServer:
    return serve(lambda asked: not_found() if is_robots(asked) else reply(asked))


def catalogue(server: LoopbackServer) -> Source:
    request = {"sort": "id asc", "query": "kind:call", "aliases": {"ID": "zs_id"}, "native_id": "ID"}
    return a_source("solr", f"{server.origin}/xx/solr/core", request)


def selected(asked: Asked) -> Answer:
    start, rows = int(asked.params["start"]), int(asked.params["rows"])
    return as_json({"response": {"numFound": 7, "start": start, "docs": DOCS[start : start + rows]}})


def test_solr_is_read_to_the_last_document(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solr, "PAGE", 3)
    server = open_to_robots(serve, selected)

    crawled = crawl(catalogue(server))

    assert crawled.outcome.complete
    assert sorted(crawled.keys) == [str(number) for number in range(7)]
    asked = asked_for(server)
    assert {one.params["fl"] for one in asked} == {"ID:zs_id"}
    assert [one.params["start"] for one in asked] == ["0", "3", "6"]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"response": {"numFound": 7, "docs": []}}, "7 records promised, none from 0 on"),
        ({"response": {"docs": DOCS}}, "no `response.numFound`"),
        ({"error": {"msg": "undefined field"}}, "no `response.docs`"),
        ([], "no `response.docs`"),
    ],
)
def test_solr_without_documents_says_so(crawl: Crawl, serve: Serve, document: object, words: str) -> None:
    server = open_to_robots(serve, lambda _: as_json(document))

    assert words in crawl(catalogue(server)).outcome.problems[0]


def test_solr_that_repeats_its_first_page_is_stopped(
    crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solr, "PAGE", 3)
    server = open_to_robots(serve, lambda _: as_json({"response": {"numFound": 700, "docs": DOCS[:3]}}))

    assert "the pages repeat" in crawl(catalogue(server)).outcome.problems[0]


def rows(server: LoopbackServer) -> Source:
    return a_source("ckan", f"{server.origin}/xx", {"resource": "r-1", "native_id": "ID"})


def data_set(server: LoopbackServer, **file: object) -> Source:
    request = {"package": "calls", "file": {"columns": ["Nome"], "key": ["Nome"]} | file}
    return a_source("ckan", f"{server.origin}/xx", request)


def test_rows_are_paged_by_how_many_came(crawl: Crawl, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server lowers a limit above its own without a word."""
    monkeypatch.setattr(ckan, "PAGE", 5)

    def reply(asked: Asked) -> Answer:
        offset = int(asked.params["offset"])
        return as_json({"success": True, "result": {"total": 7, "records": DOCS[offset : offset + 2]}})

    server = open_to_robots(serve, reply)

    crawled = crawl(rows(server))

    assert crawled.outcome.complete
    assert len(crawled.keys) == 7
    assert [asked.params["offset"] for asked in asked_for(server)] == ["0", "2", "4", "6"]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"success": False, "error": {"message": "Not found"}}, "no `result` of an action that succeeded"),
        ({"success": True, "result": {"total": 7, "records": []}}, "7 records promised, none from 0 on"),
        ({"success": True, "result": {"records": DOCS}}, "no `records` and `total`"),
    ],
)
def test_rows_that_do_not_come_are_said_in_words(
    crawl: Crawl, serve: Serve, document: object, words: str
) -> None:
    server = open_to_robots(serve, lambda _: as_json(document))

    assert words in crawl(rows(server)).outcome.problems[0]


def package(*resources: dict[str, str]) -> Callable[[Asked], Answer]:
    def reply(asked: Asked) -> Answer:
        if asked.path.endswith("/package_show"):
            return as_json({"success": True, "result": {"resources": list(resources)}})
        return Answer(CSV.encode(), media_type="text/csv") if asked.path == "/today.csv" else not_found()

    return reply


def test_the_file_is_read_where_the_data_set_says_it_lies(crawl: Crawl, serve: Serve) -> None:
    server = open_to_robots(
        serve, package({"format": "PDF", "url": "/x.pdf"}, {"format": "CSV", "url": "/xx/today.csv"})
    )

    crawled = crawl(data_set(server))

    assert crawled.outcome.complete
    assert crawled.keys == ["Uno", "Due"]


@pytest.mark.parametrize("count", [0, 2])
def test_no_file_or_two_are_a_question_for_a_person(crawl: Crawl, serve: Serve, count: int) -> None:
    server = open_to_robots(serve, package(*[{"format": "CSV", "url": "/xx/today.csv"}] * count))

    assert (
        f"{count} resources of the form 'csv', one is needed" in crawl(data_set(server)).outcome.problems[0]
    )


def test_a_file_without_its_column_says_which(crawl: Crawl, serve: Serve) -> None:
    server = open_to_robots(serve, package({"format": "CSV", "url": "/xx/today.csv"}))

    assert "the column 'Chiude' is gone" in crawl(data_set(server, columns=["Chiude"])).outcome.problems[0]


def test_an_entry_that_says_both_ways_is_refused() -> None:
    both = a_source("ckan", "https://data.example.org", {"package": "calls", "resource": "r-1"})

    with pytest.raises(ConfigError, match="give either `package` and `file`"):
        check_request(both, Settings().sources)
