"""Every error of the API as problem+json (RFC 9457), of the pages as a page with a search box."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from config.errors import reason_of
from index.engine import SearchUnavailable
from portal_api.audience import is_for_programs
from portal_api.query_params import ParameterError
from store.database import DatabaseUnreachable

MEDIA_TYPE = "application/problem+json"
RETRY = {"Retry-After": "30"}
COMMON_GRANTS = "/common-grants/"


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **more: str | int
) -> JSONResponse:
    """Return a problem: what went wrong (``detail``) in words for the caller.

    Args:
        status: HTTP status.
        detail: In words.
        headers: Sent along.
        more: Extension members of RFC 9457, such as ``parameter``, or a ``type`` of its own.
    """
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail} | more
    return JSONResponse(content, status, dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` as a problem or an error page."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(ParameterError, _parameter)
    app.add_exception_handler(SearchUnavailable, _no_search)
    app.add_exception_handler(DatabaseUnreachable, _no_store)
    app.add_exception_handler(Exception, _fault)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    # The headers go through: a 405 must name what is allowed (RFC 9110, section 15.5.6).
    headers = dict(error.headers or {})
    allowed = set(headers.get("Allow", "").split(", "))
    if "GET" in allowed:
        headers["Allow"] = ", ".join(sorted(allowed | {"HEAD"}))
    return _answer(request, error.status_code, str(error.detail), headers)


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    return _answer(request, 422, f"{where}: {reason_of(first)}", parameter=where)


def _parameter(request: Request, error: Exception) -> Response:
    assert isinstance(error, ParameterError)
    return _answer(request, 422, str(error), parameter=error.parameter)


def _no_search(request: Request, error: Exception) -> Response:
    return _answer(request, 503, f"search is not available now: {error}", RETRY)


def _no_store(request: Request, error: Exception) -> Response:
    return _answer(request, 503, "the database does not answer now", RETRY)


def _fault(request: Request, error: Exception) -> Response:
    # The server logs the error with its trace; what it says is nobody else's business.
    return _answer(request, 500, "a fault of ours; it is in the log")


def _answer(
    request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: str
) -> Response:
    path = request.url.path
    if path.startswith(COMMON_GRANTS):
        return _common_grants_error(status, detail, headers, **more)
    if is_for_programs(path):
        return problem(status, detail, headers, **more)
    page: Response = request.app.state.templates.TemplateResponse(
        request,
        "error.html",
        {"status": status, "phrase": HTTPStatus(status).phrase, "detail": detail},
        status_code=status,
        headers=dict(headers or {}),
    )
    return page


def _common_grants_error(
    status: int, detail: str, headers: Mapping[str, str] | None, **more: str
) -> JSONResponse:
    """Return a problem that is an error of CommonGrants too: that protocol names members and media type."""
    said = json.loads(bytes(problem(status, detail, None, **more).body))
    return JSONResponse(said | {"message": detail, "errors": [detail]}, status, dict(headers or {}))
