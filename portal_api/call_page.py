"""The call page: can we apply, until when, for how much; then everything else."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from index.query import SearchQuery
from normalize.call import Call
from normalize.text import plain_text
from portal_api import speech
from portal_api.addresses import call_path
from portal_api.api import find_call
from portal_api.rendering import render
from portal_api.search_view import address
from portal_api.speech import say
from portal_api.state import Portal, PortalDep
from portal_api.structured_data import call_json_ld, json_ld_script
from store import reading
from store.groups import group_of
from store.health import SourceState, source_states

router = APIRouter()
RELATED_MAX = 5


def no_such_call() -> HTTPException:
    """Return what a page answers when there is no call of an id."""
    return HTTPException(
        404, say("There is no call of that id. The link may be old or mistyped; search for it.")
    )


@router.get("/calls/{call_id:path}", response_class=HTMLResponse)
def call_page(request: Request, call_id: str, portal: PortalDep) -> Response:
    """Show one call."""
    call = find_call(portal, call_id)
    if call is None:
        raise no_such_call()
    now = portal.clock()
    source = portal.sources.get(call.source_id)
    document = call_json_ld(
        call,
        public_url=portal.settings.public_url,
        source_title=portal.title_of(call.source_id),
        licence_url=source.licence_url if source else None,
    )
    context: dict[str, Any] = {
        "call": call,
        "now": now,
        "zone": portal.zone_of(call.source_id),
        "status": call.status_at(now),
        "following": call.next_deadline_at(now),
        "answer": answer_words(call, now),
        "events": reading.events_of(portal.db, call.id),
        # Sanitised once, at normalising; the one text that is not escaped here.
        "description": Markup(call.description) if call.description else None,
        "source": source,
        "state": _state(portal, call, now),
        "meta": plain_text(call.summary or call.title)[:160],
        "same": same_calls(portal, call),
        "related": related_calls(portal, call, now),
        "more_like_this": address(_likeness(call)),
        "foreign": call.language is not None and call.language != speech.language(),
        "json_ld": json_ld_script(document),
        "calendar": call_path(call.id) + ".ics",
    }
    return render(request, "call.html", context)


def answer_words(call: Call, now: datetime) -> str:
    """Return in a sentence whether one can apply at ``now``."""
    return {
        "open": say("Yes, it is open."),
        "forthcoming": say("Not yet."),
        "closed": say("No, it is closed."),
        "withdrawn": say("No: the source no longer lists it."),
        "unknown": say("The source states no dates: ask there."),
    }[call.status_at(now)]


def same_calls(portal: Portal, call: Call) -> list[tuple[Call, str]]:
    """Return the other records of the same call, each with why it is taken for the same."""
    group = group_of(portal.db, call.id)
    others = {one.call_id: one.reason for one in group.members if one.call_id != call.id} if group else {}
    return [(other, others[other.id]) for other in reading.get_calls(portal.db, list(others))]


def _likeness(call: Call) -> SearchQuery:
    """Return the search for calls like one: of its areas, and of its country unless it is the EU's."""
    areas = tuple(tag.area for tag in call.tags)[:3]
    places = call.countries if len(call.countries) == 1 and call.level != "eu" else ()
    found = (
        {"area": areas}
        if areas
        else {"programme": (call.programme,)}
        if call.programme
        else {"source": (call.source_id,)}
    )
    return SearchQuery(**found, country=places, status=("open", "forthcoming"))


def related_calls(portal: Portal, call: Call, now: datetime) -> list[Call]:
    """Return up to five other calls that can be applied for and are like this one, next deadline first."""
    query = _likeness(call).model_copy(update={"limit": RELATED_MAX + 1, "sort": "deadline"})
    hits = portal.engine.search(query, now=now).hits
    return reading.get_calls(portal.db, [hit.call_id for hit in hits if hit.call_id != call.id])[:RELATED_MAX]


def _state(portal: Portal, call: Call, now: datetime) -> SourceState | None:
    """Return the state of the call's source; None for one that left the configuration."""
    states = source_states(portal.sources, portal.db, now)
    return next((state for state in states if state.source_id == call.source_id), None)
