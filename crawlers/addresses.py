"""Which addresses a crawl may talk to: never private space, unless the operator names the host."""

import ipaddress
from collections.abc import Collection
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError


class ForbiddenAddress(IgnoreRequest):
    """An address that a crawl must not fetch; the message names it and says why."""


def is_public(address: str) -> bool:
    """Tell whether an IP address is neither private, loopback, link-local, multicast nor reserved."""
    ip = ipaddress.ip_address(address)
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global and not (mapped or ip).is_multicast


def refuse(url: str, allowed: Collection[str]) -> str | None:
    """Return why a URL may not be fetched, None when it may. Names are judged when they resolve."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return f"{parts.scheme or 'no'} address"
    host = parts.hostname or ""
    if not host or parts.username or parts.password:
        return "no host, or credentials in the address"
    if host in allowed:
        return None
    if host == "localhost" or host.endswith((".localhost", ".internal", ".local")):
        return "a private name"
    try:
        return None if is_public(host) else "a private address"
    except ValueError:
        return None


class AddressMiddleware:
    """Refuses requests into private space; sits where redirected requests pass as well."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = allowed

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build it from the setting PORTAL_ALLOW_HOSTS."""
        return cls(frozenset(crawler.settings.getlist("PORTAL_ALLOW_HOSTS")))

    def process_request(self, request: Request) -> None:
        """Let the request pass, or raise `ForbiddenAddress`."""
        reason = refuse(request.url, self._allowed)
        if reason:
            raise ForbiddenAddress(f"{request.url}: {reason}")


class PublicResolver(CachingThreadedResolver):
    """Resolves names, and refuses those that point into private space (DNS rebinding)."""

    allowed: Collection[str] = ()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:  # noqa: ANN401 - Twisted's reactor has no common type
        """Build it from the setting PORTAL_ALLOW_HOSTS."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = frozenset(crawler.settings.getlist("PORTAL_ALLOW_HOSTS"))
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> "Deferred[str]":  # noqa: ANN401 - Twisted's interface
        """Resolve, then judge the address."""

        def judge(address: str) -> str:
            if name not in self.allowed and not is_public(address):
                raise DNSLookupError(f"{name} resolves into private space ({address})")
            return address

        return super().getHostByName(name, timeout).addCallback(judge)
