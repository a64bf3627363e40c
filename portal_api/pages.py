"""The pages without a search of their own: sources, about."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from portal_api import call_page as call_pages
from portal_api import mistake_page, observatory_page, search_page, shortlist
from portal_api.call_page import call_page
from portal_api.rendering import build_templates, render
from portal_api.state import PortalDep
from store.health import source_states

__all__ = ["build_templates", "call_page", "router"]
router = APIRouter()
router.include_router(search_page.router)
router.include_router(call_pages.router)
router.include_router(mistake_page.router)
router.include_router(shortlist.router)
router.include_router(observatory_page.router)


@router.get("/sources", response_class=HTMLResponse)
def sources_page(request: Request, portal: PortalDep) -> Response:
    """Show each source's freshness and health in plain words."""
    states = source_states(portal.sources, portal.db, portal.clock())
    return render(request, "sources.html", {"states": states, "sources": portal.sources})


@router.get("/about", response_class=HTMLResponse)
def about_page(request: Request, portal: PortalDep) -> Response:
    """Say what the portal is, and where its words come from."""
    context = {"version": portal.taxonomy.version, "sources": len(portal.sources)}
    return render(request, "about.html", context)
