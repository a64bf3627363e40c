"""What a request passes before it is answered: proxies, origins, quotas, the size of its body."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from config.settings import Settings
from portal_api.audience import is_for_programs
from portal_api.problems import problem
from portal_api.rate_limits import RateLimits

BODY_MAX = 64 * 1024
"""Bytes of a question sent in a body; the longest a program needs is a few thousand."""
_TOO_LARGE = f"the body is larger than {BODY_MAX} bytes"
EXPOSED = ("ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After", "Content-Disposition")


def install(app: FastAPI, settings: Settings) -> None:
    """Put the gates before ``app``; the last one added is passed first."""
    app.add_middleware(BodyLimit)
    app.add_middleware(RateLimits, settings=settings)
    app.add_middleware(OpenToPrograms)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))


class OpenToPrograms:
    """Let pages of any origin read what is for programs (the Fetch standard's CORS protocol).

    Nothing there needs a cookie, and none is allowed: pages and desk stay closed to other origins.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._closed = app
        self._open = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["Content-Type", "If-None-Match"],
            expose_headers=EXPOSED,
            max_age=86_400,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_open = scope["type"] == "http" and is_for_programs(scope["path"])
        await (self._open if is_open else self._closed)(scope, receive, send)


class BodyLimit:
    """Refuse a program's body that is too large (413), announced or not, before it fills the memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not is_for_programs(scope["path"]):
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > BODY_MAX:
            await problem(413, _TOO_LARGE)(scope, receive, send)
            return
        read = 0

        async def receive_counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > BODY_MAX:
                raise HTTPException(413, _TOO_LARGE)
            return message

        await self._app(scope, receive_counted, send)
