"""Links from sources: shown only when they are plainly web addresses."""

import re
from urllib.parse import urlsplit

MAX_CHARACTERS = 2000
_BARE = re.compile(
    r"(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?P<last>[a-z]{2,24})(?:[:/?#].*)?", re.IGNORECASE
)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,62})\.)+[^\W\d_](?:[\w-]{0,62})\.?")
_FORBIDDEN = re.compile(r"[\s<>\"\\]")
_FILES = frozenset({"pdf", "doc", "docx", "xls", "xlsx", "odt", "zip", "htm", "html", "txt", "jpg", "png"})


def clean_url(text: str) -> str | None:
    """Return a link one may show; None for anything else.

    None means: prose, another scheme than http(s), no public host name, credentials, control
    characters or characters that no address holds. An address without its scheme
    (``www.boe.es/x``) gets ``https://``.
    """
    url = text.strip()
    if not url or len(url) > MAX_CHARACTERS or _FORBIDDEN.search(url) or not url.isprintable():
        return None
    bare = _BARE.fullmatch(url)
    if bare and bare["last"].lower() not in _FILES and "@" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises on a port that is none
    except ValueError:
        return None
    if (
        parts.scheme not in ("http", "https")
        or "@" in parts.netloc
        or not _HOST.fullmatch(parts.hostname or "")
    ):
        return None
    return url
