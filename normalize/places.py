"""Regions and countries from codes and names as printed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from config.countries import eurostat_of, iso_by_name, iso_of, iso_of_region
from config.nuts import codes_by_name, fold, regions, with_parents
from normalize.errors import RecordError

_CODED = re.compile(r"(?P<code>[A-Z]{2}[0-9A-Z]{0,3})(?:\s*[-–:]\s*(?P<name>.+))?", re.DOTALL)
_SUFFIX = re.compile(r"\s*\([^()]*\)\s*$")
MAX_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Places:
    """Where a call is open: NUTS codes with their parents, and ISO countries."""

    regions: tuple[str, ...]
    countries: tuple[str, ...]


def parse_places(printed: Iterable[str], country: str | None, *, skip_unknown: bool = False) -> Places:
    """Read regions printed as codes ("ES61", "ES61 - ANDALUCIA") or names ("Île-de-France (Région)").

    Args:
        printed: Codes or names of regions or countries.
        country: ISO code of the country the names belong to; None when only codes are expected.
        skip_unknown: Leave out what nobody knows instead of refusing the record.

    Returns:
        Regions with all their parents, and the countries they lie in; a country's own code or
        name adds the country and no region.

    Raises:
        RecordError: A place nobody knows, or a name that several regions share.
    """
    codes: dict[str, None] = {}
    lands: dict[str, None] = {}
    for text in printed:
        found = _codes_of(text, country)
        if not found and not skip_unknown:
            raise RecordError("unknown region", value=text)
        for code in found:
            lands[iso_of_region(code) or code[:2]] = None
            if len(code) > 2:
                codes |= dict.fromkeys(with_parents(code))
    return Places(tuple(codes), tuple(lands))


def parse_countries(printed: Iterable[str]) -> tuple[str, ...]:
    """Read countries printed as codes or names in any official EU language; ISO codes, each once.

    Raises:
        RecordError: A country nobody knows.
    """
    found: dict[str, None] = {}
    for text in printed:
        iso = _country_of(text)
        if iso is None:
            raise RecordError("unknown country", value=text)
        found[iso] = None
    return tuple(found)


def is_known_place(text: str, country: str | None) -> bool:
    """Tell whether `parse_places` would read the text."""
    return bool(_codes_of(text, country))


def _country_of(text: str) -> str | None:
    bare = text[:MAX_CHARACTERS].strip()
    return iso_of(bare) if len(bare) == 2 else iso_by_name().get(fold(bare))


def _codes_of(text: str, country: str | None) -> tuple[str, ...]:
    """Return NUTS codes, or a country's Eurostat code; empty for a place nobody knows."""
    text = text[:MAX_CHARACTERS].strip()
    coded = _CODED.fullmatch(text)
    if coded and len(coded["code"]) == 2 and (iso := iso_of(coded["code"])):
        return _codes_in(coded["name"] or "", iso)
    if coded and coded["code"] in regions():
        return (coded["code"],)
    return _codes_of_name(text, country)


def _codes_in(name: str, iso: str) -> tuple[str, ...]:
    """Read what follows a country's code: "DE - Bayern" is a region, "CZ - CESKÁ REPUBLIKA" the country.

    The code decides where the name is neither a region of that country nor another country.
    """
    whole = (eurostat_of(iso),)
    return codes_by_name(whole[0]).get(fold(name)) or (whole if _country_of(name) in (None, iso) else ())


def _codes_of_name(name: str, country: str | None) -> tuple[str, ...]:
    bare = _SUFFIX.sub("", name)
    if country:
        names = codes_by_name(eurostat_of(country))
        if found := names.get(fold(name)) or names.get(fold(bare)):
            return found
        # A bilingual name in another order than the label's: every part must be known, and the same.
        parts = {names.get(fold(part), ()) for part in bare.split("/")}
        if len(parts) == 1 and (only := parts.pop()):
            return only
    iso = iso_by_name().get(fold(name)) or iso_by_name().get(fold(bare))
    return (eurostat_of(iso),) if iso else ()
