import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import feedparser
import pytest
from fastapi.testclient import TestClient

from normalize.call import Call
from portal_api.exports import FORMATS, write_export
from portal_api.spreadsheets import COLUMNS
from tests.calls import call
from tests.portal_api.conftest import CLOSED, HYDROGEN, ODD_ID, SHELF
from tests.portal_api.frames import URL, frame, written
from tests.portal_api.test_calendars import events
from tests.portal_api.test_spreadsheets import rows, sheet


def test_json_lines_hold_the_schema_one_call_a_line() -> None:
    lines = [json.loads(line) for line in written("jsonl", HYDROGEN, CLOSED).splitlines()]

    assert [(line["id"], line["status"]) for line in lines] == [("eu_ft:1", "open"), ("es_bdns:4", "closed")]
    assert lines[0]["next_deadline"]["at"] == "2026-12-04T16:00:00Z"
    schema = {name: value for name, value in lines[0].items() if name not in ("status", "next_deadline")}
    assert Call.model_validate(schema) == HYDROGEN


def test_json_is_one_document_that_says_what_it_is() -> None:
    document = json.loads(written("json", HYDROGEN, CLOSED))

    assert document["title"] == "Funding calls: hydrogen"
    assert (document["page"], document["as_of"]) == (f"{URL}/?q=hydrogen", "2026-11-24T13:00:00+00:00")
    assert [one["id"] for one in document["calls"]] == [HYDROGEN.id, CLOSED.id]


def shelf(count: int) -> Iterator[Call]:
    for number in range(count):
        yield call(number, description="<p>" + "long text " * 300 + "</p>")


class Nowhere(io.RawIOBase):
    """A stream that keeps nothing."""

    def write(self, data: Any) -> int:  # noqa: ANN401 - bytes-like
        return len(data)

    def writable(self) -> bool:
        return True


@pytest.mark.parametrize("form", ["jsonl", "json", "csv", "ics", "atom"])
def test_memory_stays_flat(form: str) -> None:
    write_export(form, shelf(1), Nowhere(), frame())  # type: ignore[arg-type]  # a raw stream; warms caches
    tracemalloc.start()

    write_export(form, shelf(600), Nowhere(), frame())  # type: ignore[arg-type]  # a raw stream
    (_, most) = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # Bytes. The texts alone are 1.8 million; calls are held 50 at a time where events are needed.
    assert most < 600_000


READERS: dict[str, Any] = {
    "jsonl": bytes.splitlines,
    "json": lambda data: json.loads(data)["calls"],
    "csv": rows,
    "xlsx": lambda data: sheet(data)[1:],
    "ics": events,
    "atom": lambda data: feedparser.parse(data).entries,
}


@pytest.mark.parametrize("form", list(FORMATS))
def test_an_export_of_nothing_is_still_a_whole_file(form: str) -> None:
    assert not READERS[form](written(form))


@pytest.mark.parametrize("form", list(FORMATS))
def test_the_api_exports_everything_a_search_finds(client: TestClient, form: str) -> None:
    answer = client.get(f"/api/v1/export?format={form}&source=es_bdns")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == FORMATS[form][1]
    assert answer.headers["content-disposition"] == f'attachment; filename="calls-2026-11-24.{form}"'
    without_date = 1 if form == "ics" else 0
    assert len(READERS[form](answer.content)) == 29 - without_date


def exported(client: TestClient, query: str) -> list[str]:
    answer = client.get(f"/api/v1/export?{query}")
    assert answer.status_code == 200, answer.text
    return [json.loads(line)["id"] for line in answer.content.splitlines()]


def test_an_export_keeps_the_order_of_the_search(client: TestClient) -> None:
    listed = client.get("/api/v1/calls?status=open&limit=100").json()["hits"]

    assert exported(client, "status=open") == [hit["call"]["id"] for hit in listed]


def test_an_export_of_everything_misses_nothing(client: TestClient) -> None:
    assert sorted(exported(client, "")) == sorted(one.id for one in SHELF)


def test_a_shortlist_is_exported_in_its_own_order(client: TestClient) -> None:
    chosen = ["eu_ft:5", "eu_ft:1", ODD_ID.id, "eu_ft:5"]

    answer = client.get("/api/v1/export", params={"id": chosen})

    assert [json.loads(line)["id"] for line in answer.content.splitlines()] == [
        "eu_ft:5",
        "eu_ft:1",
        ODD_ID.id,
    ]


def test_filters_narrow_a_shortlist(client: TestClient) -> None:
    assert exported(client, "id=eu_ft:5&id=eu_ft:1&sector=clean") == ["eu_ft:1"]


def test_columns_are_chosen_in_the_address(client: TestClient) -> None:
    answer = client.get("/api/v1/export?format=csv&id=eu_ft:1&columns=title,id&columns=page")

    assert rows(answer.content) == [
        {"title": HYDROGEN.title, "id": "eu_ft:1", "page": f"{URL}/calls/eu_ft:1"}
    ]


@pytest.mark.parametrize(
    ("query", "parameter", "says"),
    [
        ("&".join(f"id={number}" for number in range(501)), "id", "at most 500"),
        ("format=csv&columns=colour", "columns", "'colour' is none of id, title"),
        ("format=csv&columns=,", "columns", "'' is none of id, title"),
        ("format=pdf", "format", "Input should be"),
        ("sektor=x", "sektor", "no such parameter"),
    ],
)
def test_what_cannot_be_exported_is_said(client: TestClient, query: str, parameter: str, says: str) -> None:
    answer = client.get(f"/api/v1/export?{query}")

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["parameter"] == parameter
    assert says in answer.json()["detail"]


@pytest.mark.parametrize("call_id", ["eu_ft:none", "%00"])
def test_a_chosen_call_that_does_not_exist_is_not_left_out_silently(client: TestClient, call_id: str) -> None:
    answer = client.get(f"/api/v1/export?id=eu_ft:1&id={call_id}")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "there is no call" in answer.json()["detail"]


def test_every_column_there_is_can_be_asked_for(client: TestClient) -> None:
    answer = client.get(f"/api/v1/export?format=xlsx&columns={','.join(COLUMNS)}")

    assert sheet(answer.content)[0] == tuple(COLUMNS)
