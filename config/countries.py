"""Countries: ISO 3166-1 codes, Eurostat's own codes, and names.

Source: European Commission - Eurostat/GISCO; names in other languages from CLDR (Babel). Kosovo
carries XK, the user-assigned code the Commission uses.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel import Locale

from config.nuts import fold

_FILE = Path(__file__).parent / "countries.csv"
_LANGUAGES = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv nb"
_OTHER_NAMES: Mapping[str, str] = {
    "Bosnia and Herzegovina": "BA", "Czech Republic": "CZ", "Great Britain": "GB", "Holland": "NL",
    "Republic of Moldova": "MD", "Slovak Republic": "SK", "The Netherlands": "NL",
    "Turkey": "TR", "United States of America": "US",
}  # fmt: skip
"""Names in use that CLDR spells otherwise."""


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


@cache
def countries() -> Mapping[str, str]:
    """Return ISO code -> English name."""
    return {row["code"]: row["name"] for row in _rows()}


@cache
def eu_members() -> frozenset[str]:
    """Return the ISO codes of the EU's member states."""
    return frozenset(row["code"] for row in _rows() if row["eu"] == "1")


@cache
def _iso_by_eurostat() -> Mapping[str, str]:
    return {row["eurostat"]: row["code"] for row in _rows() if row["eurostat"]}


def iso_of(code: str) -> str | None:
    """Return the ISO code of an ISO or Eurostat code (EL -> GR, UK -> GB); None when unknown."""
    upper = code.strip().upper()
    return _iso_by_eurostat().get(upper) or (upper if upper in countries() else None)


def iso_of_region(code: str) -> str | None:
    """Return the ISO code of the country a NUTS code lies in (EL30 -> GR, UKI -> GB); None when unknown."""
    return iso_of(code[:2])


def eurostat_of(iso: str) -> str:
    """Return the code Eurostat uses in NUTS for an ISO code (GR -> EL)."""
    return {"GR": "EL", "GB": "UK"}.get(iso, iso)


@cache
def iso_by_name() -> Mapping[str, str]:
    """Return folded country name -> ISO code, in the 24 official EU languages and Norwegian.

    A name of two countries ("Kongo") is left out.
    """
    names: dict[str, set[str]] = {fold(name): {code} for name, code in _OTHER_NAMES.items()}
    for code, name in countries().items():
        names.setdefault(fold(name), set()).add(code)
    for language in _LANGUAGES.split():
        for code, name in Locale(language).territories.items():
            if code in countries():
                names.setdefault(fold(name), set()).add(code)
    return {name: next(iter(codes)) for name, codes in names.items() if len(codes) == 1}
