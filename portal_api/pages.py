"""The pages: search, call, sources, about. Server-made, whole without JavaScript."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.templating import Jinja2Templates
from markupsafe import Markup, escape

from config.countries import countries
from config.nuts import regions
from index.query import NOT_STATED, FacetName, FacetValue, Highlight, SearchQuery, SearchResult
from normalize.call import Call
from normalize.text import plain_text
from portal_api import presenting
from portal_api.query_params import read_query, without, write_query
from portal_api.state import Portal, PortalDep
from store import reading
from store.health import source_states

router = APIRouter()
SHOWN: tuple[tuple[FacetName, str], ...] = (
    ("status", "Status"),
    ("sector", "Sector"),
    ("area", "Technology area"),
    ("level", "Level"),
    ("country", "Country"),
    ("region", "Region"),
    ("applicant", "Who may apply"),
    ("programme", "Programme"),
    ("instrument", "Support"),
    ("seal", "STEP Seal"),
    ("language", "Language"),
    ("source", "Source"),
)
VALUES_SHOWN = 40
"""Values of a facet a page lists; the API gives all."""
_WORDS = {
    "eu": "European Union",
    "national": "National",
    "regional": "Regional",
    "awards": "Awards the Seal",
    "accepts": "For Seal holders",
    "none": "No link to the Seal",
    "advice": "Advice",
    "tax": "Tax relief",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One hit as the list shows it."""

    call: Call
    title: Markup
    snippet: Markup | None


def build_templates(portal: Portal) -> Jinja2Templates:
    """Return the templates with the words they need."""
    templates = Jinja2Templates(Path(__file__).parent / "templates")
    templates.env.globals.update(
        money=presenting.money_words,
        grant=presenting.grant_words,
        rate=presenting.rate_words,
        place=presenting.place_words,
        deadline_words=presenting.deadline_words,
        day_words=presenting.day_words,
        days_left=presenting.days_left,
        is_close=presenting.is_close,
        event_words=presenting.event_words,
        status_words=presenting.STATUS_WORDS,
        kind_words=presenting.KIND_WORDS,
        applicant_words=presenting.APPLICANT_WORDS,
        area_label=portal.taxonomy.label_of,
        source_title=lambda source_id: (
            portal.sources[source_id].title if source_id in portal.sources else source_id
        ),
        language_name=_language,
        evidence_words=_evidence_words,
    )
    return templates


@router.get("/", response_class=HTMLResponse)
def search_page(request: Request, portal: PortalDep) -> Response:
    """Show the search page; the whole state stands in the address."""
    now = portal.clock()
    query = read_query(request.query_params, strict=False)
    result = portal.engine.search(query, now=now, facets=[name for name, _ in SHOWN])
    calls = {call.id: call for call in reading.get_calls(portal.db, [hit.call_id for hit in result.hits])}
    cards = [_card(calls[hit.call_id], hit.highlights) for hit in result.hits if hit.call_id in calls]
    context = {
        "query": query,
        "result": result,
        "cards": cards,
        "now": now,
        "facets": [_facet(portal, query, name, title, result.facets[name]) for name, title in SHOWN],
        "chips": [
            {
                "title": title,
                "label": label_of(portal, name, value),
                "href": f"/?{without(query, name, value)}",
            }
            for name, title in SHOWN
            for value in getattr(query, name)
        ],
        "corrections": _corrections(query, result),
        "expanded": [portal.taxonomy.label_of(key) for keys in result.expanded.values() for key in keys],
        "pages": _pages(query, result.total),
        "export": write_query(query, offset=0, limit=20),
        "troubled": [
            s for s in source_states(portal.sources, portal.db, now) if s.health in ("stale", "unhealthy")
        ],
    }
    return _render(request, "search.html", context)


def _card(call: Call, highlights: Sequence[Highlight]) -> Card:
    marked = {highlight.field: highlight for highlight in highlights}
    title = _marked(marked["title"]) if "title" in marked else escape(call.title)
    shown = marked.get("summary") or marked.get("body")
    snippet = _marked(shown) if shown else escape(call.summary) if call.summary else None
    return Card(call, title, snippet)


