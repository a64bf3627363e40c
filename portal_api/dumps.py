"""``/dump/``: everything the portal holds, as files for those who build on it.

A file is written when it is first asked for after a change or a new hour (status and next deadline
are told as of then), kept beside the database, and served from there.
"""

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Annotated, BinaryIO, Literal, cast

from fastapi import APIRouter, FastAPI, Request
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, Response

from index.query import SearchQuery
from portal_api import parameters
from portal_api.api import NoParameters
from portal_api.conditional import is_known
from portal_api.exporting import frame_of
from portal_api.exports import write_export
from portal_api.spreadsheets import COLUMNS
from portal_api.state import Portal
from store import reading

DumpName = Literal["calls.jsonl", "calls.jsonl.gz", "calls.csv"]
MEDIA_TYPES = {
    "calls.jsonl": "application/jsonl",
    "calls.jsonl.gz": "application/gzip",
    "calls.csv": "text/csv; charset=utf-8",
}
"""Name of a dump -> its media type."""
router = APIRouter(prefix="/dump")


class Dumps:
    """The dumps of one portal, each written once for a state of the store and an hour."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._folder = portal.settings.data_dir / "dumps"
        self._lock = Lock()

    def state(self) -> tuple[str, datetime]:
        """Return the name of the present state, and the moment as of which its files speak."""
        hour = self._portal.clock().replace(minute=0, second=0, microsecond=0)
        return f"{reading.last_change(self._portal.db)}-{hour:%Y%m%d%H}", hour

    def file(self, name: DumpName) -> tuple[Path, str]:
        """Return the file of a dump, written if need be, and the state it is of."""
        state, moment = self.state()
        path = self._folder / f"{state}-{name}"
        with self._lock:
            if not path.exists():
                self._write(path, name, moment)
        return path, state

    def _write(self, path: Path, name: DumpName, moment: datetime) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.part")
        with unfinished.open("wb") as stream:
            _WRITERS[name](self._portal, cast("BinaryIO", stream), moment)
        unfinished.replace(path)
        for old in self._folder.glob(f"*-{name}"):
            if old != path:
                # Whoever is reading it still has it open.
                old.unlink(missing_ok=True)


def _export(form: str, portal: Portal, out: BinaryIO, moment: datetime) -> None:
    frame = replace(frame_of(portal, SearchQuery(), columns=tuple(COLUMNS)), now=moment)
    write_export(form, reading.iter_calls(portal.db), out, frame)


def _compressed(portal: Portal, out: BinaryIO, moment: datetime) -> None:
    # No name and no time inside: the same calls are the same bytes.
    with gzip.GzipFile("", "wb", fileobj=out, mtime=0) as packed:
        _export("jsonl", portal, cast("BinaryIO", packed), moment)


_WRITERS: dict[str, Callable[[Portal, BinaryIO, datetime], None]] = {
    "calls.jsonl": lambda portal, out, moment: _export("jsonl", portal, out, moment),
    "calls.jsonl.gz": _compressed,
    "calls.csv": lambda portal, out, moment: _export("csv", portal, out, moment),
}


def install(app: FastAPI, portal: Portal) -> None:
    """Add the dumps to ``app``."""
    app.state.dumps = Dumps(portal)
    app.include_router(router)


@router.get(
    "/{name}",
    summary="Everything, as one file",
    response_class=FileResponse,
    responses={
        200: {"content": {media_type.partition(";")[0]: {} for media_type in MEDIA_TYPES.values()}},
        206: {"description": "The part asked for by `Range`"},
        304: {"description": "Nothing has changed"},
        416: {"description": "There is no such part"},
        **parameters.problems(422),
    },
    dependencies=NoParameters,
)
def dump(
    request: Request, name: Annotated[DumpName, PathParameter(description="Which of the files")]
) -> Response:
    """Return every call: JSON Lines in the schema, packed or not, or a table with every column.

    Status and next deadline are as of the hour in which the file was written. `/dcat` describes the
    files; each call carries its own licence.
    """
    path, state = request.app.state.dumps.file(name)
    headers = {"ETag": f'"{state}"', "Cache-Control": "no-cache"}
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=MEDIA_TYPES[name], headers=headers, filename=name)
