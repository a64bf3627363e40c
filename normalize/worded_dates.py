"""Dates with a month's name: "14. oktober 2026", "17:00:00 Brussels time 10 September 2026".

No pattern a language: a date is a day, a month's name and a year in any order, words known to
carry nothing, perhaps a weekday and an hour. One word more or less and it is not read.
"""

import re
from dataclasses import dataclass, field
from datetime import time, timedelta

from config.nuts import fold
from normalize.calendar_words import PARTICLES, Meanings, months_of, settle, weekdays_of
from normalize.errors import RecordError
from normalize.printed_date import PrintedDate, make_day, make_hour

_HOUR = re.compile(
    r"(?<![\d.:])(?P<hour>\d{1,2})"
    r"(?:\s?[:.h]\s?(?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?!\d|[.:]\d)|(?=\s?(?:uhr|h|hrs|hours|[ap]\.?m)\b))"
    r"\s?(?P<half>[ap]\.?m\b\.?)?(?:\s?(?:uhr|hrs|hours|h)\b\.?)?",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"\(?\b(?P<name>brussels(?: local)? time|brüsseler zeit|heure de bruxelles|ora di bruxelles"
    r"|hora de bruselas|central european (?:summer )?time|cest|cet|eest|eet|west|wet|utc|gmt)\b\)?",
    re.IGNORECASE,
)
_ZONES = {
    "eet": "Europe/Helsinki", "eest": "Europe/Helsinki", "wet": "Europe/Lisbon", "west": "Europe/Lisbon",
    "utc": "UTC", "gmt": "UTC",
}  # fmt: skip
"""Every other name is Brussels' civil time: "17:00 (CET)" is printed in summer too, and means 17:00 there."""
_TOKENS = re.compile(r"\d+|[^\W\d_]+")
_FOREIGN = re.compile(r"[^\w\s.,:;'’ʼ`´()/–-]")


@dataclass(slots=True)
class _Parts:
    numbers: list[str] = field(default_factory=list)
    months: list[Meanings] = field(default_factory=list)
    weekdays: list[Meanings] = field(default_factory=list)


def parse_worded(text: str, language: str | None) -> PrintedDate:
    """Read a date with a month's name.

    Args:
        text: One date, white space squeezed.
        language: ISO 639-1; decides the few names that differ between languages.

    Raises:
        RecordError: Anything in it that is not part of one date; a weekday that contradicts it.
    """
    zone, rest = _take_zone(text)
    hour, rest = _take_hour(rest)
    if _FOREIGN.search(rest):
        raise RecordError("not a date in any declared form", value=text)
    parts = _sort(_TOKENS.findall(fold(rest)), text)
    years = [number for number in parts.numbers if len(number) == 4]
    days = [number for number in parts.numbers if len(number) <= 2]
    month = settle(parts.months[0], language) if len(parts.months) == 1 else None
    if month is None or len(years) != 1 or len(days) != 1 or len(parts.numbers) != 2:
        raise RecordError("not a date in any declared form", value=text)
    day = make_day(int(years[0]), month, int(days[0]), text)
    for meanings in parts.weekdays:
        meant = {meanings[language]} if language and language in meanings else set(meanings.values())
        if day.weekday() not in meant:
            raise RecordError("the weekday contradicts the date", value=text)
    return PrintedDate(day, hour, zone, timedelta(0) if zone == "UTC" and hour else None)


def _take_zone(text: str) -> tuple[str | None, str]:
    found = {match["name"].casefold() for match in _ZONE.finditer(text)}
    zones = {_ZONES.get(name, "Europe/Brussels") for name in found}
    if len(zones) > 1:
        raise RecordError("several time zones", value=text)
    return (zones.pop() if zones else None), _ZONE.sub(" ", text)


def _take_hour(text: str) -> tuple[time | None, str]:
    found = list(_HOUR.finditer(text))
    if len(found) > 1:
        raise RecordError("several hours", value=text)
    if not found:
        return None, text
    match = found[0]
    hour = int(match["hour"])
    if half := match["half"]:
        if not 1 <= hour <= 12:
            raise RecordError("an hour that does not exist", value=text)
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    whole = make_hour(hour, int(match["minute"] or 0), int(match["second"] or 0), text)
    return whole, f"{text[: match.start()]} {text[match.end() :]}"


def _sort(tokens: list[str], text: str) -> _Parts:
    """Tell numbers, months and weekdays apart; names may be two words ("Meán Fómhair", "Dé Luain").

    Raises:
        RecordError: A word that is none of them.
    """
    parts = _Parts()
    either: list[tuple[Meanings, Meanings]] = []
    at = 0
    while at < len(tokens):
        for size in (2, 1):
            phrase = " ".join(tokens[at : at + size])
            month, weekday = months_of(phrase), weekdays_of(phrase)
            if month or weekday:
                either.append((month, weekday))
                break
        else:
            if tokens[at].isdecimal():
                parts.numbers.append(tokens[at])
            elif tokens[at] not in PARTICLES:
                raise RecordError("not a date in any declared form", value=text)
        at += size
    # "mar" is March or Tuesday: it is the weekday where another word can only be the month.
    certain = any(not weekday for _, weekday in either)
    for month, weekday in either:
        if month and not (certain and weekday):
            parts.months.append(month)
        else:
            parts.weekdays.append(weekday)
    return parts
