"""Which addresses a crawl may talk to: never private space, unless the operator names the host."""

import ipaddress
import socket
from collections.abc import Collection
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class RefusedHosts(dict[str, str]):
    """Name -> why it may not be talked to, as its resolution showed."""

    def __deepcopy__(self, memo: object) -> "RefusedHosts":
        """Stay one object: Scrapy copies its settings deeply."""
        return self


class ForbiddenAddress(IgnoreRequest):
    """An address that a crawl must not fetch; the message names it and says why."""


def is_public(address: str) -> bool:
    """Tell whether an IP address is neither private, loopback, link-local, multicast nor reserved."""
    ip = ipaddress.ip_address(address)
    inner = _inner(ip) if isinstance(ip, ipaddress.IPv6Address) else None
    return all(part.is_global and not part.is_multicast for part in (ip, inner) if part)


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for (mapped, 6to4, Teredo, NAT64)."""
    if ip in _NAT64:
        return ipaddress.IPv4Address(ip.packed[-4:])
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def refuse(url: str, allowed: Collection[str]) -> str | None:
    """Return why a URL may not be fetched, None when it may. Names are judged when they resolve."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return f"{parts.scheme or 'no'} address"
    host = (parts.hostname or "").rstrip(".")
    if not host or parts.username or parts.password:
        return "no host, or credentials in the address"
    if host in allowed:
        return None
    if host == "localhost" or host.endswith((".localhost", ".internal", ".local")):
        return "a private name"
    address = _literal(host)
    return "a private address" if address and not is_public(address) else None


def _literal(host: str) -> str | None:
    """Return the address a host spells out, ``127.1`` and ``0x7f000001`` included; None for a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None


class AddressMiddleware:
    """Refuses requests into private space; sits where redirected requests pass as well."""

    def __init__(self, allowed: Collection[str], refused: RefusedHosts) -> None:
        self._allowed = allowed
        self._refused = refused

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build it from the settings PORTAL_ALLOW_HOSTS and PORTAL_REFUSED_HOSTS."""
        settings = crawler.settings
        return cls(frozenset(settings.getlist("PORTAL_ALLOW_HOSTS")), settings["PORTAL_REFUSED_HOSTS"])

    def process_request(self, request: Request) -> None:
        """Let the request pass, or raise `ForbiddenAddress`."""
        host = urlsplit(request.url).hostname or ""
        reason = refuse(request.url, self._allowed) or self._refused.get(host)
        if reason:
            raise ForbiddenAddress(f"{request.url}: {reason}")


class PublicResolver(CachingThreadedResolver):
    """Resolves names, and refuses those that point into private space (DNS rebinding)."""

    allowed: Collection[str] = ()
    refused: RefusedHosts

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:  # noqa: ANN401 - Twisted's reactor has no common type
        """Build it from the settings PORTAL_ALLOW_HOSTS and PORTAL_REFUSED_HOSTS."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.refused = crawler.settings["PORTAL_REFUSED_HOSTS"]
        resolver.allowed = frozenset(crawler.settings.getlist("PORTAL_ALLOW_HOSTS"))
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> "Deferred[str]":  # noqa: ANN401 - Twisted's interface
        """Resolve, then judge the address."""

        def judge(address: str) -> str:
            if name not in self.allowed and not is_public(address):
                # Twisted drops the reason; kept here, it is told when the request is tried again.
                self.refused[name] = f"its host resolves into private space ({address})"
                raise DNSLookupError(name)
            return address

        return super().getHostByName(name, timeout).addCallback(judge)
