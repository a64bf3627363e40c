"""The pages: search, call, sources, about. Server-made, whole without JavaScript."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from markupsafe import Markup

from index.query import FacetName, SearchQuery, SearchResult
from normalize.call import Call, Tag
from normalize.text import plain_text
from portal_api import presenting, search_view
from portal_api.addresses import call_path, web_address
from portal_api.api import find_call
from portal_api.exports import FORMATS
from portal_api.history import event_words
from portal_api.query_params import read_query_leniently, write_query
from portal_api.search_view import SHOWN, address
from portal_api.state import Portal, PortalDep
from store import reading
from store.health import SourceState, source_states

router = APIRouter()
EXPORT_WORDS = {
    "csv": "CSV",
    "xlsx": "Excel",
    "ics": "Calendar",
    "atom": "Feed",
    "jsonl": "JSON Lines",
}
HEALTH_WORDS = {
    "healthy": "Healthy",
    "stale": "Stale",
    "unhealthy": "Last run failed",
    "never": "Not harvested yet",
    "off": "Off",
}
PROTOCOL_WORDS = {
    "sedia": "the portal’s own search interface",
    "json_api": "a JSON interface",
    "opendatasoft": "an OpenDataSoft interface",
    "feed": "a news feed",
}


def build_templates(portal: Portal) -> Jinja2Templates:
    """Return the templates with the words they need."""
    templates = Jinja2Templates(Path(__file__).parent / "templates")
    templates.env.lstrip_blocks = True
    templates.env.globals.update(
        money=presenting.money_words,
        grant=presenting.grant_words,
        rate=presenting.rate_words,
        place=presenting.place_words,
        applicants=presenting.applicants_words,
        digits=lambda amount: "" if amount is None else f"{amount:f}",
        deadline_words=presenting.deadline_words,
        day_words=presenting.day_words,
        days_left=presenting.days_left,
        is_close=presenting.is_close,
        opening_words=presenting.opening_words,
        closing_words=presenting.closing_words,
        long_day=presenting.long_day,
        event_words=event_words,
        status_words=presenting.STATUS_WORDS,
        kind_words=presenting.KIND_WORDS,
        applicant_words=presenting.APPLICANT_WORDS,
        instrument_words=presenting.INSTRUMENT_WORDS,
        level_words=presenting.LEVEL_WORDS,
        health_words=HEALTH_WORDS,
        protocol_words=PROTOCOL_WORDS,
        area_label=portal.taxonomy.label_of,
        source_title=portal.title_of,
        zone_of=portal.zone_of,
        language_name=search_view.language_name,
        evidence_words=evidence_words,
        seal_words=seal_words,
        call_path=call_path,
        web_address=web_address,
    )
    return templates


@router.get("/", response_class=HTMLResponse)
def search_page(request: Request, portal: PortalDep) -> Response:
    """Show the search page; the whole state stands in the address."""
    query = read_query_leniently(request.query_params)
    if any(not value.strip() for value in request.query_params.values()):
        # A form sends its empty fields too; the address people share shall hold what was asked, no more.
        return RedirectResponse(address(query), 302)
    now = portal.clock()
    result = portal.engine.search(query, now=now, facets=list(SHOWN))
    calls = reading.get_calls(portal.db, [hit.call_id for hit in result.hits])
    chips = search_view.chips_of(portal, query)
    states = source_states(portal.sources, portal.db, now)
    written = write_query(query, offset=0, limit=SearchQuery().limit)
    context = {
        "query": query,
        "result": result,
        "now": now,
        "cards": search_view.cards_of(calls, result.hits),
        "facets": search_view.facets_of(portal, query, result),
        "chips": chips,
        "kept": search_view.kept_of(query),
        "first_page": address(query, offset=0),
        "plain": address(SearchQuery(text=query.text, sort=query.sort)),
        "corrections": search_view.corrections_of(query, result),
        "expanded": [portal.taxonomy.label_of(key) for keys in result.expanded.values() for key in keys],
        "pages": search_view.pages_of(query, result.total),
        "feed": _export_link("atom", written),
        "exports": [(label, _export_link(form, written)) for form, label in EXPORT_WORDS.items()],
        "closed": 0 if query.status else _count(result, "status", "closed"),
        "without_closed": address(query, status=("open", "forthcoming", "unknown"), offset=0),
        "starts": _starts(now) if not query.text and not chips else (),
        "troubled": [state for state in states if state.health in ("stale", "unhealthy")],
        "last_read": max((s.last_healthy_at for s in states if s.last_healthy_at), default=None),
    }
    return _render(request, "search.html", context)


def _count(result: SearchResult, facet: FacetName, wanted: str) -> int:
    return sum(found.count for found in result.facets.get(facet, ()) if found.value == wanted)


def _export_link(form: str, written: str) -> str:
    assert form in FORMATS, "every link leads to a format there is"
    return f"/api/v1/export?format={form}{'&' if written else ''}{written}"


def _starts(now: datetime) -> Sequence[tuple[str, str]]:
    """Return ready-made searches for somebody who has not asked anything yet."""
    month = (now + timedelta(days=30)).date()
    return (
        ("Open now", address(SearchQuery(status=("open",)))),
        ("Closing within 30 days", address(SearchQuery(status=("open",), deadline_to=month))),
        ("Opening soon", address(SearchQuery(status=("forthcoming",)))),
        ("For SMEs", address(SearchQuery(status=("open", "forthcoming"), applicant=("sme",)))),
        ("Awards the STEP Seal", address(SearchQuery(seal=("awards",)))),
    )


@router.get("/calls/{call_id:path}", response_class=HTMLResponse)
def call_page(request: Request, call_id: str, portal: PortalDep) -> Response:
    """Show one call: can we apply, until when, for how much; then everything else."""
    call = find_call(portal, call_id)
    if call is None:
        raise HTTPException(
            404, "There is no call of that id. The link may be old or mistyped; search for it."
        )
    now = portal.clock()
    following = call.next_deadline_at(now)
    zone = portal.zone_of(call.source_id)
    context = {
        "call": call,
        "now": now,
        "zone": zone,
        "status": call.status_at(now),
        "following": following,
        "events": reading.events_of(portal.db, call.id),
        # Sanitised once, at normalising; the one text that is not escaped here.
        "description": Markup(call.description) if call.description else None,
        "source": portal.sources.get(call.source_id),
        "state": _state(portal, call, now),
        "meta": plain_text(call.summary or call.title)[:160],
    }
    return _render(request, "call.html", context)


def _state(portal: Portal, call: Call, now: datetime) -> SourceState | None:
    """Return the state of the call's source; None for one that left the configuration."""
    states = source_states(portal.sources, portal.db, now)
    return next((state for state in states if state.source_id == call.source_id), None)


