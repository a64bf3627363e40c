"""What a Meilisearch index holds of a call, how ids and values are written, and its settings.

Pure: nothing here talks to a server. Rules cited are those of Meilisearch's own documentation (v1.50).
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from index.compounds import parts_in
from index.documents import FOREVER, IndexDocument
from index.expansion import equivalents_of
from index.folding import words_of
from index.query import FACETS, NOT_STATED
from index.texts import Texts
from index.words import spellings_of

SCHEMA_VERSION = 3
"""Part of the index's name, raised with every change of what is written: an old index is built anew."""
CURSOR_ID = "cursor"
"""The document that holds the cursor; ids of calls begin with another letter."""
STORED_FACETS = tuple(name for name in FACETS if name != "status")
TEXT_FIELDS = ("identifiers", "title", "keywords", "summary", "body")
FORMS, EQUIVALENTS = "forms", "equivalents"
DATELESS, CONTINUOUS, OVER = 2**36 + 1, 2**36, 2**36 + 2
"""Ranks after every date (in seconds): none known, "until funds end", over."""
VALUE_MAX = 400
"""Bytes of a value that is filtered by; Meilisearch's store takes 468."""
ID_MAX = 380
"""Bytes of a call's id whose base64 is still a document id (511 characters at most)."""
_SECOND = 1_000_000
_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-.")

SETTINGS: Mapping[str, Any] = {
    "searchableAttributes": [*TEXT_FIELDS, FORMS, EQUIVALENTS],
    "filterableAttributes": [
        "id",
        "kind",
        "identifier_whole",
        "base_status",
        "withdrawn",
        "opens",
        "closes",
        "next_until",
        "past_until",
        "next_at",
        "rank_until",
        "first_seen",
        "budget",
        "order_rank",
        "tie",
        *(f"f_{name}" for name in STORED_FACETS),
    ],
    "sortableAttributes": ["order_rank", "first_seen_s", "tie"],
    "rankingRules": [
        "sort",
        "words",
        "typo",
        "exactness",
        "attributeRank",
        "proximity",
        "wordPosition",
        "status_rank:asc",
        "order_rank:asc",
        "tie:asc",
    ],
    "stopWords": [],
    "synonyms": {},
    "distinctAttribute": None,
    # Two errors in a word find too much of anything; numbers are never mistyped years.
    "typoTolerance": {
        "enabled": True,
        "minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 255},
        "disableOnNumbers": True,
        "disableOnAttributes": ["identifiers", FORMS, EQUIVALENTS],
    },
    "faceting": {"maxValuesPerFacet": 20_000},
    "pagination": {"maxTotalHits": 10_000_000},
}
"""Sent once and compared ever after. Orders matter in ``searchableAttributes`` and ``rankingRules`` only."""
_UNORDERED = frozenset({"filterableAttributes", "sortableAttributes", "stopWords"})


