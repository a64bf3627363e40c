"""``/api/v1/export``: everything a search finds, or chosen calls, in the formats of `exports`."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, BinaryIO, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response, StreamingResponse

from index.finding import found_ids, stored_calls
from index.query import SearchQuery
from normalize.call import Call
from portal_api import parameters
from portal_api.api import find_call
from portal_api.conditional import send_written
from portal_api.exports import FORMATS, write_export
from portal_api.frames import Frame
from portal_api.query_params import ParameterError, read_whole_query, write_query
from portal_api.search_title import search_title
from portal_api.spreadsheets import COLUMNS
from portal_api.state import Portal, PortalDep
from store import reading
from store.call_events import events_of_calls

router = APIRouter(prefix="/api/v1")
Format = Literal["jsonl", "json", "csv", "xlsx", "ics", "atom"]
CHOSEN_MAX = 500
"""Calls one can choose by id; a longer list is a search."""
_ORDER_AND_PAGE = SearchQuery().model_dump(include={"sort", "offset", "limit"})
_CONTENT: dict[str, dict[str, str]] = {media_type.partition(";")[0]: {} for _, media_type in FORMATS.values()}


@router.get(
    "/export",
    summary="Export a search or a shortlist",
    openapi_extra=parameters.EXPORT,
    response_class=StreamingResponse,
    responses={200: {"content": _CONTENT}, **parameters.problems(404, 422, 503)},
)
def export(
    request: Request,
    portal: PortalDep,
    form: Annotated[
        Format, Query(alias="format", description="jsonl, json, csv, xlsx, ics or atom")
    ] = "jsonl",
) -> Response:
    """Return everything a search finds, in its order, as one file; or the calls chosen by `id`.

    Filters narrow the chosen calls too. A calendar holds an event a milestone; no spreadsheet takes
    a cell for a formula.
    """
    asked = request.query_params
    query = read_whole_query(asked, own=("format", "columns", "id"))
    write = partial(
        write_exported, portal, query, form, columns=asked.getlist("columns"), chosen=asked.getlist("id")
    )
    name = f"calls-{portal.clock():%Y-%m-%d}.{form}"
    return send_written(request, write, FORMATS[form][1], filename=name)


def write_exported(
    portal: Portal,
    query: SearchQuery,
    form: str,
    out: BinaryIO,
    *,
    columns: Sequence[str] = (),
    chosen: Sequence[str] = (),
) -> None:
    """Write an export: the same from the API and from the command line.

    Args:
        portal: Store, index and words.
        query: The search; its page is ignored.
        form: A key of `FORMATS`.
        out: Where to.
        columns: See `read_columns`; only tables have any.
        chosen: See `exported_calls`.

    Raises:
        HTTPException: A chosen call does not exist (404).
        ParameterError: A column does not exist.
        SearchUnavailable: The engine cannot answer.
    """
    frame = frame_of(portal, query, columns=read_columns(columns))
    write_export(form, exported_calls(portal, query, chosen), out, frame)


def read_columns(given: Sequence[str]) -> tuple[str, ...]:
    """Return the columns asked for, each once; none means the usual ones.

    Args:
        given: Names, or several in one with commas between.

    Raises:
        ParameterError: There is no such column.
    """
    names = tuple(dict.fromkeys(name.strip() for value in given for name in value.split(",")))
    for name in names:
        if name not in COLUMNS:
            raise ParameterError("columns", f"{name!r} is none of {', '.join(COLUMNS)}")
    return names


def exported_calls(portal: Portal, query: SearchQuery, chosen: Sequence[str]) -> Iterator[Call]:
    """Yield the calls of an export: those chosen, in the order given, or all that a search finds.

    Args:
        portal: Store and index.
        query: The search; with ``chosen`` its filters narrow them, in the order of the search.
        chosen: Ids of calls; empty for everything found.

    Raises:
        HTTPException: A chosen call does not exist (404).
        ParameterError: There are too many.
        SearchUnavailable: The engine cannot answer.
    """
    if not chosen:
        return stored_calls(portal.db, _found(portal, query))
    ids = list(dict.fromkeys(chosen))
    if len(ids) > CHOSEN_MAX:
        raise ParameterError("id", f"at most {CHOSEN_MAX} calls can be chosen")
    for call_id in ids:
        # Left out silently it would be a call its reader never hears of again.
        if find_call(portal, call_id) is None:
            raise HTTPException(404, f"id: there is no call {call_id!r}")
    if not _is_everything(query):
        wanted = set(ids)
        found = found_ids(portal.engine, query, now=portal.clock())
        ids = [call_id for call_id in found if call_id in wanted]
    return stored_calls(portal.db, ids)


def _found(portal: Portal, query: SearchQuery) -> list[str]:
    ids = found_ids(portal.engine, query, now=portal.clock())
    if _is_everything(query):
        # The index may be behind the store; who asks for everything must not miss what came last.
        ids += sorted(reading.call_ids(portal.db) - set(ids))
    return ids


def _is_everything(query: SearchQuery) -> bool:
    return query.model_copy(update=_ORDER_AND_PAGE) == SearchQuery()


def frame_of(portal: Portal, query: SearchQuery, *, path: str = "", columns: Sequence[str] = ()) -> Frame:
    """Return the frame of a search's file.

    Args:
        portal: Where things are looked up.
        query: The search; its page is left out of addresses.
        path: Where the file is served anew, such as ``/feed.atom``; empty for one that stands alone.
        columns: Of a table.
    """
    public_url = portal.settings.public_url.rstrip("/")
    written = write_query(query, offset=0, limit=SearchQuery().limit)
    asked = f"?{written}" if written else ""
    return Frame(
        now=portal.clock(),
        public_url=public_url,
        title=search_title(portal, query),
        page=f"{public_url}/{asked}",
        address=f"{public_url}{path}{asked}" if path else "",
        zone_of=portal.zone_of,
        events_of=partial(events_of_calls, portal.db),
        columns=columns,
    )
