"""Ready-made filters: what people ask for most, one press each, on top of what they asked already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from index.query import SearchQuery
from portal_api.search_view import Address
from portal_api.speech import N_, say

CLOSING, NEW = timedelta(days=14), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready-made filter; ``href`` sets it, or takes it away when it is ``active``."""

    label: str
    href: str
    active: bool


def presets_of(query: SearchQuery, now: datetime, to: Address) -> Sequence[Preset]:
    """Return the presets as they stand to a query at ``now`` (UTC)."""
    return [_preset(query, label, changes, to) for label, changes in _changes(now)]


def _changes(now: datetime) -> Sequence[tuple[str, Mapping[str, Any]]]:
    today = now.date()
    return (
        (N_("Open now"), {"status": ("open",)}),
        (N_("Closing in 14 days"), {"status": ("open",), "deadline_to": today + CLOSING}),
        (N_("New this week"), {"new_since": today - NEW}),
        (N_("Opening soon"), {"status": ("forthcoming",)}),
        (N_("Open to SMEs"), {"applicant": ("sme",)}),
        (N_("For Seal holders"), {"seal": ("accepts",)}),
        (N_("Awards the Seal"), {"seal": ("awards",)}),
    )


def _preset(query: SearchQuery, label: str, changes: Mapping[str, Any], to: Address) -> Preset:
    active = all(getattr(query, field) == value for field, value in changes.items())
    if label == "Open now":
        # "Closing in 14 days" is open too; only one of them is lit.
        active = active and query.deadline_to is None
    fields = SearchQuery.model_fields
    plain = {field: fields[field].default for field in changes}
    return Preset(say(label), to(query, **(plain if active else changes), offset=0), active)
