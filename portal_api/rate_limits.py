"""How often one client may ask, and how it is told: the ``RateLimit`` fields of the IETF's draft.

``draft-ietf-httpapi-ratelimit-headers-10``: ``RateLimit-Policy`` names the quota, ``RateLimit`` what is
left of it. Beyond it a 429 with ``Retry-After`` (RFC 6585, section 4; RFC 9110, section 10.2.3).
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from math import ceil
from time import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.settings import Settings
from portal_api.audience import is_bulk, is_limited
from portal_api.problems import problem

QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"
_LOCAL = "1000000/minute"
"""For this machine itself: jobs, benches and a proxy nobody named; a bound, but not one they meet."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A quota: so many requests in a window of so many seconds."""

    name: str
    item: RateLimitItem

    @property
    def words(self) -> str:
        """Return the policy as ``RateLimit-Policy`` says it."""
        return f'"{self.name}";q={self.item.amount};w={self.item.get_expiry()}'


class RateLimits:
    """Count the requests of each client to what is for programs, and refuse those beyond the quota.

    Counters live in this process. A client is an IPv4 address or an IPv6 network of 64 bits: who has
    one address of such a network has them all.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._usual = Policy("default", parse(settings.rate_limit))
        self._bulk = Policy("bulk", parse(settings.rate_limit_bulk))
        self._local = Policy("local", parse(_LOCAL))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http" or not is_limited(scope["path"]):
            await self._app(scope, receive, send)
            return
        client = client_of(scope)
        policy = self._policy(client, scope["path"])
        allowed = await self._limiter.hit(policy.item, policy.name, client)
        reset_at, remaining = await self._limiter.get_window_stats(policy.item, policy.name, client)
        wait_s = max(1, ceil(reset_at - time()))
        told = {
            "RateLimit-Policy": policy.words,
            "RateLimit": f'"{policy.name}";r={remaining};t={wait_s}',
        }
        if not allowed:
            refusal = problem(
                429,
                f"at most {policy.item.amount} requests in {policy.item.get_expiry()} seconds; "
                f"wait {wait_s} seconds",
                {**told, "Retry-After": str(wait_s)},
                type=QUOTA_EXCEEDED,
            )
            await refusal(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(told)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _policy(self, client: str, path: str) -> Policy:
        if _is_local(client):
            return self._local
        return self._bulk if is_bulk(path) else self._usual


def client_of(scope: Scope) -> str:
    """Return who asks: the address the server saw, or the one a trusted proxy named."""
    host = scope["client"][0] if scope.get("client") else ""
    address = _address(host)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return host if address.is_loopback else str(IPv6Address(int(address) >> 64 << 64))
    return host


def _is_local(client: str) -> bool:
    """Tell whether somebody on this machine asks; who comes through a unix socket has no address."""
    address = _address(client)
    return address is None or address.is_loopback


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
