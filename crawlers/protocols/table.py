"""A table as one file: CSV or XLSX, published by an office or as a sheet.

Source: RFC 4180 for CSV; what differs (delimiter, encoding) is declared by the entry.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Literal, Self
from zipfile import BadZipFile

from pydantic import model_validator
from scrapy import Request
from scrapy.http import Response

from config.nuts import fold
from crawlers.spider import RequestFacts, SourceSpider, UnexpectedAnswer
from normalize.record import RawRecord

KEY = "_key"
"""Where a row's key stands when its columns hold none: a hash of those that name it."""
MORE = "_more"
"""Where the cells past the header stand, for a file that is known to print some."""
CELLS_MAX = 2_000_000


class TableFacts(RequestFacts):
    """The ``request`` table.

    Attributes:
        form: ``csv`` or ``xlsx``.
        encoding: Of a CSV; ``utf-8-sig`` takes a byte order mark away.
        delimiter: Of a CSV.
        sheet: Name of an XLSX sheet; the first one when not given.
        columns: Columns that must be there; a file without one of them has changed its form.
        key: Columns that together name a row; with ``called`` the first of them that the file has.
        called: Our name of a column -> what the publisher may call it, the likeliest first, for a file
            whose header was seen nowhere. ``columns``, ``key`` and the entry's fields then use our names;
            a column that no name fits keeps its own.
        more: Some rows have cells past the header; they are kept as one text at ``_more``. Otherwise a
            file with such a row is refused: its columns may have moved.
    """

    form: Literal["csv", "xlsx"] = "csv"
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    sheet: str | None = None
    columns: tuple[str, ...]
    key: tuple[str, ...]
    called: Mapping[str, tuple[str, ...]] = {}
    more: bool = False

    @model_validator(mode="after")
    def _names_are_ours(self) -> Self:
        unknown = [name for name in (*self.columns, *self.key) if self.called and name not in self.called]
        if unknown:
            raise ValueError(f"`called` does not say what {unknown[0]!r} may be called")
        return self


class TableSpider(SourceSpider):
    """Reads the whole file at once; it is small and has no pages."""

    facts_model = TableFacts

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the file."""
        yield Request(self.source.url, callback=self.parse_file, errback=self.failed)

    def parse_file(self, response: Response) -> Iterator[RawRecord]:
        """Yield a record a row, its cells as text by column name."""
        yield from file_records(self, response, self.facts(TableFacts))


def file_records(spider: SourceSpider, response: Response, facts: TableFacts) -> Iterator[RawRecord]:
    """Yield a record a row of a file that a spider got; a file that is none is a problem of its run."""
    try:
        records = table_records(response.body, facts)
    except UnexpectedAnswer as error:
        spider.run.problem(f"{error}: {response.url}")
        return
    spider.run.rows += len(records)
    spider.run.reported_total = len({record[KEY] for record in records})
    for record in records:
        yield spider.record(record[KEY], record, response.url)


def table_records(body: bytes, facts: TableFacts) -> list[dict[str, str]]:
    """Return a file's rows, cells as text by column name, each with its key.

    Raises:
        UnexpectedAnswer: No such file, or not with the columns that `facts` names.
    """
    return _records(_csv_rows(body, facts) if facts.form == "csv" else _xlsx_rows(body, facts), facts)


def _csv_rows(body: bytes, facts: TableFacts) -> list[list[str]]:
    if body.lstrip()[:1] == b"<":
        raise UnexpectedAnswer("HTML instead of CSV (a login page or an error page)")
    try:
        text = body.decode(facts.encoding)
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=facts.delimiter, strict=True))
    except UnicodeDecodeError as error:
        raise UnexpectedAnswer(f"not {facts.encoding} ({error.reason} at byte {error.start})") from error
    except csv.Error as error:
        raise UnexpectedAnswer(f"no CSV ({error})") from error


def _xlsx_rows(body: bytes, facts: TableFacts) -> list[list[str]]:
    import openpyxl  # most crawls read no workbook, and this brings numpy: half a second of start

    try:
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        sheet = book[facts.sheet] if facts.sheet else book.worksheets[0]
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise UnexpectedAnswer(f"no such workbook or sheet ({error})") from error
    rows: list[list[str]] = []
    cells = 0
    for row in sheet.iter_rows(values_only=True):
        cells += len(row)
        if cells > CELLS_MAX:
            raise UnexpectedAnswer(f"more than {CELLS_MAX} cells")
        rows.append(["" if cell is None else str(cell) for cell in row])
    return rows


def _records(rows: Sequence[Sequence[str]], facts: TableFacts) -> list[dict[str, str]]:
    """Name each row's cells by the header, and give it its key.

    Raises:
        UnexpectedAnswer: No header with the columns of the entry, or a row longer than the header.
    """
    header = [name.strip() for name in rows[0]] if rows else []
    if facts.called:
        header, key = _our_names(header, facts)
    else:
        key = facts.key
        missing = [name for name in (*facts.columns, *key) if name not in header]
        if missing:
            raise UnexpectedAnswer(f"the column {missing[0]!r} is gone")
    records = []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        beyond = row[len(header) :]
        if beyond and not facts.more:
            raise UnexpectedAnswer(f"line {number} has more cells than the header")
        record = dict(zip(header, row, strict=False))
        if any(beyond):
            record[MORE] = facts.delimiter.join(beyond)
        record[KEY] = row_key([record.get(name, "") for name in key])
        records.append(record)
    return records


def _our_names(header: Sequence[str], facts: TableFacts) -> tuple[list[str], tuple[str, ...]]:
    """Return the header by our names of its columns, and the column that names a row.

    Raises:
        UnexpectedAnswer: No column fits one of those that must be there; it names those that are.
    """
    there: dict[str, int] = {}
    for at, name in enumerate(header):
        there.setdefault(_spelled(name), at)
    ours = list(header)
    for role, names in facts.called.items():
        place = next((there[_spelled(name)] for name in names if _spelled(name) in there), None)
        if place is not None:
            ours[place] = role
    missing = [role for role in facts.columns if role not in ours]
    key = next((role for role in facts.key if role in ours), None)
    if missing or key is None:
        wanted = missing[0] if missing else facts.key[0]
        raise UnexpectedAnswer(f"no column is known to be the {wanted!r}; there are {', '.join(header)}")
    return ours, (key,)


def _spelled(name: str) -> str:
    """Return a column's name without accents, capitals and signs: "Fecha_Fin" is "fecha fin"."""
    return " ".join(re.findall(r"[^\W_]+", fold(name)))


def row_key(parts: Sequence[str]) -> str:
    """Return the one key column as it stands, or a hash of several."""
    return parts[0] if len(parts) == 1 else sha256("\x1f".join(parts).encode()).hexdigest()[:20]
