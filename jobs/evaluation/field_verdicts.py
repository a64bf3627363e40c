"""What a person found in the hand-checked sheet: for each field, how many of its records are right.

The sheet and its verdicts are ``tests/normalize/sheet`` of the project; an installed package has neither.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "tests" / "normalize" / "sheet"
FIELDS = ("deadlines", "opens_at", "amounts", "places", "applicants")
VERDICTS = ("right", "mended", "incomplete", "source contradicts itself", "wrong", "not stated")


def verdicts_by_field(
    sheet: Iterable[Mapping[str, Any]], found: Iterable[Mapping[str, Any]]
) -> dict[str, Counter[str]]:
    """Return field -> verdict -> number of records.

    Args:
        sheet: Lines of ``sheet.json``: source, native id, and a value for each of `FIELDS`.
        found: Tables of ``verdicts.toml``; what none names is right, or not stated where it is empty.

    Raises:
        ValueError: A verdict, field or record there is none of.
    """
    named = {
        (entry["source"], native_id, entry["field"]): str(entry["verdict"])
        for entry in found
        for native_id in entry["ids"]
    }
    counted: dict[str, Counter[str]] = {field: Counter() for field in FIELDS}
    for line in sheet:
        for field in FIELDS:
            verdict = named.pop((line["source"], line["native_id"], field), None)
            counted[field][verdict or ("right" if line[field] else "not stated")] += 1
    if named or set().union(*counted.values()) - set(VERDICTS):
        raise ValueError(f"verdicts of nothing, or unknown ones: {named or counted}")
    return counted


def read_verdicts(folder: Path = FOLDER) -> dict[str, Counter[str]]:
    """Return what the project's own sheet says; empty where the project's tests are not there.

    Raises:
        ValueError: As `verdicts_by_field`.
    """
    if not (folder / "sheet.json").is_file():
        return {}
    sheet = json.loads((folder / "sheet.json").read_text("utf-8"))
    return verdicts_by_field(sheet, tomllib.loads((folder / "verdicts.toml").read_text("utf-8"))["found"])


def print_verdicts(counted: Mapping[str, Counter[str]]) -> None:
    """Print a line a field."""
    if not counted:
        return
    print(f"\n{'records checked by hand':28}" + "".join(f"{verdict:>27}" for verdict in VERDICTS))
    for field, verdicts in counted.items():
        print(f"{field:28}" + "".join(f"{verdicts[verdict]:27}" for verdict in VERDICTS))
