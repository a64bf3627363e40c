"""Numbers and addresses by which a call is known beyond its own source. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from normalize.call import Call

_BDNS_SOURCE = "es_bdns"
_BDNS = re.compile(r"(?:BDNS\W*)?([0-9]{5,7})", re.IGNORECASE)
_TOPIC = re.compile(r"[A-Z][A-Z0-9]+(?:-[A-Za-z0-9]+){2,}")
"""An EU topic's identifier: HORIZON-CL4-2025-04-DATA-03."""
_TRACKING = re.compile(r"^(?:utm_|fbclid|gclid|mc_|pk_)")


@dataclass(frozen=True, slots=True)
class Reference:
    """A number given by somebody: ``key`` to compare by, ``words`` to show."""

    key: tuple[str, str]
    words: str


def references_of(call: Call) -> Iterator[Reference]:
    """Yield the references a call carries.

    Spain's register numbers every call of every region (Law 38/2003, Art. 20); regional registers
    name that number. A cascade call shares its parent topic's identifier with many others, so that
    identifier is no reference of its own.
    """
    if call.source_id == _BDNS_SOURCE:
        yield Reference(("bdns", call.native_id), f"BDNS number {call.native_id}")
    elif "ES" in call.countries:
        for alias in call.aliases:
            number = _BDNS.fullmatch(alias.strip())
            if number:
                yield Reference(("bdns", number[1]), f"BDNS number {number[1]}")
    if not call.cascade and call.call_identifier and _TOPIC.fullmatch(call.call_identifier):
        yield Reference(("topic", call.call_identifier.upper()), f"the identifier {call.call_identifier}")


def address_key(url: str) -> str:
    """Return an address without what does not tell pages apart; empty for a site's front page."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    query = sorted((name, value) for name, value in parse_qsl(parts.query) if not _TRACKING.match(name))
    path = parts.path.rstrip("/")
    return f"{host}{path}?{urlencode(query)}" if path or query else ""
