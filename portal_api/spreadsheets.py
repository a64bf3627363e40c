"""Calls as tables: CSV (RFC 4180) and XLSX. No cell is ever a formula or a link."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import xlsxwriter

from normalize.call import Call, Deadline, Money
from portal_api import presenting
from portal_api.frames import Frame

CELL_MAX = 32_767
"""Characters a cell of a spreadsheet can hold."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Signs with which a cell is taken for a formula; some locales read the wide ones as the narrow ones."""
_DIGITS_MAX = 15
"""Digits a number of a spreadsheet holds exactly."""
Cell = str | Decimal | date | int | None
Column = Callable[[Call, Frame], Cell]


def _money(name: str) -> Column:
    def amount(call: Call, frame: Frame) -> Cell:
        money: Money | None = getattr(call, name)
        return money.amount if money else None

    return amount


def _fact(name: str) -> Column:
    def fact(call: Call, frame: Frame) -> Cell:
        value: Cell = getattr(call, name)
        return value

    return fact


def _words(name: str) -> Column:
    return lambda call, frame: " ".join(getattr(call, name))


def _moment(name: str) -> Column:
    def moment(call: Call, frame: Frame) -> Cell:
        at: datetime | None = getattr(call, name)
        return at.isoformat() if at else None

    return moment


def _next(call: Call, frame: Frame) -> Deadline | None:
    return call.next_deadline_at(frame.now)


def _next_deadline(call: Call, frame: Frame) -> Cell:
    """Return a day without an hour where the source stated none, else the moment in UTC."""
    return _stated(_next(call, frame))


def _stated(deadline: Deadline | None) -> str | None:
    if deadline is None:
        return None
    if deadline.at is None:
        return "until funds end"
    return _day(deadline).isoformat() if deadline.precision == "day" else deadline.at.isoformat()


def _day(deadline: Deadline) -> date:
    assert deadline.at is not None, "only dated deadlines have a day"
    return deadline.at.astimezone(ZoneInfo(deadline.zone)).date()


def _next_day(call: Call, frame: Frame) -> Cell:
    following = _next(call, frame)
    return _day(following) if following and following.at else None


def _next_time(call: Call, frame: Frame) -> Cell:
    following = _next(call, frame)
    if following is None or following.at is None or following.precision == "day":
        return None
    return f"{following.at.astimezone(ZoneInfo(following.zone)):%H:%M} {following.zone}"


def _all_deadlines(call: Call, frame: Frame) -> Cell:
    return "; ".join(
        f"{presenting.KIND_WORDS[deadline.kind]}: {_stated(deadline)}" for deadline in call.deadlines
    )


def _currencies(call: Call, frame: Frame) -> Cell:
    amounts = (call.budget_total, call.grant_min, call.grant_max)
    return " ".join(dict.fromkeys(money.currency for money in amounts if money))


def _precision(call: Call, frame: Frame) -> Cell:
    following = _next(call, frame)
    return following.precision if following else None


COLUMNS: Mapping[str, Column] = {
    "id": _fact("id"),
    "title": _fact("title"),
    "status": lambda call, frame: call.status_at(frame.now),
    "next_deadline": _next_deadline,
    "deadline_precision": _precision,
    "opens_at": _moment("opens_at"),
    "level": _fact("level"),
    "countries": _words("countries"),
    "regions": _words("regions"),
    "funder": _fact("funder"),
    "programme": _fact("programme"),
    "call_identifier": _fact("call_identifier"),
    "applicants": _words("applicants"),
    "budget_total": _money("budget_total"),
    "grant_min": _money("grant_min"),
    "grant_max": _money("grant_max"),
    "currency": _currencies,
    "funding_rate_max": _fact("funding_rate_max"),
    "sectors": _words("sectors"),
    "areas": lambda call, frame: " ".join(dict.fromkeys(tag.area for tag in call.tags)),
    "seal": lambda call, frame: call.seal.state,
    "language": _fact("language"),
    "url": _fact("url"),
    "source": _fact("source_id"),
    "licence": _fact("licence"),
    # by choice
    "page": lambda call, frame: frame.link(call),
    "summary": _fact("summary"),
    "next_deadline_day": _next_day,
    "next_deadline_time": _next_time,
    "deadlines": _all_deadlines,
    "deadline_note": _fact("deadline_note"),
    "destination": _fact("destination"),
    "partnership": _fact("partnership"),
    "action_type": _fact("action_type"),
    "instrument": _words("instrument"),
    "keywords": lambda call, frame: ", ".join(call.keywords),
    "eligibility": _fact("eligibility"),
    "consortium": _fact("consortium"),
    "everywhere": lambda call, frame: "yes" if call.everywhere else "no",
    "cascade": lambda call, frame: "yes" if call.cascade else "no",
    "trl_min": _fact("trl_min"),
    "trl_max": _fact("trl_max"),
    "expected_grants": _fact("expected_grants"),
    "first_seen_at": _moment("first_seen_at"),
    "changed_at": _moment("changed_at"),
    "group_id": _fact("group_id"),
}
"""Columns there are: name -> what stands in it."""
USUAL: Sequence[str] = tuple(COLUMNS)[: tuple(COLUMNS).index("page")]
"""Columns of a table when none are chosen."""


def write_csv(calls: Iterable[Call], out: BinaryIO, frame: Frame) -> None:
    """Write UTF-8 with a byte order mark, or spreadsheets take it for Windows-1252."""
    names = frame.columns or USUAL
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(names)
    for call in calls:
        writer.writerow([inert(_text(COLUMNS[name](call, frame))) for name in names])
    text.detach()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def inert(cell: str) -> str:
    """Return a cell no spreadsheet takes for a formula: the sign that would start one is quoted."""
    # Blanks before it are dropped by some readers.
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell


def write_xlsx(calls: Iterable[Call], out: BinaryIO, frame: Frame) -> None:
    """Write one sheet: amounts are numbers and days are dates, everything else is text."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    names = frame.columns or USUAL
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": frame.title, "created": frame.now.astimezone(UTC).replace(tzinfo=None)})
        sheet = book.add_worksheet("Calls")
        bold, amount = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        sheet.freeze_panes(1, 1)
        for column, name in enumerate(names):
            sheet.set_column(column, column, 60 if name in ("title", "summary") else 16)
            sheet.write_string(0, column, name, bold)
        row = 0
        for row, call in enumerate(calls, start=1):
            for column, name in enumerate(names):
                _write_cell(sheet, row, column, COLUMNS[name](call, frame), amount)
        sheet.autofilter(0, 0, row, len(names) - 1)


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, amount: Any) -> None:  # noqa: ANN401 - no types there
    if isinstance(cell, Decimal | int) and len(_text(cell).replace(".", "")) <= _DIGITS_MAX:
        sheet.write_number(
            row, column, float(cell), amount if isinstance(cell, Decimal) and cell > 1 else None
        )
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001 - a day
    elif cell:
        sheet.write_string(row, column, _text(cell)[:CELL_MAX])
