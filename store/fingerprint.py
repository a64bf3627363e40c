"""What makes two versions of a call the same."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from normalize.call import Call

LIFE = frozenset({"first_seen_at", "last_seen_at", "changed_at", "revision", "group_id"})
"""Fields the store keeps; what a publisher says of them does not count."""
_UNORDERED = ("aliases", "applicants", "countries", "deadlines", "instrument", "keywords", "regions")
"""Fields whose order a source may shuffle without saying anything new."""


def content_hash(call: Call) -> str:
    """Return a SHA-256 in hexadecimal over everything the source says.

    Life, white space, the order of lists without an order, seconds (the EU portal's deadlines
    carry random ones) and the zeros at the end of a number make no difference. Nor do the offsets of a
    tag's evidence: they move with white space, and with the words only where the words themselves do.
    """
    facts = _plain(call.model_dump(exclude=set(LIFE)))
    for tag in facts["tags"]:
        tag["evidence"] = [[evidence["field"], evidence["term"]] for evidence in tag["evidence"]]
    for name in _UNORDERED:
        facts[name] = sorted(facts[name], key=_json)
    return sha256(_json(facts).encode()).hexdigest()


def minute_of(moment: datetime) -> datetime:
    """Return the moment without its seconds."""
    return moment.replace(second=0, microsecond=0)


def number_words(number: Decimal) -> str:
    """Return a number without exponent and without needless zeros: 100.00, 1E+2 and 100 are ``100``."""
    return f"{number.normalize():f}"


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, datetime):
        return minute_of(value).isoformat()
    return number_words(value) if isinstance(value, Decimal) else value


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
