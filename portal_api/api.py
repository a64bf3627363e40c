"""The JSON API, ``/api/v1``."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from index.query import FACETS, PAGE_SIZE_MAX, FacetName, SearchQuery
from normalize.call import Call
from portal_api import parameters
from portal_api.exports import FORMATS, write_export
from portal_api.presenting import call_document, event_words
from portal_api.query_params import ParameterError, read_query
from portal_api.state import Portal, PortalDep
from store import reading
from store.health import source_states

router = APIRouter(prefix="/api/v1")


@router.get("/calls", summary="Search calls", openapi_extra=parameters.SEARCH, response_class=JSONResponse)
def search_calls(request: Request, portal: PortalDep) -> Response:
    """Find calls by words, filters and ranges; one page with highlights and facet counts.

    Facet counts ignore their own selection; `not_stated` counts the calls that do not say.
    """
    now = portal.clock()
    query = read_query(request.query_params, strict=True)
    result = portal.engine.search(query, now=now, facets=_facets(request))
    calls = {call.id: call for call in reading.get_calls(portal.db, [hit.call_id for hit in result.hits])}
    hits = [
        {
            "call": call_document(calls[hit.call_id], now),
            "highlights": [mark.model_dump() for mark in hit.highlights],
            "score": round(hit.score, 3),
        }
        for hit in result.hits
        if hit.call_id in calls
    ]
    document = {
        "total": result.total,
        "offset": query.offset,
        "limit": query.limit,
        "hits": hits,
        "facets": {name: [value.model_dump() for value in values] for name, values in result.facets.items()},
        "corrections": result.corrections,
        "expanded": result.expanded,
    }
    return _with_etag(request, document)


def _facets(request: Request) -> Sequence[FacetName]:
    asked = [name for value in request.query_params.getlist("facets") for name in value.split(",") if name]
    if not asked:
        return FACETS
    unknown = [name for name in asked if name not in (*FACETS, "none")]
    if unknown:
        raise ParameterError("facets", f"{unknown[0]!r} is none of {', '.join(FACETS)}")
    return [name for name in FACETS if name in asked]


@router.get("/calls/{call_id:path}/history", summary="What changed of a call")
def call_history(call_id: str, portal: PortalDep) -> list[dict[str, Any]]:
    """Return the change events of a call, oldest first, each in words and with old and new value."""
    _call(portal, call_id)
    return [asdict(event) | {"words": event_words(event)} for event in reading.events_of(portal.db, call_id)]


@router.get("/calls/{call_id:path}", summary="One call", response_class=JSONResponse)
def get_call(request: Request, call_id: str, portal: PortalDep) -> Response:
    """Return one call in the schema, with status and next deadline as of now."""
    return _with_etag(request, call_document(_call(portal, call_id), portal.clock()))


def _call(portal: Portal, call_id: str) -> Call:
    call = reading.get_call(portal.db, call_id) if "\x00" not in call_id else None
    if call is None:
        raise HTTPException(404, f"no call {call_id!r}")
    return call


@router.get("/facets", summary="Facet counts", openapi_extra=parameters.SEARCH)
def facets(request: Request, portal: PortalDep) -> dict[str, list[dict[str, Any]]]:
    """Return the facet counts of a search without its hits."""
    query = read_query(request.query_params, strict=True).model_copy(update={"limit": 0})
    result = portal.engine.search(query, now=portal.clock(), facets=_facets(request))
    return {name: [value.model_dump() for value in values] for name, values in result.facets.items()}


@router.get("/sources", summary="Sources and their health")
def sources(portal: PortalDep) -> list[dict[str, Any]]:
    """Return each source: publisher, protocol, licence, calls, last healthy run, problems in words."""
    return [asdict(state) for state in source_states(portal.sources, portal.db, portal.clock())]


@router.get("/taxonomy", summary="Sectors and areas")
def taxonomy(portal: PortalDep) -> dict[str, Any]:
    """Return the taxonomy's version, its sectors and areas with their labels."""
    return {
        "version": portal.taxonomy.version,
        "areas": [
            {"key": key, "label": area.label, "sector": key.split(".")[0]}
            for key, area in portal.taxonomy.areas()
        ],
    }


@router.get(
    "/export", summary="Export a search", openapi_extra=parameters.EXPORT, response_class=StreamingResponse
)
def export(request: Request, portal: PortalDep, format: str = "jsonl") -> Response:
    """Return everything a search finds as jsonl, csv, xlsx, ics or atom; offset and limit do not count."""
    if format not in FORMATS:
        raise ParameterError("format", f"{format!r} is none of {', '.join(FORMATS)}")
    params = request.query_params
    kept = type(params)([(name, value) for name, value in params.multi_items() if name != "format"])
    query = read_query(kept, strict=True)
    now = portal.clock()
    buffer = io.BytesIO()
    write_export(format, found(portal, query), buffer, now=now, public_url=portal.settings.public_url)
    name = f'attachment; filename="calls-{now:%Y-%m-%d}.{format}"'
    return Response(buffer.getvalue(), media_type=FORMATS[format][1], headers={"Content-Disposition": name})


def found(portal: Portal, query: SearchQuery) -> Iterator[Call]:
    """Yield every call a search finds, in its order."""
    now, offset = portal.clock(), 0
    while True:
        page = query.model_copy(update={"offset": offset, "limit": PAGE_SIZE_MAX})
        result = portal.engine.search(page, now=now)
        yield from reading.get_calls(portal.db, [hit.call_id for hit in result.hits])
        offset += PAGE_SIZE_MAX
        if offset >= result.total or not result.hits:
            return


def _with_etag(request: Request, document: dict[str, Any]) -> Response:
    """Answer with an entity tag of the content (RFC 9110, section 8.8.3), or 304 when it is known."""
    response = JSONResponse(document)
    tag = f'"{sha256(bytes(response.body)).hexdigest()[:24]}"'
    if tag in [known.strip() for known in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return response