def evidence_words(tag: Tag) -> list[tuple[str, str]]:
    """Return (words, field) that earned a tag, each once."""
    found = [(evidence.term, evidence.field.replace("_", " ")) for evidence in tag.evidence]
    return list(dict.fromkeys(found))


def seal_words(evidence: str) -> str:
    """Return a Seal's evidence ("call_identifier: X-STEP") with the words before their place."""
    place, _, words = evidence.partition(": ")
    return f"“{words}” ({place.replace('_', ' ')})" if words else f"“{place}”"


@router.get("/sources", response_class=HTMLResponse)
def sources_page(request: Request, portal: PortalDep) -> Response:
    """Show each source's freshness and health in plain words."""
    states = source_states(portal.sources, portal.db, portal.clock())
    return _render(request, "sources.html", {"states": states, "sources": portal.sources})


@router.get("/about", response_class=HTMLResponse)
def about_page(request: Request, portal: PortalDep) -> Response:
    """Say what the portal is, and where its words come from."""
    context = {"version": portal.taxonomy.version, "sources": len(portal.sources)}
    return _render(request, "about.html", context)


def _render(request: Request, name: str, context: dict[str, Any]) -> Response:
    templates: Jinja2Templates = request.app.state.templates
    return templates.TemplateResponse(request, name, context, headers={"Cache-Control": "no-cache"})
