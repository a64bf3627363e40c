from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from index.tantivy_schema import SCHEMA_VERSION
from portal_api.answering import HEADERS
from tests.portal_api.conftest import HYDROGEN, MANY, ODD_ID, SHELF, Served


def ask(client: TestClient, address: str) -> Any:  # noqa: ANN401 - JSON
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(document: dict[str, Any]) -> list[str]:
    return [hit["call"]["id"] for hit in document["hits"]]


def test_a_search_answers_with_hits_facets_and_highlights(client: TestClient) -> None:
    found = ask(client, "/api/v1/calls?q=hydrogen&sector=clean")

    assert ids(found) == ["eu_ft:1"]
    assert found["query"] == {"text": "hydrogen", "sector": ["clean"]}
    assert {"value": "clean", "count": 1, "selected": True} in found["facets"]["sector"]
    title = next(mark for mark in found["hits"][0]["highlights"] if mark["field"] == "title")
    assert [title["text"][span["start"] : span["end"]] for span in title["spans"]] == ["hydrogen"]


def test_a_call_is_the_schema_with_status_and_next_deadline(client: TestClient) -> None:
    document = ask(client, "/api/v1/calls/eu_ft:1")

    assert document["status"] == "open"
    assert document["next_deadline"]["at"] == "2026-12-04T16:00:00Z"
    assert document["budget_total"] == {"amount": "18000000", "currency": "EUR"}
    assert document["funding_rate_max"] == "0.7"
    assert set(document) == {*type(HYDROGEN).model_fields, "status", "next_deadline"}


def test_values_of_one_filter_are_alternatives(client: TestClient) -> None:
    found = ask(client, "/api/v1/calls?sector=clean&sector=digital")

    assert set(ids(found)) == {"eu_ft:1", "eu_ft:5"}


def test_deadline_before_is_the_last_day_of_the_next_deadline(client: TestClient) -> None:
    found = ask(client, "/api/v1/calls?deadline_before=2026-12-04")

    assert ids(found) == ["eu_ft:1"]


def test_pages_do_not_overlap(client: TestClient) -> None:
    pages = [ask(client, f"/api/v1/calls?sort=deadline&limit=10&offset={start}") for start in (0, 10, 20, 30)]

    found = [one for page in pages for one in ids(page)]
    assert len(found) == len(set(found)) == pages[0]["total"] == len(SHELF)


def test_facets_can_be_chosen(client: TestClient) -> None:
    assert set(ask(client, "/api/v1/calls?facets=sector,level")["facets"]) == {"sector", "level"}
    assert ask(client, "/api/v1/calls?facets=none")["facets"] == {}


def test_facets_alone(client: TestClient) -> None:
    counts = {item["value"]: item["count"] for item in ask(client, "/api/v1/facets?facets=source")["source"]}

    assert counts == {"es_bdns": 4 + len(MANY), "eu_ft": 2, "fr_idf_aides": 1}


def test_an_id_may_be_an_address(client: TestClient) -> None:
    document = ask(client, f"/api/v1/calls/{quote(ODD_ID.id, safe='')}")

    assert document["id"] == ODD_ID.id


def test_history_of_an_id_that_is_an_address(client: TestClient) -> None:
    (event,) = ask(client, f"/api/v1/calls/{quote(ODD_ID.id, safe='')}/history")

    assert (event["kind"], event["words"]) == ("new", "First seen here")


def test_sources_say_how_fresh_they_are(client: TestClient) -> None:
    sources = {source["id"]: source for source in ask(client, "/api/v1/sources")}

    assert sources["es_bdns"]["records"] == 4 + len(MANY)
    assert sources["es_bdns"]["health"] == "healthy"
    assert sources["es_bdns"]["age_hours"] == 0.0
    assert sources["pt_portugal2030"]["health"] == "never"
    assert sources["pt_portugal2030"]["age_hours"] is None


