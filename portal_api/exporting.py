"""``/api/v1/export``: everything a search finds, in the formats of `exports`."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from index.query import PAGE_SIZE_MAX, SearchQuery
from normalize.call import Call
from portal_api import parameters
from portal_api.exports import FORMATS, write_export
from portal_api.query_params import read_query
from portal_api.state import Portal, PortalDep
from store import reading

router = APIRouter(prefix="/api/v1")
Format = Literal["jsonl", "csv", "xlsx", "ics", "atom"]
CHUNK_BYTES = 64 * 1024
_CONTENT: dict[str, dict[str, str]] = {media_type.partition(";")[0]: {} for _, media_type in FORMATS.values()}


@router.get(
    "/export",
    summary="Export a search",
    openapi_extra=parameters.EXPORT,
    response_class=StreamingResponse,
    responses={200: {"content": _CONTENT}, **parameters.problems(422, 503)},
)
def export(
    request: Request,
    portal: PortalDep,
    form: Annotated[Format, Query(alias="format", description="jsonl, csv, xlsx, ics or atom")] = "jsonl",
) -> Response:
    """Return everything a search finds, in its order, as one file.

    A calendar holds an event a deadline; no spreadsheet takes a cell for a formula.
    """
    now = portal.clock()
    query = read_query(request.query_params, own={"format"})
    # Written to a file first: an error becomes a problem, never half an answer; memory stays flat.
    stream = TemporaryFile()  # noqa: SIM115 - closed when the last chunk is sent
    try:
        write_export(form, _found(portal, query), stream, now=now, public_url=portal.settings.public_url)
    except BaseException:
        stream.close()
        raise
    name = f'attachment; filename="calls-{now:%Y-%m-%d}.{form}"'
    size = str(stream.tell())
    headers = {"Content-Disposition": name, "Content-Length": size}
    return StreamingResponse(_chunks(stream), media_type=FORMATS[form][1], headers=headers)


def _found(portal: Portal, query: SearchQuery) -> Iterator[Call]:
    """Yield every call a search finds, in its order, as of one moment."""
    now, offset = portal.clock(), 0
    while True:
        page = query.model_copy(update={"offset": offset, "limit": PAGE_SIZE_MAX})
        result = portal.engine.search(page, now=now)
        yield from reading.get_calls(portal.db, [hit.call_id for hit in result.hits])
        offset += PAGE_SIZE_MAX
        if offset >= result.total or not result.hits:
            return


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    with stream:
        stream.seek(0)
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
