"""The tantivy schema, and a call's document in it."""

from functools import cache
from hashlib import sha256

import tantivy

from index.documents import FOREVER, IndexDocument
from index.folding import fold
from index.query import FACETS

SCHEMA_VERSION = 1
"""Raised with every change of the schema or of what is written into it: an old index is built anew."""
STORED_FACETS = tuple(name for name in FACETS if name != "status")
TEXT_FIELDS = ("title", "summary", "keywords", "identifier", "body")
_TIE = 1 << 20
"""Room for a hash of the call's id below each second of the order field: ties are always broken alike."""
CONTINUOUS_RANK, DATELESS_RANK, CLOSED_RANK = 2**36, 2**36 + 1, 2**36 + 2
"""Ranks after every date: "until funds end", no date known, over."""


@cache
def build_schema() -> tantivy.Schema:
    """Return the schema; built once a process."""
    builder = tantivy.SchemaBuilder()
    for name in ("id", "kind", "base_status"):
        builder.add_text_field(
            name, stored=True, tokenizer_name="raw", index_option="basic", fast=name != "id"
        )
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name="default", index_option="position")
    builder.add_text_field("identifier_whole", tokenizer_name="raw", index_option="basic")
    for name in ("title", "summary", "body"):
        builder.add_text_field(f"{name}_text", stored=True, tokenizer_name="raw", index_option="basic")
    for facet in STORED_FACETS:
        builder.add_text_field(f"f_{facet}", fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("opens", "closes", "next_until", "next_at", "first_seen", "budget", "deadline_order"):
        builder.add_integer_field(name, indexed=True, fast=True, stored=name == "closes")
    builder.add_boolean_field("withdrawn", indexed=True, fast=True, stored=True)
    builder.add_boolean_field("continuous", indexed=True, fast=True, stored=True)
    for name in ("until", "at", "cursor"):
        builder.add_integer_field(name, stored=True, indexed=True)
    return builder.build()


def to_tantivy(document: IndexDocument, moment: int) -> tantivy.Document:
    """Return the document to add; ``moment`` (seconds) decides which deadline is the next."""
    following = next(((until, at) for until, at in document.deadlines if until >= moment), None)
    fields = tantivy.Document(
        id=document.call_id,
        kind="call",
        base_status=document.base_status,
        title=fold(document.title),
        summary=fold(document.summary),
        keywords=fold(document.keywords),
        identifier=[fold(name) for name in document.identifiers],
        identifier_whole=[fold(name) for name in document.identifiers],
        body=fold(document.body),
        title_text=document.title,
        summary_text=document.summary,
        body_text=document.body,
        opens=document.opens,
        closes=document.closes,
        next_until=following[0] if following else FOREVER,
        first_seen=document.first_seen,
        deadline_order=deadline_order(
            document.call_id,
            following[1] if following else None,
            continuous=document.continuous,
            over=document.withdrawn or document.closes < moment,
        ),
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


def deadline_order(call_id: str, next_at: int | None, *, continuous: bool, over: bool) -> int:
    """Return the place of a call in the order of deadlines: dates, then open ends, unknown, over."""
    if over:
        rank = CLOSED_RANK
    elif next_at is not None:
        rank = next_at
    else:
        rank = CONTINUOUS_RANK if continuous else DATELESS_RANK
    return rank * _TIE + int.from_bytes(sha256(call_id.encode()).digest()[:3], "big") % _TIE
