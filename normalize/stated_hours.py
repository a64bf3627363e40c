"""The hour of a deadline whose field holds a day only, where the call's own text states it.

"Hasta el 22 de junio de 2027 a las 14:00" beside a field that says 2027-06-22: whoever applies that evening
is too late. The hour is taken only for that very day, next to a word that makes it the end, in the source's
own zone, and only if the text states no other hour for the day.
"""

import re
from collections.abc import Iterator
from datetime import date, time
from functools import lru_cache

from normalize.dates import parse_printed
from normalize.prose_dates import READ_MAX, find_deadlines

_BEFORE, _AFTER = 220, 160
_PLACES_MAX = 8
_YEAR_FROM_DAY = 26
"""Characters from the start of a day to its year: "22nd of September 2027"."""
_HOUR = re.compile(
    r"\d\s?[:.h]\s?\d\d|\d\s?(?:uhr|hs?\b|horas|heures|[ap]\.?\s?m\b)|\bore\s+\d", re.IGNORECASE
)
_OTHER_ZONE = re.compile(
    r"\b(?:gmt|utc|bst|eest|eet|west|wet|msk|canari\w*|açores|azor\w*|madeira|local time)\b|\+\d{2}:?\d{2}",
    re.IGNORECASE,
)
_BRUSSELS = re.compile(r"\b(?:brussels|bruxelles|bruselas|brüssel\w*|c[e]s?t)\b", re.IGNORECASE)
_CITIES = (
    "Amsterdam Andorra Belgrade Berlin Bratislava Brussels Budapest Copenhagen Ljubljana Luxembourg Madrid"
    " Malta Monaco Oslo Paris Podgorica Prague Rome Sarajevo Skopje Stockholm Tirane Vaduz Vienna Warsaw"
    " Zagreb Zurich"
)
_SAME_CLOCK = frozenset(f"Europe/{city}" for city in _CITIES.split())
"""Zones whose clocks show Brussels' time the year round."""


def stated_hour(
    day: date, text: str, formats: tuple[str, ...], language: str | None, zone: str
) -> time | None:
    """Return the hour at which a text says that applications end on a day.

    Args:
        day: The local day of the deadline.
        text: Plain text of the call; only its beginning is read (`READ_MAX`).
        formats: ``strptime`` formats the source declares.
        language: ISO 639-1 of the text.
        zone: IANA zone the source thinks in; an hour of another zone is not taken.

    Returns:
        None when it states none, several, or one of another zone.
    """
    hours: set[time | None] = set()
    for count, (start, end) in enumerate(_places(day, text[:READ_MAX])):
        if count >= _PLACES_MAX:
            return None
        near = text[max(0, start - _BEFORE) : end + _AFTER]
        if not _HOUR.search(near):
            continue
        # That the day is the last is known already: only its hour is asked for.
        for found in find_deadlines(near, formats, language, of_the_end=True).deadlines:
            printed = parse_printed(found.text, formats, language)
            if printed.day == day and printed.hour is not None:
                hours.add(None if _is_elsewhere(near, zone) else printed.hour)
    return hours.pop() if len(hours) == 1 else None


def _is_elsewhere(near: str, zone: str) -> bool:
    return bool(_OTHER_ZONE.search(near)) or (zone not in _SAME_CLOCK and bool(_BRUSSELS.search(near)))


def _places(day: date, text: str) -> Iterator[tuple[int, int]]:
    """Yield where the day may be printed; whether it is, `find_deadlines` decides.

    The year is looked for first: a search for all forms of a day over a whole text costs a millisecond.
    """
    year = str(day.year)
    at = text.find(year)
    while at >= 0:
        around = text[max(0, at - _YEAR_FROM_DAY) : at + len("2027-06-22")]
        if _day(day).search(around):
            yield max(0, at - _YEAR_FROM_DAY), at + len("2027-06-22")
        at = text.find(year, at + len(year))


@lru_cache(maxsize=512)
def _day(day: date) -> re.Pattern[str]:
    number, year = rf"0?{day.day}", day.year
    return re.compile(
        rf"(?<!\d)(?:{year}-{day.month:02d}-{day.day:02d}"
        rf"|{number}[/.-]0?{day.month}[/.-]{year}"
        rf"|{number}(?!\d)[^\d\n]{{1,20}}{year})(?!\d)"
    )
