"""NUTS 2024: codes, names and parents.

Source: European Commission - Eurostat/GISCO (NUTS 2024; labels only, no boundaries).
``region_names.csv`` adds names in use that are not labels of the classification.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "nuts_2024.csv"
_OTHER_NAMES = Path(__file__).parent / "region_names.csv"
_BRACKETS = re.compile(r"\s*\([^)]*\)\s*$")


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


def narrowest(codes: Iterable[str]) -> list[str]:
    """Return the codes that none of the others lies inside, in their order: FR, FR1, FR10 -> FR10."""
    several = list(codes)
    return [code for code in several if not any(o != code and o.startswith(code) for o in several)]


def narrowest_names(codes: Iterable[str]) -> list[str]:
    """Return the names of the narrowest regions of a list: no countries; an unknown code is its name."""
    known = regions()
    narrow = [code for code in narrowest(codes) if len(code) > 2]
    return [known[code].name if code in known else code for code in narrow]


def fold(name: str) -> str:
    """Return a name as compared: no accents, no case, no punctuation."""
    letters = unicodedata.normalize(
        "NFKD", name.casefold().replace("ß", "ss").replace("ø", "o").replace("ł", "l")
    )
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())


@cache
def codes_by_name(country: str) -> Mapping[str, tuple[str, ...]]:
    """Return folded name -> codes for a country's regions (Eurostat's country code).

    The widest region of a name wins (Île-de-France is FR1 and FR10). Bilingual labels
    ("Vlaams-Brabant/Brabant flamand") are found whole and by each part, labels with a bracket
    ("Centro (PT)") also without. A name of two different regions is left out. A region that the
    classification has split since ("Trentino-Alto Adige") is its parts.
    """
    found: dict[str, set[str]] = {}
    for region in regions().values():
        if region.code.startswith(country):
            for name in region.names:
                for part in (name, _BRACKETS.sub("", name), *name.split("/")):
                    found.setdefault(fold(part), set()).add(region.code)
    names: dict[str, tuple[str, ...]] = {}
    for name, codes in found.items():
        widest = min(codes, key=lambda code: (len(code), code))
        if all(code.startswith(widest) for code in codes):
            names[name] = (widest,)
    return names | _other_names(country)


def _other_names(country: str) -> dict[str, tuple[str, ...]]:
    with _OTHER_NAMES.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["country"] == country]
    return {fold(row["name"]): tuple(row["codes"].split()) for row in rows}
