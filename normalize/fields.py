"""`Fields`: what a mapper takes out of a source's record, still as printed.

A mapper decides *where* in the payload a field of ours stands. It never parses: the parsers of
this room do, by the formats the source's entry declares.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from normalize.call import DeadlineKind
from normalize.errors import RecordError

AmountText = str | int | float | Decimal


class DeadlineText(BaseModel):
    """One deadline as printed, with what the record says about its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    kind: DeadlineKind = "single"
    label: str | None = None


class DocumentText(BaseModel):
    """One linked document as printed; a link without a usable address is dropped later."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    url: str


class Fields(BaseModel):
    """A record's fields by our names, as printed by the source. None or empty: not stated.

    Texts may hold HTML. ``deadlines`` holds one entry a date; a scheme without an end is
    ``continuous=True``. ``regions`` and ``countries`` are codes or names; ``applicants``,
    ``instrument`` and ``status`` are the source's words, looked up in its entry.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    native_id: str
    aliases: tuple[str, ...] = ()
    url: str | None = None
    title: str | None = None
    summary: str | None = None
    description: str | None = None
    language: str | None = None
    keywords: tuple[str, ...] = ()
    documents: tuple[DocumentText, ...] = ()
    level: str | None = None
    cascade: bool = False
    funder: str | None = None
    programme: str | None = None
    destination: str | None = None
    partnership: str | None = None
    action_type: str | None = None
    call_identifier: str | None = None
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    everywhere: bool = False
    applicants: tuple[str, ...] = ()
    eligibility: str | None = None
    consortium: str | None = None
    trl: str | None = None
    opens_at: str | None = None
    deadlines: tuple[DeadlineText, ...] = ()
    continuous: bool = False
    deadline_note: str | None = None
    decided_at: str | None = None
    status: str | None = None
    budget_total: AmountText | None = None
    grant_min: AmountText | None = None
    grant_max: AmountText | None = None
    funding_rate_max: AmountText | None = None
    expected_grants: int | None = None
    currency: str | None = None
    instrument: tuple[str, ...] = ()
    source_tags: tuple[str, ...] = ()


def take(payload: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - JSON
    """Return ``payload[key]``.

    Raises:
        RecordError: The key is missing, null or empty: a field that every record of the source has.
    """
    value = payload.get(key)
    if value is None or value in ("", [], {}):
        raise RecordError("missing", field=key)
    return value
