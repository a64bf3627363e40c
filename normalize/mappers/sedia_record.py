"""The shape of a SEDIA result: every value a list of strings, under ``metadata`` or flat.

Source: recorded answers of the EU search API, 2023 to 2026.
"""

from collections.abc import Mapping
from typing import Any


def metadata_of(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the metadata; 5 of 1,339 recorded cascade hits carried it flat at the top level."""
    metadata = result.get("metadata")
    return metadata if isinstance(metadata, Mapping) else result


def values(metadata: Mapping[str, Any], key: str) -> list[str]:
    """Return a field's values; absent, null and empty are the same."""
    value = metadata.get(key)
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items if item not in (None, "")]


def first(metadata: Mapping[str, Any], key: str) -> str | None:
    """Return a field's first value, None when there is none."""
    found = values(metadata, key)
    return found[0] if found else None


def native_id_of(result: Mapping[str, Any]) -> str | None:
    """Return the key that survives the portal's corrections; None for a record without one.

    A topic's ``ccm2Id`` (its identifier may be corrected); type 2 and 8 share identifiers among
    many calls, so they are known by their call's own number.
    """
    metadata = metadata_of(result)
    kind = first(metadata, "type")
    if kind == "2":
        key = first(metadata, "callIdentifier")
        return f"prospect-{key}" if key else None
    if kind == "8":
        key = first(metadata, "callccm2Id")
        return f"cascade-{key}" if key else None
    key = first(metadata, "ccm2Id")
    return f"update-{result.get('reference')}" if kind == "6" else key
