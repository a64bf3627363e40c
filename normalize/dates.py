"""Dates and deadlines as sources print them: read strictly, or not at all.

A text that no form reads, or that two declared formats read differently, is a `RecordError`.
Locale is never guessed: what "03/04/2026" means is declared by the source.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from config.sources import Source
from normalize.call import Deadline
from normalize.errors import RecordError
from normalize.fields import DeadlineText
from normalize.printed_date import END_OF_DAY, OPEN_ENDED, PrintedDate, make_day, make_hour
from normalize.text import clean_line
from normalize.worded_dates import parse_worded

MAX_CHARACTERS = 100
"""No date is longer; a page that lands in a date field is refused before any pattern sees it."""
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"(?:[Tt ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?)?"
    r"\s?(?P<offset>[Zz]|[+-]\d{2}:?\d{2})?(?:\s(?P<zone>[A-Za-z]+(?:/[A-Za-z_]+)+|UTC))?",
    re.ASCII,
)


_YEAR_FIRST = "%Y-%m-%d"
"""The start of formats that machines write, always with two digits a month and a day."""


def parse_day(text: str, formats: tuple[str, ...], zone: str) -> date:
    """Read a date of which only the day counts, as the local day of ``zone``.

    Args:
        text: As `parse_printed`.
        formats: As `parse_printed`.
        zone: IANA time zone; an hour with an offset may fall on another day there.

    Raises:
        RecordError: As `parse_printed`.
    """
    printed = parse_printed(text, formats)
    if printed.hour is None:
        return printed.day
    return _to_utc(printed, printed.hour, printed.zone or zone).astimezone(ZoneInfo(zone)).date()


def parse_printed(text: str, formats: tuple[str, ...] = (), language: str | None = None) -> PrintedDate:
    """Read one date as printed.

    Args:
        text: One date, with or without an hour and a zone; ISO 8601, one of ``formats``, or a
            date with a month's name in any of the 24 official languages.
        formats: ``strptime`` formats the source declares; needed for all-digit dates.
        language: ISO 639-1; decides the few month names that differ between languages.

    Returns:
        The day and hour as printed. Midnight is no hour anybody closes a call at, so 00:00 is a
        day (951 of 951 EU topics carried T00:00+0000, whatever their real hour).

    Raises:
        RecordError: No form reads it, two formats read it differently, or there is no such day.
    """
    if len(text) > MAX_CHARACTERS:
        raise RecordError("too long for a date", value=text)
    text = " ".join(text.split())
    if not text:
        raise RecordError("empty date", value=text)
    if match := _ISO.fullmatch(text):
        return _from_iso(match, text)
    declared = {found for found in (_by_format(text, form) for form in formats) if found}
    if len(declared) > 1:
        raise RecordError("a date that two declared formats read differently", value=text)
    return declared.pop() if declared else _day_at_midnight(parse_worded(text, language))


def _by_format(text: str, form: str) -> PrintedDate | None:
    try:
        found = datetime.strptime(text, form)  # noqa: DTZ007 - local by declaration, or %z gives the offset
    except ValueError:
        return None
    if form.startswith(_YEAR_FIRST) and not text.startswith(found.strftime(_YEAR_FIRST)):
        return None  # strptime reads "2027-01-1" too: a digit is missing, and nobody knows which
    day = make_day(found.year, found.month, found.day, text)
    printed = found.time() if "%H" in form or "%I" in form or "%X" in form or "%T" in form else None
    return _day_at_midnight(PrintedDate(day, printed, None, found.utcoffset() if printed else None))


def _from_iso(match: re.Match[str], text: str) -> PrintedDate:
    day = make_day(int(match["year"]), int(match["month"]), int(match["day"]), text)
    hour = None
    if match["hour"]:
        hour = make_hour(int(match["hour"]), int(match["minute"]), int(match["second"] or 0), text)
    offset = _offset(match["offset"], text) if match["offset"] else None
    zone = match["zone"]
    if zone and zone not in _zone_names():
        raise RecordError("unknown time zone", value=text)
    if zone and offset is not None:
        local = datetime.combine(day, hour or time(12), ZoneInfo(zone))
        if offset not in (local.utcoffset(), local.replace(fold=1).utcoffset()):
            raise RecordError("the offset contradicts the time zone", value=text)
    return _day_at_midnight(PrintedDate(day, hour, zone, offset if hour else None))


def _day_at_midnight(printed: PrintedDate) -> PrintedDate:
    if printed.hour is not None and (printed.hour.hour, printed.hour.minute) == (0, 0):
        return PrintedDate(printed.day, None, printed.zone)
    return printed


def _offset(text: str, whole: str) -> timedelta:
    if text in "Zz":
        return timedelta(0)
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        raise RecordError("an offset that does not exist", value=whole)
    return timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def parse_moment(text: str, source: Source) -> datetime | None:
    """Read an opening or decision date, UTC; None for a day that means "no date" (see `OPEN_ENDED`).

    Without an hour it is the start of the source's day.

    Raises:
        RecordError: As `parse_printed`; or an hour that the clock change skips or repeats.
    """
    printed = parse_printed(text, source.date_formats, source.language)
    if printed.day in OPEN_ENDED:
        return None
    return _to_utc(printed, printed.hour or time(0), printed.zone or source.timezone)


def parse_deadline(printed: DeadlineText, source: Source) -> Deadline | None:
    """Read one deadline; None for a day that means "no end" (see `OPEN_ENDED`).

    Without an hour the precision is ``day`` and the moment the source's usual closing hour
    (``deadline_hour``), else the end of the source's day. Seconds are dropped: those of the EU
    portal's type 2 are random at each ingest.

    Raises:
        RecordError: As `parse_moment`.
    """
    found = parse_printed(printed.text, source.date_formats, source.language)
    if found.day in OPEN_ENDED:
        return None
    zone = found.zone or source.timezone
    usual = time.fromisoformat(source.deadline_hour) if source.deadline_hour else END_OF_DAY
    hour = found.hour or usual
    at = _to_utc(found, hour if hour == END_OF_DAY else hour.replace(second=0, microsecond=0), zone)
    precision = "day" if found.hour is None else "minute"
    label = clean_line(printed.label or "") or None
    return Deadline(at=at, precision=precision, zone=zone, kind=printed.kind, label=label)


def _to_utc(printed: PrintedDate, hour: time, zone: str) -> datetime:
    """Return the moment; ``hour`` is the printed one or, for a day, the one we take for it.

    The change of clocks skips an hour in spring and repeats one in autumn. A printed hour in
    either names no one moment. An hour we took ourselves only marks the day (the Azores skip
    00:00): it gives way to the first moment after the gap, or the later of two.
    """
    if printed.offset is not None and printed.hour is not None:
        return (datetime.combine(printed.day, hour, UTC) - printed.offset).astimezone(UTC)
    local = datetime.combine(printed.day, hour, ZoneInfo(zone))
    later = local.replace(fold=1)
    if local.utcoffset() == later.utcoffset():
        return local.astimezone(UTC)
    if printed.hour is not None:
        raise RecordError("an hour that the change of clocks skips or repeats", value=local.isoformat())
    skipped = later.utcoffset() > local.utcoffset()  # type: ignore[operator]  # both have a zone
    return (local if skipped else later).astimezone(UTC)
