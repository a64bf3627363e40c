"""What a search finds, in the formats people use elsewhere. Streams: memory stays flat."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

from normalize.call import Call
from portal_api.calendars import write_calendar
from portal_api.feeds import write_atom
from portal_api.frames import Frame
from portal_api.json_text import call_json
from portal_api.spreadsheets import write_csv, write_xlsx

Writer = Callable[[Iterable[Call], BinaryIO, Frame], None]


def write_export(form: str, calls: Iterable[Call], out: BinaryIO, frame: Frame) -> None:
    """Write calls in one of `FORMATS` to a binary stream.

    Args:
        form: A key of `FORMATS`.
        calls: In the order they shall stand.
        out: Where to.
        frame: What stands around them.

    Raises:
        KeyError: No such format.
    """
    FORMATS[form][0](calls, out, frame)


def _jsonl(calls: Iterable[Call], out: BinaryIO, frame: Frame) -> None:
    for call in calls:
        out.write(_json(call, frame) + b"\n")


def _document(calls: Iterable[Call], out: BinaryIO, frame: Frame) -> None:
    """Write one JSON document, ``{"title", "page", "as_of", "calls": [...]}``, a call a line."""
    head = {"title": frame.title, "page": frame.page, "as_of": frame.now.isoformat()}
    out.write(json.dumps(head, ensure_ascii=False).encode()[:-1] + b', "calls": [')
    between = b"\n"
    for call in calls:
        out.write(between + _json(call, frame))
        between = b",\n"
    out.write(b"\n]}\n")


def _json(call: Call, frame: Frame) -> bytes:
    return call_json(call, frame.now)


FORMATS: Mapping[str, tuple[Writer, str]] = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ics": (write_calendar, "text/calendar; charset=utf-8"),
    "json": (_document, "application/json"),
    "jsonl": (_jsonl, "application/jsonl"),
    "atom": (write_atom, "application/atom+xml"),
}
"""Format -> writer and media type."""
