"""Subscribing to a search without an account: ``/feed.atom``, ``/feed.json``, ``/calendar.ics``.

Each takes the search page's own query string. A call's own milestones are at ``/calls/{id}.ics``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import BinaryIO

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response, StreamingResponse

from index.finding import found_ids, stored_calls
from index.query import SearchQuery
from normalize.call import Call
from portal_api import pages, parameters
from portal_api.api import CallId, find_call, refuse_parameters
from portal_api.calendars import write_calendar
from portal_api.conditional import send_written
from portal_api.exporting import frame_of
from portal_api.exports import FORMATS
from portal_api.feeds import NEVER, write_atom, write_json_feed
from portal_api.frames import Frame
from portal_api.query_params import read_whole_query, write_query
from portal_api.state import Portal, PortalDep
from store.call_events import last_events

router = APIRouter()
ENTRIES = 50
"""Entries of a page of a feed when the address names no ``limit``."""
JSON_FEED = "application/feed+json"
ICS = ".ics"


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of a feed: the calls that changed last first."""

    frame: Frame
    calls: Iterator[Call]
    updated: datetime
    links: dict[str, str]


def _content(media_type: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {media_type: {}}}, 304: {"description": "Nothing has changed"}}


@router.get(
    "/feed.atom",
    summary="A search as an Atom feed",
    openapi_extra=parameters.FEED,
    response_class=StreamingResponse,
    responses={**_content("application/atom+xml"), **parameters.problems(422, 503)},
)
def atom(request: Request, portal: PortalDep) -> Response:
    """Return what a search finds as Atom (RFC 4287), last changed first, paged (RFC 5005)."""
    page = _feed_page(request, portal, "/feed.atom")
    write = partial(_write_atom, page)
    return send_written(request, write, "application/atom+xml; charset=utf-8")


@router.get(
    "/feed.json",
    summary="A search as a JSON Feed",
    openapi_extra=parameters.FEED,
    response_class=StreamingResponse,
    responses={**_content(JSON_FEED), **parameters.problems(422, 503)},
)
def json_feed(request: Request, portal: PortalDep) -> Response:
    """Return what a search finds as JSON Feed 1.1, last changed first; `next_url` leads on."""
    page = _feed_page(request, portal, "/feed.json")
    return send_written(request, partial(_write_json, page), JSON_FEED)


@router.get(
    "/calendar.ics",
    summary="A search as a live calendar",
    openapi_extra=parameters.CALENDAR,
    response_class=StreamingResponse,
    responses={**_content("text/calendar"), **parameters.problems(422, 503)},
)
def calendar(request: Request, portal: PortalDep) -> Response:
    """Return openings and deadlines of everything a search finds (RFC 5545, RFC 7986).

    One event a milestone; its UID stays when the date moves. What the source withdrew, or took off a
    call, stays as a cancelled event. A deadline without an hour is a whole day.
    """
    query = read_whole_query(request.query_params)
    ids = found_ids(portal.engine, query, now=portal.clock())
    if query.status and "withdrawn" not in query.status:
        # A call that is withdrawn leaves a search for open ones: its events must be cancelled first.
        gone = query.model_copy(update={"status": ("withdrawn",)})
        ids = list(dict.fromkeys((*ids, *found_ids(portal.engine, gone, now=portal.clock()))))
    frame = frame_of(portal, query, path="/calendar.ics")
    return _send_calendar(request, stored_calls(portal.db, ids), frame)


@router.get(
    "/calls/{call_id:path}.ics",
    summary="One call as a calendar",
    response_class=StreamingResponse,
    responses={**_content("text/calendar"), **parameters.problems(404, 422)},
)
def call_calendar(request: Request, call_id: CallId, portal: PortalDep) -> Response:
    """Return the opening and each deadline of one call as a calendar that can be subscribed."""
    call = find_call(portal, call_id)
    if call is None and find_call(portal, call_id + ICS):
        # The id itself may be an address that ends so.
        return pages.call_page(request, call_id + ICS, portal)
    refuse_parameters(request)
    if call is None:
        raise HTTPException(404, f"there is no call {call_id!r}")
    return _send_calendar(request, iter([call]), _call_frame(portal, call))


def _call_frame(portal: Portal, call: Call) -> Frame:
    frame = frame_of(portal, SearchQuery())
    page = frame.link(call)
    return replace(frame, title=call.title, page=page, address=page + ICS)


def _send_calendar(request: Request, calls: Iterator[Call], frame: Frame) -> Response:
    return send_written(request, lambda out: write_calendar(calls, out, frame), FORMATS["ics"][1])


def _feed_page(request: Request, portal: Portal, path: str) -> FeedPage:
    query = read_whole_query(request.query_params)
    size = max(query.limit, 1) if "limit" in request.query_params else ENTRIES
    events = last_events(portal.db, _ids(portal, query))
    shown = [event.call_id for event in events[query.offset : query.offset + size]]
    frame = frame_of(portal, query, path=path)
    return FeedPage(
        frame=replace(frame, address=_page_address(frame, path, query, query.offset)),
        calls=stored_calls(portal.db, shown),
        updated=events[0].at if events else NEVER,
        links=_links(frame, path, query, size, len(events)),
    )


def _ids(portal: Portal, query: SearchQuery) -> Sequence[str] | None:
    """Return the ids of what is found; None when everything is asked for, which needs no search."""
    plain = query.model_copy(update={"offset": 0, "limit": SearchQuery().limit, "sort": "relevance"})
    return None if plain == SearchQuery() else found_ids(portal.engine, query, now=portal.clock())


def _links(frame: Frame, path: str, query: SearchQuery, size: int, total: int) -> dict[str, str]:
    """Return the links of RFC 5005, section 3."""
    last = max(total - 1, 0) // size * size
    places = {"first": 0, "previous": query.offset - size, "next": query.offset + size, "last": last}
    if query.offset <= 0:
        del places["previous"]
    if query.offset + size >= total:
        del places["next"]
    return {relation: _page_address(frame, path, query, max(place, 0)) for relation, place in places.items()}


def _page_address(frame: Frame, path: str, query: SearchQuery, offset: int) -> str:
    written = write_query(query, offset=offset)
    return f"{frame.public_url}{path}?{written}" if written else f"{frame.public_url}{path}"


def _write_atom(page: FeedPage, out: BinaryIO) -> None:
    write_atom(page.calls, out, page.frame, updated=page.updated, pages=page.links)


def _write_json(page: FeedPage, out: BinaryIO) -> None:
    write_json_feed(page.calls, out, page.frame, next_url=page.links.get("next"))
