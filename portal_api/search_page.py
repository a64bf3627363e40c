"""The search page: list, calendar and timeline of what a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from config.countries import iso_of_region
from index.query import EVERYWHERE, NOT_STATED, FacetName, SearchQuery, SearchResult
from portal_api import search_view
from portal_api.deadline_views import VIEWS, View, first_of_month, month_of, timeline_of
from portal_api.exports import FORMATS
from portal_api.presets import presets_of
from portal_api.query_params import PAGE_ONLY, read_query_leniently, write_query
from portal_api.rendering import render
from portal_api.search_title import search_title
from portal_api.search_view import SHOWN, address
from portal_api.speech import N_, say
from portal_api.state import Portal, PortalDep
from portal_api.ways_out import ways_out
from store import reading
from store.health import SourceState, source_states

router = APIRouter()
EXPORT_WORDS = {"csv": "CSV", "xlsx": "Excel", "json": "JSON", "jsonl": "JSON Lines"}
VIEW_WORDS: dict[View, str] = {
    "list": N_("List"),
    "calendar": N_("Calendar"),
    "timeline": N_("Timeline"),
}
NAMED_MAX = 3
"""Sources in trouble that are named at once; the others stand behind a press."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a search is looked at: part of the address, not of the question."""

    view: View
    month: date | None

    def address(self, query: SearchQuery, **changes: Any) -> str:  # noqa: ANN401 - any field's value
        """Return the address of a search in this view, with some fields (or the view) changed."""
        view = changes.pop("view", self.view)
        month = changes.pop("month", self.month)
        plain = address(query, **changes)
        own = [f"view={view}"] if view != "list" else []
        if month and view == "calendar":
            own.append(f"month={month:%Y-%m}")
        return plain + ("&" if "?" in plain else "?") * bool(own) + "&".join(own)


def read_shown(request: Request, now: datetime) -> Shown:
    """Read the view from an address; what is not understood is the list."""
    view = request.query_params.get("view", "list")
    month = request.query_params.get("month")
    known: View = view if view in VIEWS else "list"
    return Shown(known, first_of_month(month, now) if month and known == "calendar" else None)


@router.get("/", response_class=HTMLResponse)
def search_page(request: Request, portal: PortalDep) -> Response:
    """Show the search page; the whole state stands in the address."""
    query = read_query_leniently(request.query_params).model_copy(update={"cursor": None})
    now = portal.clock()
    shown = read_shown(request, now)
    if any(not value.strip() for value in request.query_params.values()):
        # A form sends its empty fields too; the address people share shall hold what was asked, no more.
        return RedirectResponse(shown.address(query), 302)
    result = portal.engine.search(query, now=now, facets=list(SHOWN))
    calls = reading.get_calls(portal.db, [hit.call_id for hit in result.hits])
    chips = search_view.chips_of(portal, query, shown.address)
    states = _states(request, portal, now)
    written = write_query(query, offset=0, limit=SearchQuery().limit)
    plain = SearchQuery(text=query.text, sort=query.sort)
    context = {
        "query": query,
        "result": result,
        "now": now,
        "view": shown.view,
        "views": [(name, say(words), _in_view(shown, query, name)) for name, words in VIEW_WORDS.items()],
        "cards": search_view.cards_of(calls, result.hits),
        "month": _month(portal, query, shown) if shown.view == "calendar" else None,
        "timeline": timeline_of(calls, now) if shown.view == "timeline" else None,
        "to": lambda **changes: shown.address(query, **changes),
        "facets": search_view.facets_of(portal, query, result),
        "chips": chips,
        "presets": presets_of(query, now, shown.address),
        "kept": [*search_view.kept_of(query), *_kept(shown)],
        "first_page": shown.address(query, offset=0),
        "plain": shown.address(plain),
        "ways_out": ways_out(portal, query, result.total, now, shown.address),
        "corrections": search_view.corrections_of(query, result, shown.address),
        "expanded": [portal.taxonomy.label_of(key) for keys in result.expanded.values() for key in keys],
        "suggestion": _suggestion(shown, query, result),
        "everywhere": _everywhere(shown, query),
        "national": _national(shown, query),
        "only_words": shown.address(query, expand=False, offset=0),
        "all_languages": shown.address(query, expand=True, offset=0),
        "pages": search_view.pages_of(query, result.total, shown.address),
        "title": search_title(portal, query) if query.text or chips else "",
        "asked": f"?{written}" if written else "",
        "exports": [(label, _export_link(form, written)) for form, label in EXPORT_WORDS.items()],
        "closed": 0 if query.status else _count(result, "status", "closed"),
        "without_closed": shown.address(query, status=("open", "forthcoming", "unknown"), offset=0),
        "is_start": not query.text and not chips and shown.view == "list" and not query.offset,
        "troubled": _troubled(states, query, {call.source_id for call in calls}),
        "last_read": max((s.last_healthy_at for s in states if s.last_healthy_at), default=None),
        "sources_read": sum(state.last_healthy_at is not None for state in states),
    }
    return render(request, "search.html", context)


