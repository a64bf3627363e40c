import csv
import io
from typing import Any

import openpyxl
import pytest

from portal_api.spreadsheets import COLUMNS, USUAL
from tests.calls import call, deadline, euros
from tests.conftest import NOW
from tests.portal_api.conftest import HOSTILE, HYDROGEN, ODD_ID, SHELF
from tests.portal_api.frames import URL, written


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheet(data: bytes) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    try:
        return [tuple(cell.value for cell in row) for row in book.active.iter_rows()]
    finally:
        book.close()


def cells(data: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    try:
        return [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    finally:
        book.close()


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


FORMULAS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " =", "\u00a0@"]


@pytest.mark.parametrize("start", FORMULAS)
def test_no_cell_of_a_csv_can_be_a_formula(start: str) -> None:
    (row,) = rows(written("csv", call(1, title=f"{start}1+1", funder=f"{start}cmd|'/c calc'!A0")))

    assert row["title"] == f"'{start}1+1"
    assert row["funder"].startswith("'")


def test_csv_starts_with_a_mark_that_tells_spreadsheets_it_is_utf8() -> None:
    assert written("csv").startswith(b"\xef\xbb\xbfid,title,")


def test_a_workbook_holds_a_row_a_call() -> None:
    head, first, second = sheet(written("xlsx", HYDROGEN, HOSTILE))

    assert head == tuple(USUAL)
    assert first[:3] == ("eu_ft:1", HYDROGEN.title, "open")
    assert first[head.index("budget_total")] == 18_000_000
    assert second[head.index("funder")] == HOSTILE.funder


@pytest.mark.parametrize("start", FORMULAS)
def test_no_cell_of_a_workbook_is_a_formula_or_a_link(start: str) -> None:
    found = cells(written("xlsx", HYDROGEN, HOSTILE, call(1, title=f"{start}1+1"), columns=list(COLUMNS)))

    assert {cell.data_type for cell in found} == {"s", "n", "d"}
    assert not [cell for cell in found if cell.hyperlink]


def test_days_are_dates_and_say_no_hour() -> None:
    columns = ["id", "next_deadline_day", "next_deadline_time"]
    _, minute, day, none = sheet(written("xlsx", HYDROGEN, HOSTILE, ODD_ID, columns=columns))

    assert (minute[1].isoformat(), minute[2]) == ("2026-12-04T00:00:00", "17:00 Europe/Brussels")
    assert (day[1].isoformat(), day[2]) == ("2026-12-10T00:00:00", None)
    assert none[1:] == (None, None)


def test_an_amount_no_spreadsheet_holds_exactly_is_text() -> None:
    dear = call(1, budget_total=euros("9007199254740993.01"), grant_max=euros("0.10"))

    _, row = sheet(written("xlsx", dear, columns=["budget_total", "grant_max"]))

    assert row == ("9007199254740993.01", 0.1)


def test_a_workbook_takes_texts_longer_than_a_cell_and_characters_no_xml_has() -> None:
    (_, first) = sheet(written("xlsx", call(1, title="x" * 40_000, funder="a\x0bb")))

    assert len(str(first[1])) == 32_767


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_columns_can_be_chosen_and_ordered(form: str) -> None:
    data = written(form, HYDROGEN, columns=["page", "deadlines", "id"])

    head, row = sheet(data) if form == "xlsx" else list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert tuple(head) == ("page", "deadlines", "id")
    assert tuple(row) == (
        f"{URL}/calls/eu_ft:1",
        "Cut-off: 2026-11-01T16:00:00+00:00; Cut-off: 2026-12-04T16:00:00+00:00",
        "eu_ft:1",
    )


def test_every_column_can_be_written_of_every_call() -> None:
    open_ended = call(1, deadlines=(deadline(None, kind="continuous"),), first_seen_at=NOW)

    data = written("csv", *SHELF, open_ended, columns=list(COLUMNS))

    assert len(rows(data)) == len(SHELF) + 1
    assert rows(data)[-1]["deadlines"] == "Open until funds end: until funds end"