def _marked(highlight: Highlight) -> Markup:
    """Return a text with its matches marked; everything else is escaped."""
    out, done = Markup(), 0
    for span in highlight.spans:
        out += escape(highlight.text[done : span.start])
        out += Markup("<mark>{}</mark>").format(highlight.text[span.start : span.end])
        done = span.end
    return out + escape(highlight.text[done:])


def _facet(
    portal: Portal, query: SearchQuery, name: FacetName, title: str, values: Sequence[FacetValue]
) -> dict[str, Any]:
    listed = [
        {"value": v.value, "label": label_of(portal, name, v.value), "count": v.count, "selected": v.selected}
        for v in values
    ]
    kept = [v for v in listed if v["selected"]] + [v for v in listed if not v["selected"]]
    return {
        "name": name,
        "title": title,
        "values": kept[:VALUES_SHOWN],
        "more": max(len(kept) - VALUES_SHOWN, 0),
        "open": name in ("status", "sector", "level") or bool(getattr(query, name)),
    }


def label_of(portal: Portal, facet: str, value: str) -> str:
    """Return a facet value in words."""
    if value == NOT_STATED:
        return "Not stated"
    if facet in ("area", "sector"):
        return portal.taxonomy.label_of(value)
    if facet == "country":
        return countries().get(value, value)
    if facet == "region":
        return f"{regions()[value].name} ({value})" if value in regions() else value
    if facet == "language":
        return _language(value)
    if facet == "source":
        return portal.sources[value].title if value in portal.sources else value
    words = {**presenting.STATUS_WORDS, **presenting.APPLICANT_WORDS, **_WORDS}
    return words.get(value, value if facet == "programme" else value.replace("_", " ").capitalize())


def _language(code: str) -> str:
    return str(Locale("en").languages.get(code, code))


def _evidence_words(call: Call, area: str) -> list[str]:
    """Return the words that earned a tag, each with the field it stands in."""
    return [
        f"“{evidence.term}” ({evidence.field.replace('_', ' ')})"
        for tag in call.tags
        if tag.area == area
        for evidence in tag.evidence
    ]


def _corrections(query: SearchQuery, result: SearchResult) -> list[tuple[str, tuple[str, ...]]]:
    return [(word, others[:4]) for word, others in result.corrections.items()]


def _pages(query: SearchQuery, total: int) -> dict[str, Any]:
    size = query.limit or 20
    before, after = max(query.offset - size, 0), query.offset + size
    return {
        "from": min(query.offset + 1, total),
        "to": min(after, total),
        "previous": f"/?{write_query(query, offset=before)}" if query.offset else None,
        "next": f"/?{write_query(query, offset=after)}" if after < total else None,
    }


@router.get("/calls/{call_id:path}", response_class=HTMLResponse)
def call_page(request: Request, call_id: str, portal: PortalDep) -> Response:
    """Show one call: can we apply, until when, for how much; then everything else."""
    call = reading.get_call(portal.db, call_id) if "\x00" not in call_id else None
    if call is None:
        raise HTTPException(404, "There is no call of that id. It may have been typed wrongly.")
    now = portal.clock()
    context = {
        "call": call,
        "now": now,
        "status": call.status_at(now),
        "following": call.next_deadline_at(now),
        "events": reading.events_of(portal.db, call.id),
        "description": Markup(call.description) if call.description else None,
        "source": portal.sources.get(call.source_id),
        "meta": plain_text(call.summary or call.title)[:160],
    }
    return _render(request, "call.html", context)


@router.get("/sources", response_class=HTMLResponse)
def sources_page(request: Request, portal: PortalDep) -> Response:
    """Show each source's freshness and health in plain words."""
    states = source_states(portal.sources, portal.db, portal.clock())
    return _render(request, "sources.html", {"states": states})


@router.get("/about", response_class=HTMLResponse)
def about_page(request: Request, portal: PortalDep) -> Response:
    """Say what the portal is, and where its words come from."""
    return _render(
        request, "about.html", {"version": portal.taxonomy.version, "sources": len(portal.sources)}
    )


def _render(request: Request, name: str, context: dict[str, Any]) -> Response:
    templates: Jinja2Templates = request.app.state.templates
    return templates.TemplateResponse(request, name, context)
