"""Text from sources: hostile until it has passed here, once.

`plain_text` and `sanitise_html` are the two ways in; what they return holds no markup, or only
harmless markup. Nothing downstream cleans again. Every pattern is linear in its text: a record
may hold megabytes of "<<<<".
"""

import re
import unicodedata
from html import escape, unescape

import nh3
from selectolax.lexbor import LexborHTMLParser

from normalize.section_labels import part_labels
from normalize.web_address import clean_url

SUMMARY_LIMIT = 500
MAX_DEPTH = 500
"""Open elements at once. Both parsers take quadratic time on nested blocks: 40,000 lists took 21 s."""
ELLIPSIS = "…"
_BLOCKS = (
    "address|article|aside|blockquote|br|caption|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form"
    "|h[1-6]|header|hr|legend|li|main|nav|ol|option|p|pre|section|summary|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
_UNREAD = ["script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head"]
_ALLOWED = frozenset(
    {"p", "br", "ul", "ol", "li", "h3", "h4", "h5", "h6", "strong", "em", "b", "i", "sub", "sup", "a"}
    | {"blockquote", "table", "thead", "tbody", "tr", "th", "td"}
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
_ASCII_CONTROL = bytes(code for code in range(128) if _CONTROL.match(chr(code)))
_LINE = 500
"""Characters up to which a text is looked at for being a plain line already; most fields are."""
_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>|<!--|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_BLOCK_TAG = re.compile(rf"<(?=/?(?:{_BLOCKS})\b)", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>?")
_INSIDE_TAG = r"\b[^<>\"]*(?:\"[^\"]*\"[^<>\"]*)*>"
_INLINE_TAG = re.compile(rf"</?(?:a|b|i|em|strong|sub|sup){_INSIDE_TAG}")
_ANY_TAG = re.compile(rf"</?[a-z]+[1-6]?{_INSIDE_TAG}")
_NESTING = re.compile(
    r"<(/?)(?!(?:p|li|td|th|tr|dd|dt|option|br|hr|img|input|meta|link|col|wbr)\b)[a-zA-Z]", re.IGNORECASE
)
_CELL_END = re.compile(r"</t[dh]\b", re.IGNORECASE)
_HIGH_HEADING = re.compile(r"<(/?)h[12]\b", re.IGNORECASE)
_TOPIC_HEADING = re.compile(
    r"<span\b[^<>]*\bclass=\"topicdescriptionkind\"[^<>]*>([^<>]*)</span>", re.IGNORECASE
)
_DIVISION = re.compile(r"<(/?)div\b[^<>]*>", re.IGNORECASE)
_EMPTY_PARAGRAPH = re.compile(r"<p>(?:\s|&nbsp;)*</p>")
_SENTENCE_END = re.compile(r"[.!?…]+[\"»”’)\]]*(?=\s+(\S))")
_MOJIBAKE = re.compile(r"[ÃÂâÅÄÎÏÐÑ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


def plain_text(html: str) -> str:
    """Return the words of HTML or plain text, a line a block, words never glued together.

    Entities are decoded, control and direction characters dropped, white space squeezed; what
    holds no markup comes back with its lines kept.
    """
    if len(html) <= _LINE and html.isascii() and html.isprintable() and "<" not in html and "&" not in html:
        return " ".join(html.split())
    text = _without_controls(repair_mojibake(html))
    if not _is_markup(text):
        return _squeeze(text)
    if _is_too_deep(text):
        return _squeeze(unescape(_TAG.sub("\n", text)))
    # A line break before every block tag, then the tags fall away: ten times faster than a walk
    # over the tree, and safe on tags that stand where the parser drops them (a cell outside a table).
    marked = _CELL_END.sub(" \\g<0>", _BLOCK_TAG.sub("\n<", text.replace("\n", " ").replace("\r", " ")))
    tree = LexborHTMLParser(marked)
    tree.strip_tags(_UNREAD)
    return _squeeze(tree.root.text() if tree.root is not None else "")


def text_of(sanitised: str) -> str:
    """Return the words of what `sanitise_html` returned, as `plain_text` does: few tags need no parser."""
    line = sanitised.replace("\n", " ").replace("\r", " ")
    if "<" in line:
        line = _ANY_TAG.sub("\n", _INLINE_TAG.sub("", line))
    return _squeeze(unescape(line) if "&" in line else line)


def _is_too_deep(text: str) -> bool:
    """Tell whether more than `MAX_DEPTH` elements may be open at once, counting those never closed."""
    if text.count("<") <= MAX_DEPTH:
        return False
    depth = 0
    for match in _NESTING.finditer(text):
        depth += -1 if match[1] else 1
        if depth > MAX_DEPTH:
            return True
    return False


def _without_controls(text: str) -> str:
    """Drop characters that nobody sees; in ASCII by a table of bytes, twenty times quicker."""
    if text.isascii():
        return text.encode().translate(None, _ASCII_CONTROL).decode()
    if text.replace("\n", " ").replace("\xa0", " ").isprintable():  # every such character is unprintable
        return text
    return _CONTROL.sub("", text)


def _is_markup(text: str) -> bool:
    return ("<" in text or "&" in text) and _MARKUP.search(text) is not None


def _squeeze(text: str) -> str:
    # Control characters again, for what entities decoded to ("&#8203;").
    text = _without_controls(text if text.isascii() else unicodedata.normalize("NFC", text))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def sanitise_html(html: str) -> str:
    """Return HTML with structure (headings, lists, tables, links) and nothing that acts or styles.

    Headings above h3 become h3: the page that shows them has its own h1 and h2. The EU portal's
    headings, which are spans, become h3. Plain text becomes paragraphs. Links keep an absolute
    http(s) or mailto address or lose it: a relative one would point into our own site.
    """
    text = _without_controls(repair_mojibake(html))
    if not _is_markup(text) or _is_too_deep(text):
        return "".join(
            f"<p>{escape(line, quote=False)}</p>"
            for line in part_labels(plain_text(text)).split("\n")
            if line
        )
    text = _HIGH_HEADING.sub(r"<\1h3", text)
    text = _TOPIC_HEADING.sub(r"<h3>\1</h3>", text)
    text = _CELL_END.sub(" \\g<0>", _DIVISION.sub(r"<\1p>", text))
    return _EMPTY_PARAGRAPH.sub("", _CLEANER.clean(text)).strip()


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        address = value.strip()
        return address if address.lower().startswith("mailto:") else clean_url(address)
    if name == "rel":  # ours: the cleaner sets it before it asks
        return value
    return value if value.isascii() and value.isdigit() and len(value) <= 2 else None


_CLEANER = nh3.Cleaner(
    tags=_ALLOWED,
    attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    clean_content_tags={
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "svg",
        "math",
        "title",
    },
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)


def clean_line(text: str) -> str:
    """Return one line of plain words, for titles and names."""
    return " ".join(plain_text(text).split())


def repair_mojibake(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252 or Latin-1, only when certain.

    Certain means: the telling pairs are there and the whole text survives the way back, which a
    text with any real accented letter does not. Anything else is returned as it came.
    """
    if text.isascii() or not _MOJIBAKE.search(text):
        return text
    for charset in ("cp1252", "latin-1"):
        try:
            return text.encode(charset).decode("utf-8")
        except UnicodeError:
            continue
    return text


def summarise(text: str, limit: int = SUMMARY_LIMIT) -> str:
    """Return the first whole sentences of plain text, at most ``limit`` characters.

    A first sentence longer than the limit is cut at a word and ends with an ellipsis.
    """
    line = " ".join(text[: limit * 4].split())
    if len(line) <= limit:
        return line if len(text) <= limit * 4 else summarise(" ".join(text.split()), limit)
    end = 0
    for match in _SENTENCE_END.finditer(line, 0, limit + 20):
        if match.end() > limit:
            break
        # "Art. 5" and "e.g. steel" go on: a sentence begins with neither a digit nor a small letter.
        if not (match[1].islower() or match[1].isdigit()):
            end = match.end()
    if end >= limit // 5:
        return line[:end]
    cut = line[: limit - 1]
    return cut.rsplit(" ", 1)[0].rstrip(" ,;:") + ELLIPSIS
