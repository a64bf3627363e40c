"""Which addresses are for programs, and which for people."""

_ROOMS = ("/api", "/common-grants", "/dump", "/dcat", "/.well-known")
_FILES = frozenset(
    {
        "/calendar.ics",
        "/feed.atom",
        "/feed.json",
        "/healthz",
        "/openapi.json",
        "/opensearch.xml",
        "/readyz",
        "/robots.txt",
    }
)
_WATCHED = frozenset({"/healthz", "/readyz"})


def is_for_programs(path: str) -> bool:
    """Tell whether an address answers programs: errors as problems, open to every origin, rate limited."""
    return (
        path in _FILES
        or any(path == room or path.startswith(f"{room}/") or path.startswith(f"{room}.") for room in _ROOMS)
        or path.startswith("/sitemap")
        or (path.startswith("/calls/") and path.endswith(".ics"))
    )


def is_limited(path: str) -> bool:
    """Tell whether requests to an address are counted; whoever watches the service is not."""
    return is_for_programs(path) and path not in _WATCHED


def is_bulk(path: str) -> bool:
    """Tell whether an answer is a whole file: dearer to make, and asked for less often."""
    return path == "/api/v1/export" or path.startswith("/dump/")
