import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import feedparser
import icalendar
import openpyxl
import pytest
from fastapi.testclient import TestClient

from normalize.call import Call
from portal_api.exports import COLUMNS, FORMATS, write_export
from tests.calls import call, deadline
from tests.conftest import NOW
from tests.portal_api.conftest import CLOSED, HOSTILE, HYDROGEN, ODD_ID, SHELF, WITHDRAWN

URL = "https://portal.example"


def written(form: str, *calls: Call) -> bytes:
    out = io.BytesIO()
    write_export(form, iter(calls), out, now=NOW, public_url=URL + "/")
    return out.getvalue()


def test_json_lines_hold_the_schema_one_call_a_line() -> None:
    lines = [json.loads(line) for line in written("jsonl", HYDROGEN, CLOSED).splitlines()]

    assert [(line["id"], line["status"]) for line in lines] == [("eu_ft:1", "open"), ("es_bdns:4", "closed")]
    assert lines[0]["next_deadline"]["at"] == "2026-12-04T16:00:00Z"
    schema = {name: value for name, value in lines[0].items() if name not in ("status", "next_deadline")}
    assert Call.model_validate(schema) == HYDROGEN


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_holds_a_row_a_call() -> None:
    (row,) = rows(written("csv", HYDROGEN))

    assert row["title"] == HYDROGEN.title
    assert (row["next_deadline"], row["deadline_precision"]) == ("2026-12-04T16:00:00+00:00", "minute")
    assert (row["budget_total"], row["grant_min"], row["grant_max"], row["currency"]) == (
        "18000000", "4000000", "6000000", "EUR",
    )  # fmt: skip
    assert row["areas"] == "clean.hydrogen"


def test_csv_states_no_hour_where_the_source_states_none() -> None:
    (row,) = rows(written("csv", HOSTILE))

    assert (row["next_deadline"], row["deadline_precision"]) == ("2026-12-10", "day")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_csv_can_be_a_formula(start: str) -> None:
    (row,) = rows(written("csv", call(1, title=f"{start}1+1", funder=f"{start}cmd|'/c calc'!A0")))

    assert row["title"] == f"'{start}1+1"
    assert row["funder"].startswith("'")


def test_csv_starts_with_a_mark_that_tells_spreadsheets_it_is_utf8() -> None:
    assert written("csv").startswith(b"\xef\xbb\xbfid,title,")


def sheet(data: bytes) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    try:
        return [tuple(cell.value for cell in row) for row in book.active.iter_rows()]
    finally:
        book.close()


def test_a_workbook_holds_a_row_a_call() -> None:
    head, first, second = sheet(written("xlsx", HYDROGEN, HOSTILE))

    assert head == tuple(COLUMNS)
    assert first[:3] == ("eu_ft:1", HYDROGEN.title, "open")
    assert second[head.index("funder")] == HOSTILE.funder


def test_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", HOSTILE, call(1, title="=1+1"))))

    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    book.close()
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]


def test_a_workbook_takes_texts_longer_than_a_cell_and_characters_no_xml_has() -> None:
    (_, first) = sheet(written("xlsx", call(1, title="x" * 40_000, funder="a\x0bb")))

    assert len(str(first[1])) == 32_767


def events(data: bytes) -> list[Any]:
    """Return the events; icalendar types every property as a union of 30."""
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def test_a_calendar_holds_an_event_a_deadline_in_utc() -> None:
    first, second = events(written("ics", HYDROGEN))

    assert first["DTSTART"].dt == datetime(2026, 11, 1, 16, tzinfo=NOW.tzinfo)
    assert second["DTSTART"].to_ical() == b"20261204T160000Z"
    assert second["SUMMARY"] == f"Cut-off: {HYDROGEN.title}"
    assert second["URL"] == f"{URL}/calls/eu_ft:1"


def test_a_deadline_without_an_hour_is_a_whole_day() -> None:
    (event,) = events(written("ics", HOSTILE))

    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 10), date(2026, 12, 11))


def test_a_moved_deadline_replaces_its_event() -> None:
    moved = HOSTILE.model_copy(update={"deadlines": (deadline(NOW),), "revision": 2})

    (before,), (after,) = events(written("ics", HOSTILE)), events(written("ics", moved))

    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)


