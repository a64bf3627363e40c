"""Which keys of a source's records are gone, and which are new: the reason behind a broken run."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from normalize.record import RawRecord

READ = 200
"""Records looked at on each side: a key that was in half of them shows well before."""
COMMON = 0.5
RARE = 0.02
SHOWN = 4


def renamed_keys(before: Iterable[RawRecord], now: Iterable[RawRecord]) -> str | None:
    """Return in words which keys left the records and which came; None when none did.

    Args:
        before: Records of the last healthy run.
        now: Records of this run.
    """
    old, new = _shares(before), _shares(now)
    if not old or not new:
        return None
    gone = sorted(key for key, share in old.items() if share >= COMMON and new.get(key, 0) <= RARE)
    come = sorted(key for key, share in new.items() if share >= COMMON and old.get(key, 0) <= RARE)
    if not gone:
        return None
    arrived = f"; new are {_listed(come)}" if come else ""
    return f"its records no longer have {_listed(gone)}{arrived}"


def _listed(keys: list[str]) -> str:
    more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
    return ", ".join(f"`{key}`" for key in keys[:SHOWN]) + more


def _shares(records: Iterable[RawRecord]) -> Mapping[str, float]:
    """Return key -> share of the records that have a value there; one level of objects is looked into."""
    found: Counter[str] = Counter()
    count = 0
    for record in islice(records, READ):
        try:
            payload = json.loads(record.payload)
        except (ValueError, RecursionError):
            continue
        count += 1
        found.update(set(_keys(payload)))
    return {key: number / count for key, number in found.items()}


def _keys(payload: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if not isinstance(payload, dict):
        return
    for key, value in payload.items():
        if isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner, held in value.items() if held not in (None, "", []))
        elif value not in (None, "", []):
            yield str(key)
