"""Addresses: the portal's own, and those of others it may link to."""

from urllib.parse import quote, urlsplit

from normalize.call import Call


def call_path(call_id: str) -> str:
    """Return the path of a call's page here; a slash in an id is encoded, or "/../" would climb."""
    return f"/calls/{quote(call_id, safe=':')}"


def call_url(call: Call, public_url: str) -> str:
    """Return the address of a call's page here."""
    return public_url.rstrip("/") + call_path(call.id)


def web_address(text: str) -> str | None:
    """Return an address one may link to: http or https with a host; None for anything else."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.netloc else None
