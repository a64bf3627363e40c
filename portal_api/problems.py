"""Every error of the API as problem+json (RFC 9457), of the pages as a page with a search box."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from index.engine import SearchUnavailable
from portal_api.query_params import ParameterError

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - RFC 9457 extensions
) -> JSONResponse:
    """Return a problem: what went wrong (``detail``) in words for the caller."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return JSONResponse(content, status, dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` as a problem or an error page."""

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        # The headers go through: a 405 must name what is allowed (RFC 9110, section 15.5.6).
        return _answer(request, error.status_code, str(error.detail), error.headers)

    async def validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return _answer(request, 422, f"{where}: {first['msg']}")

    async def parameter(request: Request, error: Exception) -> Response:
        assert isinstance(error, ParameterError)
        return _answer(request, 422, str(error))

    async def unavailable(request: Request, error: Exception) -> Response:
        return _answer(request, 503, f"search is not available: {error}", {"Retry-After": "30"})

    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(ParameterError, parameter)
    app.add_exception_handler(SearchUnavailable, unavailable)


def _answer(request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    path = request.url.path
    if path.startswith("/api/") or path in ("/healthz", "/readyz", "/openapi.json"):
        return problem(status, detail, headers)
    templates = request.app.state.templates
    page: Response = templates.TemplateResponse(
        request,
        "error.html",
        {"status": status, "phrase": HTTPStatus(status).phrase, "detail": detail},
        status_code=status,
        headers=dict(headers or {}),
    )
    return page
