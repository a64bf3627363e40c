"""The tantivy schema, and a call's document in it."""

import json
from dataclasses import astuple
from functools import cache, lru_cache
from hashlib import sha256
from typing import Protocol

import tantivy

from index.documents import FOREVER, IndexDocument
from index.folding import words_of
from index.query import FACETS, NOT_STATED
from index.texts import Texts
from normalize.call import Status

SCHEMA_VERSION = 6
"""Raised with every change of the schema or of what is written into it: an old index is built anew."""
TEXTS_KEPT = 2048
"""Texts of calls kept as read and folded, some 25 kB each: the same calls are found again and again."""
STORED_FACETS = tuple(name for name in FACETS if name != "status")
TEXT_FIELDS = ("title", "summary", "keywords", "identifier", "body")
_TIE_BITS = 26
"""Bits of a hash of the call's id below each rank of an order field: ties are always broken alike."""
_DATE_MAX = 2**36
"""Seconds since 1970 up to the year 4147; what is printed later means "no end"."""
CONTINUOUS_RANK, DATELESS_RANK, CLOSED_RANK = _DATE_MAX, _DATE_MAX + 1, _DATE_MAX + 2
"""Ranks after every date: "until funds end", no date known, over."""
_SECOND = 1_000_000


@cache
def build_schema() -> tantivy.Schema:
    """Return the schema; built once a process.

    Words are folded and parted here and joined by blanks: the analyzer "whitespace" is the one that
    every opening of an index has, and it neither drops long words nor parts any differently.
    """
    builder = tantivy.SchemaBuilder()
    for name in ("id", "kind", "base_status"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("identifier_whole", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("shown", stored=True)  # a text field would also be indexed
    for facet in FACETS:
        builder.add_text_field(
            f"f_{facet}", stored=facet == "status", fast=True, tokenizer_name="raw", index_option="basic"
        )
    for name in ("opens", "closes", "past_until", "next_until", "next_at", "first_seen", "budget"):
        builder.add_integer_field(name, indexed=True, fast=True, stored=name in ("opens", "closes"))
    for name in ("status_from", "status_until"):
        builder.add_integer_field(name, fast=True)
    for name in ("deadline_order", "newest_order"):
        builder.add_integer_field(name, fast=True)
    for name in ("withdrawn", "continuous"):
        builder.add_boolean_field(name, indexed=True, stored=True)
    for name in ("until", "at", "cursor"):
        builder.add_integer_field(name, stored=True)
    return builder.build()


def to_tantivy(document: IndexDocument, moment: int) -> tantivy.Document:
    """Return the document to add; ``moment`` (microseconds) decides which deadline is the next."""
    following = next(((until, at) for until, at in document.deadlines if until >= moment), None)
    fields = tantivy.Document(
        id=document.call_id,
        kind="call",
        base_status=document.base_status,
        title=_joined(document.title),
        summary=_joined(document.summary),
        keywords=_joined(f"{document.keywords}\n{document.tags}"),
        identifier=[_joined(name) for name in document.identifiers],
        identifier_whole=[_joined(name) for name in document.identifiers],
        body=_joined(document.body),
        shown=_shown(document),
        opens=document.opens,
        closes=document.closes,
        past_until=max((until for until, _ in document.deadlines if until < moment), default=-FOREVER),
        next_until=following[0] if following else FOREVER,
        first_seen=document.first_seen,
        deadline_order=deadline_order(
            document.call_id,
            following[1] if following else None,
            continuous=document.continuous,
            over=document.withdrawn or document.closes < moment or document.base_status == "closed",
        ),
        newest_order=_ranked(document.call_id, document.first_seen // _SECOND),
        f_status=status_at(document, moment),
        status_from=max((at for at in boundaries(document) if at <= moment), default=-FOREVER),
        status_until=min((at for at in boundaries(document) if at > moment), default=FOREVER),
        withdrawn=document.withdrawn,
        continuous=document.continuous,
        until=[until for until, _ in document.deadlines],
        at=[at for _, at in document.deadlines],
    )
    if following:
        fields.add_integer("next_at", following[1])
    if document.budget_cents is not None:
        fields.add_integer("budget", document.budget_cents)
    for facet in STORED_FACETS:
        for value in document.facets[facet]:
            fields.add_text(f"f_{facet}", value)
    return fields


class Moments(Protocol):
    """What decides the status of a call."""

    @property
    def opens(self) -> int:
        """Return when it opens, in microseconds."""

    @property
    def closes(self) -> int:
        """Return the last instant of its last deadline."""

    @property
    def base_status(self) -> Status:
        """Return its status between the two."""

    @property
    def withdrawn(self) -> bool:
        """Tell whether it was taken back."""


def status_at(call: Moments, moment: int) -> Status:
    """Return the status of a call at a moment in microseconds; see `Call.status_at`."""
    if call.withdrawn:
        return "withdrawn"
    if call.closes < moment:
        return "closed"
    return "forthcoming" if call.opens > moment else call.base_status


def boundaries(call: Moments) -> tuple[int, int]:
    """Return the two moments from which on the status of a call may be another."""
    return call.opens, call.closes + 1


def _shown(document: IndexDocument) -> bytes:
    """Return the texts a hit is explained with (`read_shown`)."""
    language = document.facets["language"][0]
    texts = Texts(
        title=document.title,
        summary=document.summary,
        body=document.body,
        keywords=document.keywords,
        identifiers="\n".join(document.identifiers),
        areas=document.facets["area"],
        language=None if language == NOT_STATED else language,
    )
    return json.dumps(astuple(texts), ensure_ascii=False).encode("utf-8", "surrogatepass")


def read_shown(document: tantivy.Document) -> Texts:
    """Return the texts of a document as read from the index."""
    return _texts_of(bytes(document.get_first("shown") or b"[]"))


@lru_cache(TEXTS_KEPT)
def _texts_of(stored: bytes) -> Texts:
    title, summary, body, keywords, identifiers, areas, language = json.loads(
        stored.decode("utf-8", "surrogatepass")
    )
    return Texts(title, summary, body, keywords, identifiers, tuple(areas), language)


def deadline_order(call_id: str, next_at: int | None, *, continuous: bool, over: bool) -> int:
    """Return the place of a call in the order of deadlines: dates, then open ends, unknown, over."""
    if over:
        rank = CLOSED_RANK
    elif next_at is not None:
        rank = min(next_at // _SECOND, _DATE_MAX - 1)
    else:
        rank = CONTINUOUS_RANK if continuous else DATELESS_RANK
    return _ranked(call_id, rank)


def _ranked(call_id: str, rank: int) -> int:
    tie = int.from_bytes(sha256(call_id.encode()).digest()[:4], "big") >> (32 - _TIE_BITS)
    return (max(rank, 0) << _TIE_BITS) + tie


def _joined(text: str) -> str:
    return " ".join(words_of(text))
