"""Dates and deadlines as sources print them: read strictly, or not at all.

Every form is tried in turn; a text that none reads, or that two would read differently, is a
`RecordError`. Locale is never guessed: what "03/04/2026" means is declared by the source.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.sources import Source
from normalize.call import Deadline
from normalize.errors import RecordError
from normalize.fields import DeadlineText
from normalize.months import month_number

END_OF_DAY = time(23, 59, 59)
OPEN_ENDED = frozenset({date(2050, 12, 31), date(2099, 12, 31), date(2100, 12, 31), date(9999, 12, 31)})
"""Days that mean "no end" at the sources that print them (incentivi.gov.it: 2050-12-31)."""
_YEARS = range(1990, 2100)

_ISO = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?(?:\s+(?P<name>[A-Z][a-z]+/[A-Z][a-z]+))?"
)
_WORDS = re.compile(
    r"(?:(?P<time1>\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?)\s*(?:\(?(?P<zone1>[A-Za-z]+ time|CEST|CET)\)?\s*)?,?\s*)?"
    r"(?:[^\W\d_]+,\s*)?(?P<day>\d{1,2})(?:\.|st|nd|rd|th|er|º|ª)?\s+(?:de\s+|of\s+|ta'\s*)?(?P<month>[^\W\d_]+)\.?"
    r",?\s+(?:de\s+|del\s+)?(?P<year>\d{4})(?:\s*(?:r|g|г|m)\.?)?"
    r"(?:,?\s*(?:at|um|à|kl\.?|às|alle|o|klo|ore|ob|v|-)?\s*(?P<time2>\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?)"
    r"\s*(?:Uhr|h)?\s*\(?(?P<zone2>[A-Za-z]+ time|CEST|CET)?\)?)?"
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})\.?\s*(?:m\.|gada)?\s*(?P<day1>\d{1,2}\.)?\s*(?P<month>[^\W\d_]+)\s*(?P<day2>\d{1,2})?\.?\s*(?:d\.)?"
)
_ZONES = {"brussels time": "Europe/Brussels", "cet": "Europe/Brussels", "cest": "Europe/Brussels"}


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """What a text says: a local day, an hour if it states one, and a zone if it names one."""

    day: date
    hour: time | None = None
    zone: str | None = None
    offset: timedelta | None = None


def parse_printed(text: str, formats: tuple[str, ...] = (), language: str | None = None) -> PrintedDate:
    """Read one date as printed.

    Args:
        text: One date, with or without an hour and a zone; ISO 8601, one of ``formats``, or a
            date with a month's name in any of the 24 official languages.
        formats: ``strptime`` formats the source declares; needed for all-digit dates.
        language: ISO 639-1; decides the few month names that differ between languages.

    Returns:
        The day and hour as printed; an ISO midnight at offset zero or without an offset is a day
        (index artefact: 951 of 951 EU topics carried it).

    Raises:
        RecordError: No form reads it, or the day does not exist.
    """
    text = " ".join(text.split())
    if not text:
        raise RecordError("empty date", value=text)
    if match := _ISO.fullmatch(text):
        return _from_iso(match, text)
    for declared in formats:
        try:
            moment = datetime.strptime(text, declared)  # noqa: DTZ007 - local by declaration
        except ValueError:
            continue
        has_hour = "%H" in declared and (moment.hour, moment.minute) != (0, 0)
        return PrintedDate(_plausible(moment.date(), text), moment.time() if has_hour else None)
    if (match := _WORDS.fullmatch(text)) or (match := _YEAR_FIRST.fullmatch(text)):
        return _from_words(match, text, language)
    raise RecordError("not a date in any declared form", value=text)


def _from_iso(match: re.Match[str], text: str) -> PrintedDate:
    day = _plausible(_day(*map(int, match["day"].split("-")), text), text)
    hour = _hour(match["hour"], match["minute"], match["second"], text) if match["hour"] else None
    offset = _offset(match["zone"], text) if match["zone"] else None
    if hour is not None and (hour.hour, hour.minute) == (0, 0):
        # Midnight is no hour anybody closes a call at; the day is what was printed.
        return PrintedDate(day, None, match["name"], None)
    return PrintedDate(day, hour, match["name"], offset)


def _from_words(match: re.Match[str], text: str, language: str | None) -> PrintedDate:
    found = match.groupdict()
    month = month_number(found["month"], language)
    day = found.get("day") or found.get("day1") or found.get("day2")
    if month is None or day is None or (found.get("day1") and found.get("day2")):
        raise RecordError("not a date in any declared form", value=text)
    printed = found.get("time1") or found.get("time2")
    hour = None
    if printed:
        numbers = re.split("[:.h]", printed)
        hour = _hour(numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else None, text)
    zone = (found.get("zone1") or found.get("zone2") or "").casefold()
    if zone and zone not in _ZONES:
        raise RecordError("unknown time zone", value=text)
    number = int(day.rstrip("."))
    return PrintedDate(
        _plausible(_day(int(found["year"]), month, number, text), text), hour, _ZONES.get(zone)
    )


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise RecordError("a day that does not exist", value=text) from error


def _hour(hour: str, minute: str, second: str | None, text: str) -> time:
    if (hour, minute) == ("24", "00"):
        return END_OF_DAY
    try:
        return time(int(hour), int(minute), int(second or 0))
    except ValueError as error:
        raise RecordError("an hour that does not exist", value=text) from error


def _offset(text: str, whole: str) -> timedelta:
    if text == "Z":
        return timedelta(0)
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        raise RecordError("an offset that does not exist", value=whole)
    return timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)


def _plausible(day: date, text: str) -> date:
    if day.year not in _YEARS and day not in OPEN_ENDED:
        raise RecordError("a year outside 1990 to 2099", value=text)
    return day


def parse_moment(text: str, source: Source) -> datetime:
    """Read an opening or decision date; without an hour it is the start of the source's day. UTC.

    Raises:
        RecordError: As `parse_printed`; or a local time that the clock change skips or repeats.
    """
    printed = parse_printed(text, source.date_formats, source.language)
    return _to_utc(printed, printed.hour or time(0), source.timezone)


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
    if found.hour is None:
        usual = time.fromisoformat(source.deadline_hour) if source.deadline_hour else END_OF_DAY
        at = _to_utc(PrintedDate(found.day), usual, zone)
    else:
        hour = found.hour if found.hour == END_OF_DAY else found.hour.replace(second=0)
        at = _to_utc(found, hour, zone)
    return Deadline(
        at=at,
        precision="day" if found.hour is None else "minute",
        zone=zone,
        kind=printed.kind,
        label=printed.label,
    )


def _to_utc(printed: PrintedDate, hour: time, zone: str) -> datetime:
    if printed.offset is not None and printed.hour is not None:
        return (datetime.combine(printed.day, hour, UTC) - printed.offset).astimezone(UTC)
    local = datetime.combine(printed.day, hour, ZoneInfo(zone))
    back = local.astimezone(UTC).astimezone(ZoneInfo(zone))
    if back.replace(tzinfo=None) != local.replace(tzinfo=None):
        raise RecordError("an hour that the change of clocks skips", value=local.isoformat())
    return local.astimezone(UTC)
