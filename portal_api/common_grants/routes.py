"""``/common-grants/``: calls as opportunities, for programs that speak CommonGrants (core 0.3).

Ids are UUIDv5 of our own; a memory of all of them, filled when an unknown one is asked for, leads back.
"""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse, Response

from normalize.call import Call
from portal_api import parameters
from portal_api.api import NoParameters, answer_with_etag
from portal_api.common_grants import documents
from portal_api.common_grants.asking import found_in_order, read_filters
from portal_api.common_grants.custom_fields import PUBLISHED, SCHEMAS_PATH, schema_document
from portal_api.common_grants.opportunity import opportunity, opportunity_id
from portal_api.json_text import written
from portal_api.query_params import ParameterError
from portal_api.state import Portal, PortalDep
from store import reading
from store.call_events import last_events
from store.database import Database

PAGE_SIZE_MAX = 100
router = APIRouter(prefix="/common-grants/opportunities")
schemas_router = APIRouter(prefix=SCHEMAS_PATH)


class OpportunityIds:
    """Which call an opportunity's id belongs to. Safe to use from threads."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: Mapping[UUID, str] = {}
        self._upto = -1
        self._lock = Lock()

    def call_id(self, asked: UUID) -> str | None:
        """Return the call's id; None when no call has this opportunity's id."""
        if asked not in self._known:
            with self._lock:
                upto = reading.last_change(self._db)
                if upto != self._upto:
                    self._known = {opportunity_id(one): one for one in reading.call_ids(self._db)}
                    self._upto = upto
        return self._known.get(asked)


def install(app: FastAPI, portal: Portal) -> None:
    """Add the routes to ``app``."""
    app.state.opportunity_ids = OpportunityIds(portal.db)
    app.include_router(router)
    app.include_router(schemas_router)


def _errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors of a route, as OpenAPI says them: the protocol names shape and media type."""
    described = parameters.problems(*statuses)
    return {
        status: {"description": described[status]["description"], "model": documents.ErrorAnswer}
        for status in statuses
    }


def _only_paging(request: Request) -> None:
    for name in request.query_params:
        if name not in ("page", "pageSize"):
            raise ParameterError(name, "no such parameter")


Page = Annotated[int, Query(ge=1, le=1_000_000, description="The page to return")]
PageSize = Annotated[
    int,
    Query(alias="pageSize", ge=1, le=1_000_000, description="Items a page, of which at most 100 are given"),
]


@router.get(
    "",
    summary="List opportunities",
    response_model=documents.OpportunityList,
    responses=_errors(422),
    dependencies=[Depends(_only_paging)],
    tags=["CommonGrants"],
)
def list_opportunities(
    request: Request, portal: PortalDep, page: Page = 1, page_size: PageSize = 100
) -> Response:
    """Return a page of all opportunities, last modified first."""
    ids = [event.call_id for event in last_events(portal.db)]
    paging = documents.Paging(page=page, page_size=page_size)
    answer = documents.OpportunityList(
        items=_items(portal, _page_of(ids, paging)), pagination_info=_pagination(ids, paging)
    )
    return answer_with_etag(request, written(_dumped(answer)))


@router.post(
    "/search",
    summary="Search opportunities",
    response_model=documents.OpportunitySearch,
    responses=_errors(400, 422, 503),
    dependencies=NoParameters,
    tags=["CommonGrants"],
)
def search_opportunities(asked: documents.SearchRequest, portal: PortalDep) -> Response:
    """Search by words and filters; what is not understood of a filter is said in `filterInfo.errors`."""
    now = portal.clock()
    understood = read_filters(asked.search, asked.filters, now)
    ids, unsorted = found_in_order(portal, understood, asked.sorting, now)
    answer = documents.OpportunitySearch(
        items=_items(portal, _page_of(ids, asked.pagination)),
        pagination_info=_pagination(ids, asked.pagination),
        sort_info=documents.SortInfo(
            sort_by="lastModifiedAt" if unsorted else asked.sorting.sort_by,
            custom_sort_by=asked.sorting.custom_sort_by,
            sort_order=asked.sorting.sort_order,
            errors=tuple(unsorted),
        ),
        filter_info=documents.FilterInfo(filters=asked.filters, errors=tuple(understood.errors)),
    )
    document = _dumped(answer)
    # As they were sent: a filter's value may be null, which elsewhere means that nothing is stated.
    document["filterInfo"]["filters"] = asked.filters.model_dump(
        mode="json", by_alias=True, exclude_unset=True
    )
    return JSONResponse(document)


@router.get(
    "/{oppId}",
    summary="View an opportunity",
    response_model=documents.OpportunityAnswer,
    responses=_errors(404, 422),
    dependencies=NoParameters,
    tags=["CommonGrants"],
)
def view_opportunity(
    request: Request,
    portal: PortalDep,
    opp_id: Annotated[UUID, PathParameter(alias="oppId", description="Id of an opportunity, a UUID")],
) -> Response:
    """Return one opportunity."""
    call_id = request.app.state.opportunity_ids.call_id(opp_id)
    if call_id is None:
        raise HTTPException(404, f"there is no opportunity {opp_id}")
    (item,) = _items(portal, [call_id])
    return answer_with_etag(request, written(_dumped(documents.OpportunityAnswer(data=item))))


@schemas_router.get(
    "/{field}.json",
    summary="JSON Schema of a custom field of CommonGrants",
    responses={200: {"content": {"application/schema+json": {}}}, **parameters.problems(404, 422)},
    response_class=Response,
    dependencies=NoParameters,
)
def custom_field_schema(
    portal: PortalDep,
    field: Annotated[str, PathParameter(description="Key in `customFields`", examples=list(PUBLISHED))],
) -> Response:
    """Return the JSON Schema of the value of one of our custom fields."""
    if field not in PUBLISHED:
        raise HTTPException(404, f"there is no custom field {field!r}; there are {', '.join(PUBLISHED)}")
    document = schema_document(field, portal.settings.public_url)
    return JSONResponse(document, media_type="application/schema+json")


def _page_of(ids: Sequence[str], paging: documents.Paging) -> Sequence[str]:
    size = min(paging.page_size, PAGE_SIZE_MAX)
    return ids[(paging.page - 1) * size : paging.page * size]


def _pagination(ids: Sequence[str], paging: documents.Paging) -> documents.Pagination:
    size = min(paging.page_size, PAGE_SIZE_MAX)
    return documents.Pagination(
        page=paging.page, page_size=size, total_items=len(ids), total_pages=-(-len(ids) // size)
    )


def _items(portal: Portal, ids: Sequence[str]) -> tuple[documents.Opportunity, ...]:
    now = portal.clock()
    modified = {event.call_id: event.at for event in last_events(portal.db, ids)}
    calls: list[Call] = reading.get_calls(portal.db, ids)
    return tuple(
        opportunity(
            call,
            now=now,
            modified=modified.get(call.id) or call.changed_at or now,
            zone=portal.zone_of(call.source_id),
            public_url=portal.settings.public_url,
        )
        for call in calls
    )


def _dumped(answer: documents.OpportunityAnswer | documents.OpportunityList) -> dict[str, Any]:
    return answer.model_dump(mode="json", by_alias=True, exclude_none=True)
