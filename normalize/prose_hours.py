"""The hour beside a date in running text: "ore 12.00 del 15 maggio 2027", "15 May 2027, 4pm"."""

import re
from datetime import date

from normalize.dates import parse_printed
from normalize.errors import RecordError
from normalize.printed_date import PrintedDate

_CLOCK = r"(?P<hour>\d{1,2})\s?(?:[:.]|h\s?|uhr\s?)(?P<minute>\d{2})(?![\d%])(?:\s?(?P<half>[ap])\.?\s?m\b)?"
_FULL = r"(?P<hour>\d{1,2})(?:\s?(?:h|hs|horas|heures|uhr)\b|\s?(?P<half>[ap])\.?\s?m\b)\.?"
"""An hour without minutes, that its unit makes one: "17 Uhr", "4pm"."""
_AT = r"(?:ore|alle|las|a las|a|at|um|kl\.?|klo|godz\.?|ora|until|by|till|h)"
_MAINLAND = r"(?:\((?:hora |ora )?(?:peninsular|oficial|italiana)[^()]{0,30}\)\s*)?"
_OF_DAY = r"(?:del(?:l[’'])?(?:\s+(?:giorno|d[ií]a))?|du|le|di|on|am|vom|den|dnia|de(?:\s+d[ií]a)?|,)?"
_AFTER = r"\s*,?\s*(?:\(?\s*)"
_BEFORE = (
    rf"{_AT}\s*{_CLOCK}\s*(?:h|horas|heures|hours|uhr|ore)?\.?,?\s*{_MAINLAND}{_OF_DAY}\s*$",
    rf"{_AT}\s*{_FULL},?\s*{_MAINLAND}{_OF_DAY}\s*$",
    rf"\bore\s+(?P<hour>\d{{1,2}})\s+{_MAINLAND}del(?:l[’']|\s+giorno)?\s*$",
)
_BEHIND = (
    rf"{_AFTER}(?:alle|ore|alle ore|a las|à|at|um|kl\.?|klo|ora|,|at:|(?<=\s)(?=\d{{1,2}}:\d\d))"
    rf"\s*(?:ore\s*)?{_CLOCK}",
    rf"{_AFTER}(?:a las|à|at|um|alle|,|(?<=\s)(?=\d{{1,2}}\s?[ap]\.?m)|(?<=\s)(?=\d{{1,2}}\s?uhr))\s*{_FULL}",
    rf"{_AFTER}(?:alle\s+)?ore\s+(?P<hour>\d{{1,2}})(?!\d|\s?[:.,h]\d)",
)
_HOUR_BEFORE = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _BEFORE)
_HOUR_BEHIND = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _BEHIND)
_HOUR_SIGN = re.compile(
    r"\d{1,2}\s?(?:[:h]|uhr)\s?\d{0,2}|\d\s?[ap]\.?\s?m\b|\b(?:ore|uhr|mezzogiorno|noon|midi|mezzanotte|midnight|minuit)\b",
    re.IGNORECASE,
)


def with_hour(
    text: str, match: re.Match[str], formats: tuple[str, ...], language: str | None
) -> tuple[str, PrintedDate] | None:
    """Return a date, with its hour where one stands beside it, as one text and as read; None for no date.

    Args:
        text: Plain text.
        match: The date in it.
        formats: ``strptime`` formats the source declares.
        language: ISO 639-1 of the text.
    """
    day = match.group().rstrip(",")
    try:
        printed = parse_printed(day, formats, language)
        beside = _beside(text, match)
        hour = _hour_of(beside) if beside else None
        if beside is None or hour is None:
            return day, printed
        iso = _iso(printed.day, hour, beside.groupdict().get("minute") or "00")
        return iso, parse_printed(iso)
    except RecordError:
        return None


def hour_unread(text: str, match: re.Match[str], printed: PrintedDate) -> bool:
    """Tell whether an hour stands by the date that we could not read: then the date alone would mislead."""
    if printed.hour is not None:
        return False
    near = text[max(0, match.start() - 60) : match.start()] + " " + text[match.end() : match.end() + 25]
    return _HOUR_SIGN.search(near) is not None


def _beside(text: str, match: re.Match[str]) -> re.Match[str] | None:
    before, behind = text[max(0, match.start() - 80) : match.start()], text[match.end() : match.end() + 40]
    for in_front, after in zip(_HOUR_BEFORE, _HOUR_BEHIND, strict=True):
        if found := in_front.search(before) or after.match(behind):
            return found
    return None


def _hour_of(beside: re.Match[str]) -> int | None:
    """Return the hour of a day; None for midnight, before or after which is not said."""
    hour, half = int(beside["hour"]), (beside.groupdict().get("half") or "").lower()
    if half == "a" and hour == 12:
        return None
    # "4:00pm"; "12:30 pm" and "16:00 pm" already are of the afternoon.
    return hour + 12 if half == "p" and hour < 12 else hour


def _iso(day: date, hour: int, minute: str) -> str:
    return f"{day:%Y-%m-%d} {hour:02d}:{minute}"