def _in_view(shown: Shown, query: SearchQuery, view: View) -> str:
    return shown.address(query, view=view, month=None, offset=0)


def _kept(shown: Shown) -> list[tuple[str, str]]:
    own = {
        "view": shown.view if shown.view != "list" else "",
        "month": f"{shown.month:%Y-%m}" if shown.month else "",
    }
    return [(name, value) for name, value in own.items() if value and name in PAGE_ONLY]


def _month(portal: Portal, query: SearchQuery, shown: Shown) -> Any:  # noqa: ANN401 - for the template
    return month_of(portal, query, shown.month or first_of_month(None, portal.clock()), shown.address)


def _states(request: Request, portal: Portal, now: datetime) -> Sequence[SourceState]:
    """Return the state of each source, read anew once a minute: it costs as much as the search."""
    minute = now.replace(second=0, microsecond=0)
    kept: tuple[datetime, Sequence[SourceState]] | None = getattr(request.app.state, "source_states", None)
    if kept is None or kept[0] != minute:
        kept = (minute, source_states(portal.sources, portal.db, now))
        request.app.state.source_states = kept
    return kept[1]


def _everywhere(shown: Shown, query: SearchQuery) -> tuple[str, bool] | None:
    """Return where the calls are that a filter by place leaves out, and whether there they are added."""
    if EVERYWHERE in query.country or not (query.country or query.region):
        return None
    added = not query.region
    country = (*query.country, EVERYWHERE) if added else (EVERYWHERE,)
    return shown.address(query, country=country, region=(), offset=0), added


def _national(shown: Shown, query: SearchQuery) -> str | None:
    """Return where the national calls of chosen regions' countries are: few of them name a region."""
    regions = [code for code in query.region if code != NOT_STATED]
    countries = tuple(dict.fromkeys(filter(None, map(iso_of_region, regions))))
    if query.level or not countries:
        return None
    return shown.address(query, country=countries, region=(), level=("national",), offset=0)


def _suggestion(shown: Shown, query: SearchQuery, result: SearchResult) -> tuple[str, str] | None:
    """Return "did you mean": the text, and the search for it."""
    meant = result.suggestion
    return (meant, shown.address(query, text=meant, offset=0)) if meant and meant != query.text else None


def _count(result: SearchResult, facet: FacetName, wanted: str) -> int:
    return sum(found.count for found in result.facets.get(facet, ()) if found.value == wanted)


def _export_link(form: str, written: str) -> str:
    assert form in FORMATS, "every link leads to a format there is"
    return f"/api/v1/export?format={form}{'&' if written else ''}{written}"


def _troubled(states: Sequence[SourceState], query: SearchQuery, shown: set[str]) -> list[SourceState]:
    """Return the sources that could not be read lately and matter to what is shown.

    Those asked for and those of the page come first; without any filter all of them matter.
    """
    troubled = [state for state in states if state.health in ("stale", "unhealthy")]
    if query.source:
        return [state for state in troubled if state.source_id in query.source]
    return sorted(troubled, key=lambda state: state.source_id not in shown)