def differs(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Return the settings that are not as wanted; what a server adds of its own does not count."""
    return [name for name, value in wanted.items() if not _same(name, value, found.get(name))]


def _same(name: str, wanted: Any, found: Any) -> bool:  # noqa: ANN401 - JSON
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping) or (not wanted and found):
            return False
        return all(_same(key, value, found.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        is_unordered = name in _UNORDERED or name.startswith("disableOn")
        return sorted(map(str, wanted)) == sorted(map(str, found)) if is_unordered else wanted == found
    return bool(wanted == found)


def document_id(call_id: str) -> str:
    """Return a call's id as a document id, which may hold letters, digits, ``-`` and ``_`` only."""
    raw = call_id.encode("utf-8", "surrogatepass")
    if len(raw) > ID_MAX:
        return f"h{sha256(raw).hexdigest()}"
    return f"b{urlsafe_b64encode(raw).decode().rstrip('=')}"


def write_value(value: str) -> str:
    """Return a value as filters and facets compare it exactly.

    Meilisearch compares strings without case and accents and shows one spelling for all of them:
    "LIFE" and "Life" would be one programme. So everything but small letters, digits and three signs
    is written as ``%`` and hexadecimal digits. A value too long for its store is cut, and told from
    others by a hash.
    """
    raw = value.encode("utf-8", "surrogatepass")
    written = "".join(chr(byte) if byte in _SAFE else f"%{byte:02x}" for byte in raw)
    if len(written) <= VALUE_MAX:
        return written
    cut = written[: VALUE_MAX - 80]
    whole = cut[: cut.rfind("%")] if "%" in cut[-2:] else cut
    return f"{whole}~{sha256(raw).hexdigest()}"


def read_value(written: str) -> str:
    """Return the value that was written; of one that was cut, its beginning and its hash."""
    return unquote(written, errors="replace")


def tie_of(call_id: str) -> int:
    """Return what breaks ties between calls: a hash of the id that a double holds exactly."""
    return int.from_bytes(sha256(call_id.encode("utf-8", "surrogatepass")).digest()[:6], "big")


def order_rank(next_at: int | None, *, continuous: bool, over: bool) -> int:
    """Return the place in the order of deadlines, in seconds: dates, open ends, unknown, over."""
    if over:
        return OVER
    if next_at is not None:
        return max(0, min(next_at // _SECOND, CONTINUOUS - 1))
    return CONTINUOUS if continuous else DATELESS


def to_meili(document: IndexDocument, moment: int) -> dict[str, Any]:
    """Return the document to send; ``moment`` (microseconds) decides which deadline is the next."""
    following = next(((until, at) for until, at in document.deadlines if until >= moment), None)
    over = document.withdrawn or document.closes < moment or document.base_status == "closed"
    texts = texts_of(document)
    fields: dict[str, Any] = {
        "id": document_id(document.call_id),
        "kind": "call",
        "call_id": document.call_id,
        "identifiers": [_folded(name) for name in document.identifiers],
        "identifier_whole": [write_value(_folded(name)) for name in document.identifiers],
        "title": _folded(document.title),
        "keywords": [_folded(line) for line in (*document.keywords.split("\n"), document.tags)],
        "summary": _folded(document.summary),
        "body": _folded(document.body),
        FORMS: _forms(document),
        EQUIVALENTS: equivalents_of(texts),
        "shown": list(astuple(texts)),
        "base_status": document.base_status,
        "withdrawn": document.withdrawn,
        "continuous": document.continuous,
        "opens": document.opens,
        "closes": document.closes,
        "deadlines": [list(pair) for pair in document.deadlines],
        "past_until": max((until for until, _ in document.deadlines if until < moment), default=-FOREVER),
        "next_until": following[0] if following else FOREVER,
        "next_at": following[1] if following else None,
        "rank_until": document.opens - 1 if document.opens > moment else _after(document.closes, moment),
        "status_rank": _status_rank(document, moment, over=over),
        "order_rank": order_rank(
            following[1] if following else None, continuous=document.continuous, over=over
        ),
        "tie": tie_of(document.call_id),
        "first_seen": document.first_seen,
        "first_seen_s": document.first_seen // _SECOND,
        "budget": document.budget_cents,
    }
    facets = {f"f_{name}": [write_value(value) for value in document.facets[name]] for name in STORED_FACETS}
    return fields | facets


def _after(closes: int, moment: int) -> int:
    return closes if closes >= moment else FOREVER


def _status_rank(document: IndexDocument, moment: int, *, over: bool) -> int:
    if over:
        return 3
    if document.opens > moment:
        return 1
    return {"open": 0, "forthcoming": 1}.get(document.base_status, 2)


def cursor_document(cursor: int) -> dict[str, Any]:
    """Return the document that says up to which change the index holds the store."""
    return {"id": CURSOR_ID, "kind": "cursor", "cursor": cursor}


def texts_of(document: IndexDocument) -> Texts:
    """Return the texts a hit is explained with."""
    language = document.facets["language"][0]
    return Texts(
        title=document.title,
        summary=document.summary,
        body=document.body,
        keywords=document.keywords,
        identifiers="\n".join(document.identifiers),
        areas=tuple(area for area in document.facets["area"] if area != NOT_STATED),
        language=None if language == NOT_STATED else language,
    )


def read_texts(shown: Sequence[Any]) -> Texts:
    """Return the texts of a hit as stored."""
    title, summary, body, keywords, identifiers, areas, language = shown
    return Texts(title, summary, body, keywords, identifiers, tuple(areas), language)


def _folded(text: str) -> str:
    return " ".join(words_of(text))


def _forms(document: IndexDocument) -> list[str]:
    """Return the other forms of the document's words: a question cannot ask for one word or another."""
    found: dict[str, None] = {}
    language = document.facets["language"][0]
    for text in (document.title, document.keywords, document.summary, document.body):
        for form in _written_otherwise(text):
            found[form] = None
        found |= dict.fromkeys(sorted(parts_in(set(words_of(text)), language)))
    return list(found)


def _written_otherwise(text: str) -> Iterator[str]:
    for raw in dict.fromkeys(text.split()):
        yield from spellings_of(raw)