def test_the_taxonomy_names_what_the_filters_take(client: TestClient) -> None:
    document = ask(client, "/api/v1/taxonomy")

    hydrogen = next(area for area in document["areas"] if area["key"] == "clean.hydrogen")
    assert hydrogen["sector"] == "clean"
    assert {sector["key"] for sector in document["sectors"]} == {"digital", "clean", "bio", "defence"}


@pytest.mark.parametrize("path", ["/api/v1/calls?q=hydrogen", "/api/v1/calls/eu_ft:1", "/api/v1/facets"])
def test_what_has_not_changed_is_not_sent_again(client: TestClient, path: str) -> None:
    tag = client.get(path).headers["etag"]

    again = client.get(path, headers={"If-None-Match": f'"other", {tag}'})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("/api/v1/calls?sektor=clean", 422, "sektor"),
        ("/api/v1/calls?sector=steam", 422, "sector"),
        ("/api/v1/calls?limit=1000", 422, "limit"),
        ("/api/v1/calls?facets=colour", 422, "facets"),
        ("/api/v1/calls?facets=,", 422, "facets"),
        ("/api/v1/calls/eu_ft:1?verbose=1", 422, "verbose"),
        ("/api/v1/suggest?limit=9", 422, "limit"),
        ("/api/v1/suggest?offset=0", 422, "offset"),
        ("/api/v1/facets?q=" + "x" * 501, 422, "q"),
        ("/api/v1/sources?x=1", 422, "x"),
        ("/api/v1/export?format=pdf", 422, "format"),
        ("/api/v1/calls/eu_ft:nothing", 404, None),
        ("/api/v1/calls/eu_ft:nothing/history", 404, None),
        ("/api/v1/calls/%00", 404, None),
        ("/api/v1/nothing", 404, None),
    ],
)
def test_an_error_is_a_problem_that_names_its_cause(
    client: TestClient, path: str, status: int, parameter: str | None
) -> None:
    answer = client.get(path)

    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem.get("parameter")) == (status, status, parameter)
    assert problem["title"]
    assert problem["detail"]


def test_a_wrong_method_is_told_the_right_one(client: TestClient) -> None:
    answer = client.post("/api/v1/calls")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.headers["content-type"] == "application/problem+json"


def test_head_is_get_without_a_body(client: TestClient) -> None:
    head, get = client.head("/api/v1/calls?q=hydrogen"), client.get("/api/v1/calls?q=hydrogen")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


def test_every_answer_carries_the_safe_headers(client: TestClient) -> None:
    for path in ("/", "/api/v1/calls", "/static/portal.css", "/nothing", "/api/v1/calls?x=1"):
        answer = client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path


def test_long_answers_are_compressed(client: TestClient) -> None:
    answer = client.get("/api/v1/calls?limit=100", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) * 4 < len(answer.content)


def test_alive_and_ready(client: TestClient) -> None:
    assert ask(client, "/healthz") == {"status": "alive"}
    assert ask(client, "/readyz")["calls"] == len(SHELF)


def test_an_index_that_is_not_there_is_a_503_with_its_reason(empty: Served) -> None:
    # What a half-copied backup leaves: the name of a folder, and no folder.
    root = empty.portal.settings.data_dir / "index"
    root.mkdir()
    (root / "current").write_text(f"v{SCHEMA_VERSION}-999", "utf-8")

    for path in ("/api/v1/calls?q=x", "/readyz", "/api/v1/export?format=xlsx"):
        answer = empty.client.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30"), path
        assert answer.headers["content-type"] == "application/problem+json"
        assert "search is not available" in answer.json()["detail"]
    assert "search is not available" in empty.client.get("/").text


def test_a_lost_database_is_a_503(empty: Served) -> None:
    with empty.portal.db.write() as session:
        session.execute(text("DROP TABLE call"))

    answer = empty.client.get("/api/v1/calls/eu_ft:1")

    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")


def test_a_fault_of_ours_is_a_problem_that_tells_nothing(empty: Served) -> None:
    def broken() -> datetime:
        raise LookupError("secret path /etc")

    object.__setattr__(empty.portal, "clock", broken)
    answer = TestClient(empty.app, raise_server_exceptions=False).get("/api/v1/sources")

    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "secret" not in answer.text
