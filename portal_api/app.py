"""The web application: JSON API, pages, and a light task that keeps the index in step."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware.base import RequestResponseEndpoint

from config.settings import Settings
from config.sources import load_sources
from config.taxonomy import load_taxonomy
from index.opening import open_engine
from index.query import SearchQuery
from index.sync import synchronise
from portal_api import api, pages, parameters, problems
from portal_api.state import Portal
from store.database import migrate, open_database

log = logging.getLogger(__name__)
HERE = Path(__file__).parent
SYNC_EVERY_S = 2.0
"""How soon a change another process publishes is found."""
_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SECURITY = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


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
    db = open_database(settings)
    migrate(db)
    portal = Portal(
        settings=settings,
        sources=load_sources(settings.sources),
        taxonomy=load_taxonomy(),
        db=db,
        engine=open_engine(settings),
        clock=clock,
    )
    app = FastAPI(
        title="Sovereignty Portal",
        version="1",
        summary="Funding calls for Europe's strategic technologies",
        description="Funding calls, EU, national and regional, in one schema. Errors are problem+json.",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        responses=parameters.PROBLEMS,
    )
    app.state.portal = portal
    app.state.templates = pages.build_templates(portal)
    problems.install(app)
    app.middleware("http")(_secure)
    app.include_router(api.router)
    app.include_router(pages.router, include_in_schema=False)
    app.add_api_route("/healthz", _alive, include_in_schema=False)
    app.add_api_route("/readyz", _ready, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    portal: Portal = app.state.portal
    task = asyncio.create_task(_keep_in_step(portal))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        portal.db.close()


async def _keep_in_step(portal: Portal) -> None:
    """Follow the store as long as the portal runs; a fault is told, and tried again."""
    while True:
        synced = await asyncio.to_thread(_synchronise, portal)
        if synced:
            log.info("index follows the store", extra={"calls": synced})
        await asyncio.sleep(SYNC_EVERY_S)


def _synchronise(portal: Portal) -> int:
    return synchronise(portal.db, portal.engine, now=portal.clock()).count


async def _secure(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    for name, value in _SECURITY.items():
        response.headers.setdefault(name, value)
    return response


def _alive() -> JSONResponse:
    """Say that the process answers."""
    return JSONResponse({"status": "alive"})


def _ready(request: Request) -> JSONResponse:
    """Say whether search answers, which also warms it; 503 when it does not."""
    portal: Portal = request.app.state.portal
    result = portal.engine.search(SearchQuery(limit=1), now=portal.clock())
    return JSONResponse({"status": "ready", "calls": result.total})
