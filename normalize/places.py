"""Regions and countries from codes and names as printed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from config.countries import eurostat_of, iso_by_name, iso_of
from config.nuts import codes_by_name, fold, regions, with_parents
from normalize.errors import RecordError

_CODED = re.compile(r"^(?P<code>[A-Z]{2}[0-9A-Z]{0,3})(?:\s*-\s*.*)?$", re.DOTALL)
_SUFFIX = re.compile(r"\s*\([^)]*\)\s*$")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a call is open: NUTS codes with their parents, and ISO countries."""

    regions: tuple[str, ...]
    countries: tuple[str, ...]


def parse_places(printed: Iterable[str], country: str | None) -> Places:
    """Read regions printed as codes ("ES61", "ES61 - ANDALUCIA") or names ("Île-de-France (Région)").

    Args:
        printed: Codes or names of regions or countries.
        country: ISO code of the country the names belong to; None when only codes are expected.

    Returns:
        Regions with all their parents, and the countries they lie in; a country's own code or
        name adds the country and no region.

    Raises:
        RecordError: A place nobody knows.
    """
    codes: dict[str, None] = {}
    lands: dict[str, None] = {}
    for text in printed:
        code = _code_of(text.strip(), country)
        iso = iso_of(code[:2])
        if iso is None:
            raise RecordError("unknown country", value=text)
        lands[iso] = None
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
        iso = iso_of(text) if len(text.strip()) == 2 else iso_by_name().get(fold(text))
        if iso is None:
            raise RecordError("unknown country", value=text)
        found[iso] = None
    return tuple(found)


def _code_of(text: str, country: str | None) -> str:
    coded = _CODED.match(text)
    if coded and (coded["code"] in regions() or (len(coded["code"]) == 2 and iso_of(coded["code"]))):
        return coded["code"]
    if country:
        names = codes_by_name(eurostat_of(country))
        for name in (text, _SUFFIX.sub("", text), text.split("/")[0]):
            if code := names.get(fold(name)):
                return code
    if iso := iso_by_name().get(fold(_SUFFIX.sub("", text))):
        return iso
    raise RecordError("unknown region", value=text)


def is_known_place(text: str, country: str | None) -> bool:
    """Tell whether `parse_places` would read the text."""
    try:
        parse_places([text], country)
    except RecordError:
        return False
    return True
