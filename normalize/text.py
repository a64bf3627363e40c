"""Text from sources: hostile until it has passed here, once.

`plain_text` and `sanitise_html` are the two ways in; what they return holds no markup, or only
harmless markup. Nothing downstream cleans again.
"""

import re
import unicodedata
from html import escape
from urllib.parse import urlsplit

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

SUMMARY_LIMIT = 500
_BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"]
)
_UNREAD = frozenset({"script", "style", "template", "head", "noscript", "iframe", "object", "svg"})
_ALLOWED = {
    "p", "br", "ul", "ol", "li", "h3", "h4", "h5", "h6", "strong", "em", "b", "i", "sub", "sup", "a", "blockquote",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_MARKUP = re.compile(r"<[a-zA-Z/!][^>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,31});")
_SENTENCE_END = re.compile(r"[.!?…](?:[\"»”’)\]]*)(?=\s+[^\s\da-zà-ÿ]|\s*$|\n)|\n")
_MOJIBAKE = re.compile(r"(?:[ÃÂâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]){1}")

_CLEANER = nh3.Cleaner(
    tags=_ALLOWED,
    attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
    url_schemes={"http", "https", "mailto"},
    clean_content_tags={"script", "style"},
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)


def plain_text(html: str) -> str:
    """Return the words of HTML or plain text, a line a block, words never glued together.

    Entities are decoded, control and direction characters dropped, white space squeezed; the
    result is stable: ``plain_text(plain_text(x))`` loses nothing more when it holds no markup.
    """
    if not _MARKUP.search(html):
        return _squeeze(html)
    parts: list[str] = []
    root = LexborHTMLParser(html).root
    if root is not None:
        _collect(root, parts)
    return _squeeze("".join(parts))


def _collect(root: LexborNode, parts: list[str]) -> None:
    """Walk without recursion: hostile input nests deeper than Python's stack."""
    for node in root.traverse(include_text=True):
        tag = node.tag
        if tag == "-text":
            parent = node.parent
            if parent is None or parent.tag not in _UNREAD:
                if (parent is not None and parent.tag in _BLOCKS and node.prev is None) or (node.prev is not None and node.prev.tag in _BLOCKS):
                    parts.append("\n")
                parts.append((node.text(deep=False) or "").replace("\n", " "))
        elif tag in _BLOCKS:
            parts.append("\n")


def _squeeze(text: str) -> str:
    text = _CONTROL.sub("", unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n"))
    lines = (_SPACES.sub(" ", line).strip() for line in text.replace("\xa0", " ").split("\n"))
    return "\n".join(line for line in lines if line)


def sanitise_html(html: str) -> str:
    """Return HTML with structure (headings, lists, tables, links) and nothing that acts or styles.

    Headings above h3 become h3: the page that shows them has its own h1 and h2. Plain text
    becomes paragraphs.
    """
    text = repair_mojibake(_CONTROL.sub("", html))
    if not _MARKUP.search(text):
        return "".join(f"<p>{escape(line, quote=False)}</p>" for line in _squeeze(text).split("\n") if line)
    text = re.sub(r"<(/?)h[12]\b", r"<\1h3", text, flags=re.IGNORECASE)
    text = re.sub(
        r"<span[^>]*class=\"topicdescriptionkind\"[^>]*>(.*?)</span>", r"<h3>\1</h3>", text, flags=re.DOTALL
    )
    text = re.sub(r"<(/?)div\b[^>]*>", r"<\1p>", text, flags=re.IGNORECASE)
    cleaned = _CLEANER.clean(text)
    return re.sub(r"<p>(?:\s|&nbsp;)*</p>", "", cleaned).strip()


def clean_line(text: str) -> str:
    """Return one line of plain words, for titles and names."""
    return " ".join(plain_text(repair_mojibake(text)).split())


def repair_mojibake(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252 or Latin-1, only when certain.

    Certain means: the telling pairs are there, the whole text survives the way back, and fewer
    odd characters are left afterwards. Anything else is returned as it came.
    """
    if not _MOJIBAKE.search(text):
        return text
    for charset in ("cp1252", "latin-1"):
        try:
            repaired = text.encode(charset).decode("utf-8")
        except UnicodeError:
            continue
        return repaired
    return text


def summarise(text: str, limit: int = SUMMARY_LIMIT) -> str:
    """Return the first whole sentences of plain text, at most ``limit`` characters.

    A first sentence longer than the limit is cut at a word and ends with an ellipsis.
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    end = 0
    for match in _SENTENCE_END.finditer(line):
        if match.end() > limit:
            break
        end = match.end()
    if end >= limit // 5:
        return line[:end].strip()
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def clean_url(text: str) -> str | None:
    """Return a link one may show, or None for prose, other schemes, credentials and control characters.

    A web address without its scheme (``www.boe.es/x``) gets ``https://``.
    """
    url = text.strip()
    if not url or any(character.isspace() or not character.isprintable() for character in url):
        return None
    if re.match(r"^[\w-]+(\.[\w-]+)+([/?#].*)?$", url):
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # raises on a port that is none
    except ValueError:
        return None
    if (
        parts.scheme not in ("http", "https")
        or not host
        or "." not in host
        or parts.username
        or parts.password
    ):
        return None
    return url
