"""The JSON API, ``/api/v1``."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from index.paging import CursorError
from index.query import FACETS, FacetName, FacetValue, Hit
from index.suggesting import SUGGESTIONS_MAX, suggest
from normalize.call import Call
from portal_api import documents, parameters
from portal_api.conditional import is_known
from portal_api.history import event_words
from portal_api.json_text import array_of, call_json, object_of, shown_call_json, written
from portal_api.parameters import problems
from portal_api.query_params import ParameterError, read_query
from portal_api.state import Portal, PortalDep
from store import reading
from store.health import source_states

HISTORY = "/history"


def refuse_parameters(request: Request) -> None:
    """Refuse every parameter, for routes that take none: a misspelt one must not be ignored.

    Raises:
        ParameterError: There is one.
    """
    for name in request.query_params:
        raise ParameterError(name, "no such parameter")


router = APIRouter(prefix="/api/v1")
NoParameters = [Depends(refuse_parameters)]
CallId = Annotated[
    str,
    PathParameter(
        description="Id of a call, percent-encoded or not; it may hold `:` and `/`",
        examples=["eu_ft:45654321"],
    ),
]


@router.get(
    "/calls",
    summary="Search calls",
    openapi_extra=parameters.SEARCH,
    response_model=documents.SearchDocument,
    responses=problems(404, 422, 503),
)
def search_calls(request: Request, portal: PortalDep) -> Response:
    """Find calls by words, filters and ranges; one page with highlights and facet counts.

    Values of one filter are alternatives, filters narrow each other. Facet counts ignore their own
    selection. To read everything, ask on with `cursor` set to the answer's `next_cursor`: however far it
    goes, and whatever is written meanwhile, no call is left out or comes twice.
    """
    now = portal.clock()
    try:
        query = read_query(request.query_params, own={"facets"})
        result = portal.engine.search(query, now=now, facets=_facets(request))
    except (ParameterError, CursorError) as error:
        if isinstance(error, ParameterError) and error.parameter != "cursor":
            raise
        raise HTTPException(404, f"there is no page at this cursor: {error}") from error
    calls = {call.id: call for call in reading.get_calls(portal.db, [hit.call_id for hit in result.hits])}
    hits = [_hit(hit, calls[hit.call_id], now) for hit in result.hits if hit.call_id in calls]
    document = {
        "total": written(result.total),
        "query": written(query.model_dump(mode="json", exclude_defaults=True)),
        "offset": written(query.offset),
        "limit": written(query.limit),
        "hits": array_of(hits),
        "facets": written(result.facets),
        "corrections": written(result.corrections),
        "expanded": written(result.expanded),
        "equivalents": written(result.equivalents),
        "suggestion": written(result.suggestion),
        "next_cursor": written(result.next_cursor),
    }
    return answer_with_etag(request, object_of(document))


@router.get(
    "/suggest",
    summary="Search as you type",
    openapi_extra=parameters.SUGGEST,
    response_model=documents.SuggestionDocument,
    responses=problems(422, 503),
)
def suggest_texts(request: Request, portal: PortalDep) -> Response:
    """Return whole texts that go on from what is typed so far, and the first calls that fit it."""
    given = request.query_params
    for name in given.keys() - {"q", "limit"}:
        raise ParameterError(name, "no such parameter")
    query = read_query(given)
    limit = query.limit if "limit" in given else SUGGESTIONS_MAX
    if limit > SUGGESTIONS_MAX:
        raise ParameterError("limit", f"at most {SUGGESTIONS_MAX} is possible")
    found = suggest(portal.engine, query.text, now=portal.clock(), limit=limit)
    return answer_with_etag(request, written(found))


def _hit(hit: Hit, call: Call, now: datetime) -> bytes:
    return object_of(
        {
            "call": shown_call_json(call, now),
            "highlights": written(hit.highlights),
            "reasons": written(hit.reasons),
            "score": written(round(hit.score, 3)),
        }
    )


def _facets(request: Request) -> Sequence[FacetName]:
    asked = [name for value in request.query_params.getlist("facets") for name in value.split(",")]
    if not asked:
        return FACETS
    unknown = [name for name in asked if name not in (*FACETS, "none")]
    if unknown:
        raise ParameterError("facets", f"{unknown[0]!r} is none of {', '.join(FACETS)}, none")
    return [name for name in FACETS if name in asked]


@router.get(
    "/calls/{call_id:path}/history",
    summary="What changed of a call",
    response_model=list[documents.EventDocument],
    responses=problems(404, 422),
    dependencies=NoParameters,
)
def call_history(request: Request, call_id: CallId, portal: PortalDep) -> Response:
    """Return the change events of a call, oldest first, each in words and with old and new value."""
    call = find_call(portal, call_id)
    if call is None:
        # The id itself may be an address that ends so.
        return _one_call(request, portal, call_id + HISTORY)
    zone = portal.zone_of(call.source_id)
    events = [
        documents.EventDocument(
            number=event.number,
            kind=event.kind,
            at=event.at,
            old=event.old,
            new=event.new,
            words=event_words(event, zone),
        )
        for event in reading.events_of(portal.db, call.id)
    ]
    return answer_with_etag(request, written(events))


@router.get(
    "/calls/{call_id:path}",
    summary="One call",
    response_model=documents.CallDocument,
    responses=problems(404, 422),
    dependencies=NoParameters,
)
def get_call(request: Request, call_id: CallId, portal: PortalDep) -> Response:
    """Return one call in the schema, with status and next deadline as of now."""
    return _one_call(request, portal, call_id)


def _one_call(request: Request, portal: Portal, call_id: str) -> Response:
    call = find_call(portal, call_id)
    if call is None:
        raise HTTPException(404, f"there is no call {call_id!r}")
    return answer_with_etag(request, call_json(call, portal.clock()))


def find_call(portal: Portal, call_id: str) -> Call | None:
    """Return a call by id; None when there is none. PostgreSQL takes no NUL in a text, so no id has one."""
    return None if "\x00" in call_id else reading.get_call(portal.db, call_id)


@router.get(
    "/facets",
    summary="Facet counts",
    openapi_extra=parameters.COUNT,
    response_model=dict[str, list[FacetValue]],
    responses=problems(422, 503),
)
def facets(request: Request, portal: PortalDep) -> Response:
    """Return the facet counts of a search without its hits."""
    query = read_query(request.query_params, own={"facets"}).question()
    result = portal.engine.search(query, now=portal.clock(), facets=_facets(request))
    return answer_with_etag(request, written(result.facets))


@router.get(
    "/sources", summary="Sources and their health", responses=problems(422), dependencies=NoParameters
)
def sources(portal: PortalDep) -> list[documents.SourceDocument]:
    """Return each source: publisher, protocol, licence, records, last healthy run, problems in words."""
    now = portal.clock()
    return [
        documents.source_document(state, portal.sources[state.source_id].licence_url, now)
        for state in source_states(portal.sources, portal.db, now)
    ]


@router.get("/taxonomy", summary="Sectors and areas", responses=problems(422), dependencies=NoParameters)
def taxonomy(portal: PortalDep) -> documents.TaxonomyDocument:
    """Return the taxonomy's version, its sectors and areas with their labels."""
    known = portal.taxonomy
    return documents.TaxonomyDocument(
        version=known.version,
        sectors=tuple(
            documents.SectorDocument(key=key, label=known.label_of(key))
            for key in (*known.sectors, "defence")
        ),
        areas=tuple(
            documents.AreaDocument(key=key, label=area.label, sector=key.partition(".")[0])
            for key, area in known.areas()
        ),
    )


def answer_with_etag(request: Request, document: bytes) -> Response:
    """Answer a JSON document with an entity tag of it (RFC 9110, section 8.8.3), or 304 when it is known.

    The tag is weak: the same content also goes out compressed.
    """
    tag = f'W/"{sha256(document).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(document, media_type="application/json", headers=headers)