def test_each_event_has_its_own_name() -> None:
    uids = [event["UID"] for event in events(written("ics", *SHELF))]

    assert len(uids) == len(set(uids)) == sum(one.at is not None for c in SHELF for one in c.deadlines)


def test_a_withdrawn_call_is_cancelled() -> None:
    assert events(written("ics", WITHDRAWN))[0]["STATUS"] == "CANCELLED"


def test_no_text_breaks_out_of_its_event() -> None:
    trap = call(1, title="a\nEND:VEVENT\nBEGIN:VALARM; , \\ x" + "é" * 80)

    (event,) = events(written("ics", trap))

    assert event["SUMMARY"] == f"Deadline: {trap.title}"
    assert max(len(line) for line in written("ics", trap).split(b"\r\n")) <= 75


def test_an_open_ended_call_makes_no_event() -> None:
    assert events(written("ics", ODD_ID)) == []


def test_a_feed_is_read_by_readers() -> None:
    feed = feedparser.parse(written("atom", HYDROGEN, HOSTILE, ODD_ID))

    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.entries[0].title == HYDROGEN.title
    assert feed.entries[0].id == feed.entries[0].link == f"{URL}/calls/eu_ft:1"
    assert "Friday 4 December 2026, 17:00 Brussels time" in feed.entries[0].summary
    assert feed.entries[0].tags[0].term == "clean.hydrogen"
    assert len({entry.id for entry in feed.entries}) == 3


def test_a_feed_drops_what_xml_cannot_hold() -> None:
    feed = feedparser.parse(written("atom", call(1, title="a\x00b\x0bc\ufffe & <d>")))

    assert not feed.bozo
    assert "abc" in feed.entries[0].title


def shelf(count: int) -> Iterator[Call]:
    for number in range(count):
        yield call(number, description="<p>" + "long text " * 300 + "</p>")


class Nowhere(io.RawIOBase):
    """A stream that keeps nothing."""

    def write(self, data: Any) -> int:  # noqa: ANN401 - bytes-like
        return len(data)

    def writable(self) -> bool:
        return True


@pytest.mark.parametrize("form", ["jsonl", "csv", "ics", "atom"])
def test_memory_stays_flat(form: str) -> None:
    write_export(form, shelf(1), Nowhere(), now=NOW, public_url=URL)  # type: ignore[arg-type]  # warm caches
    tracemalloc.start()

    write_export(form, shelf(600), Nowhere(), now=NOW, public_url=URL)  # type: ignore[arg-type]  # a raw stream
    (_, most) = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 300_000  # bytes; the texts alone are 1.8 million


@pytest.mark.parametrize("form", list(FORMATS))
def test_an_export_of_nothing_is_still_a_whole_file(form: str) -> None:
    data = written(form)

    readers = {"jsonl": bytes.splitlines, "csv": rows, "xlsx": sheet, "ics": events, "atom": feedparser.parse}
    assert readers[form](data) is not None
    assert data or form == "jsonl"


@pytest.mark.parametrize("form", list(FORMATS))
def test_the_api_exports_everything_a_search_finds(client: TestClient, form: str) -> None:
    answer = client.get(f"/api/v1/export?format={form}&source=es_bdns")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == FORMATS[form][1]
    assert answer.headers["content-disposition"] == f'attachment; filename="calls-2026-11-24.{form}"'
    counts: dict[str, Any] = {
        "jsonl": lambda data: len(data.splitlines()),
        "csv": lambda data: len(rows(data)),
        "xlsx": lambda data: len(sheet(data)) - 1,
        "ics": lambda data: len(events(data)) + 1,  # one call has no date
        "atom": lambda data: len(feedparser.parse(data).entries),
    }
    assert counts[form](answer.content) == 29


def test_an_export_keeps_the_order_of_the_search(client: TestClient) -> None:
    lines = client.get("/api/v1/export?status=open").content.splitlines()
    listed = client.get("/api/v1/calls?status=open&limit=100").json()["hits"]

    assert [json.loads(line)["id"] for line in lines] == [hit["call"]["id"] for hit in listed]
