"""NUTS 2024: codes, names and parents.

Source of the facts: European Commission, Eurostat/GISCO (NUTS 2024; labels only, no boundaries).
"""

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "nuts_2024.csv"


@dataclass(frozen=True, slots=True)
class Region:
    """One NUTS region. ``level`` is 0 (country) to 3."""

    code: str
    name: str
    names: tuple[str, ...]

    @property
    def level(self) -> int:
        """Return 0 to 3: a code has two letters and a character a level."""
        return len(self.code) - 2


@cache
def regions() -> Mapping[str, Region]:
    """Return code -> region, all levels, all countries of NUTS 2024."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return {
            row["code"]: Region(
                row["code"], row["name"], tuple(dict.fromkeys((row["name"], row["name_latin"])))
            )
            for row in csv.DictReader(stream)
        }


def with_parents(code: str) -> tuple[str, ...]:
    """Return the code's parents, widest first, and itself: FR101 -> FR, FR1, FR10, FR101."""
    return tuple(code[:length] for length in range(2, len(code) + 1))


def fold(name: str) -> str:
    """Return a name as compared: no accents, no case, no punctuation."""
    letters = unicodedata.normalize(
        "NFKD", name.casefold().replace("ß", "ss").replace("ø", "o").replace("ł", "l")
    )
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())


@cache
def codes_by_name(country: str) -> Mapping[str, str]:
    """Return folded name -> code for a country's regions (Eurostat code), the widest region winning.

    Bilingual names ("Trentino-Alto Adige/Südtirol") are found whole and by each part.
    """
    found: dict[str, str] = {}
    ours = sorted(
        (r for r in regions().values() if r.code.startswith(country)), key=lambda r: (r.level, r.code)
    )
    for region in ours:
        for name in region.names:
            for part in (name, *name.split("/")):
                found.setdefault(fold(part), region.code)
    return found
