"""The web application: JSON API, pages, and a light task that keeps the index in step."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles

from config.settings import Settings
from config.sources import load_sources
from config.taxonomy import load_taxonomy
from index.engine import SearchUnavailable
from index.opening import open_engine
from index.query import SearchQuery
from index.warming import Warmth
from portal_api import (
    api,
    catalog,
    dumps,
    exporting,
    gates,
    jobs_page,
    openapi,
    pages,
    problems,
    signposts,
    syndication,
)
from portal_api.answering import Compressed, HeadLikeGet, SafeHeaders
from portal_api.common_grants import routes as common_grants
from portal_api.desk import pages as desk
from portal_api.following import index_in_step
from portal_api.speech import Spoken
from portal_api.state import Portal, PortalDep
from portal_api.subscriptions import asking as subscriptions
from store.database import migrate, open_database

log = logging.getLogger(__name__)
HERE = Path(__file__).parent
SPARE_THREADS = 2
"""Threads beyond one a core: for what waits for disk or database and not for the processor."""
_DESCRIPTION = """\
Funding calls for Europe's strategic technologies, EU, national and regional, in one schema.

* Everything is read only and needs no key.
* A search's whole state is in its address: what the search page shows is at `/api/v1/calls` with the
  same parameters.
* Status, next deadline and days left are worked out at the moment of asking.
* Every error is `application/problem+json` (RFC 9457). An unknown parameter is an error, not ignored.
* Answers of `/calls` carry an `ETag`; send it back as `If-None-Match` and get 304 while nothing changed.
"""


def utc_now() -> datetime:
    """Return the current moment, UTC."""
    return datetime.now(UTC)


def create_app(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """Build the application.

    Args:
        settings: Where store and index are.
        clock: Gives the current UTC time; a test hands in its own.

    Raises:
        ConfigError: Sources, taxonomy or the search address are wrong.
    """
    portal = _open_portal(settings, clock)
    app = FastAPI(
        title="Sovereignty Portal",
        version="1",
        summary="Funding calls for Europe's strategic technologies",
        description=_DESCRIPTION,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        # The interactive pages of FastAPI load scripts from elsewhere; docs/api.md is ours.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.portal = portal
    app.state.warmth = Warmth(portal.engine)
    app.state.templates = pages.build_templates(portal)
    problems.install(app)
    app.add_middleware(Compressed, minimum_size=1024)
    gates.install(app, settings)
    app.add_middleware(Spoken)
    app.add_middleware(HeadLikeGet)
    app.add_middleware(SafeHeaders)
    app.include_router(api.router)
    app.include_router(exporting.router)
    app.include_router(syndication.router)  # before the pages: /calls/{id}.ics is not a call's page
    common_grants.install(app, portal)
    dumps.install(app, portal)
    app.include_router(catalog.router)
    app.include_router(signposts.router)
    app.include_router(pages.router, include_in_schema=False)
    desk.install(app, portal)
    subscriptions.install(app, portal)
    app.include_router(jobs_page.router)
    app.add_api_route("/healthz", _alive, include_in_schema=False)
    app.add_api_route("/readyz", _ready, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    openapi.describe(app)
    return app


def _open_portal(settings: Settings, clock: Callable[[], datetime]) -> Portal:
    db = open_database(settings)
    migrate(db)
    return Portal(
        settings=settings,
        sources=load_sources(settings.sources),
        taxonomy=load_taxonomy(),
        db=db,
        engine=open_engine(settings),
        clock=clock,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    portal: Portal = app.state.portal
    try:
        # Searching takes a core: more threads than that only wait for each other, and queue out of order.
        anyio.to_thread.current_default_thread_limiter().total_tokens = (os.cpu_count() or 1) + SPARE_THREADS
        warming = asyncio.create_task(_warmed(app))
        async with index_in_step(portal):
            yield
        await warming
    finally:
        portal.db.close()


async def _warmed(app: FastAPI) -> None:
    """Warm the search before anybody asks; a search that does not answer is warmed when `/readyz` asks."""
    try:
        # Any moment will do: what is read is the same, and the answers are thrown away.
        await asyncio.to_thread(app.state.warmth.ensure, utc_now())
    except SearchUnavailable as error:
        log.warning("the search cannot be warmed yet", extra={"reason": str(error)})


def _alive() -> Mapping[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


def _ready(request: Request, portal: PortalDep) -> Mapping[str, Any]:
    """Say whether store and search answer and the search is warm; 503 when not."""
    if not request.app.state.warmth.ensure(portal.clock()):
        raise SearchUnavailable("the index is still being read")
    result = portal.engine.search(SearchQuery(limit=0), now=portal.clock())
    return {"status": "ready", "calls": result.total, "cursor": portal.engine.cursor()}
