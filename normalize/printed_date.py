"""What one printed date says, before any time zone is applied."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from normalize.errors import RecordError

END_OF_DAY = time(23, 59, 59)
OPEN_ENDED = frozenset({date(2050, 12, 31), date(2099, 12, 31), date(2100, 12, 31), date(9999, 12, 31)})
"""Days that mean "no end" at the sources that print them (incentivi.gov.it: 2050-12-31)."""
YEARS = range(1990, 2101)


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A local day, with the hour, the zone and the offset from UTC if the text states them."""

    day: date
    hour: time | None = None
    zone: str | None = None
    offset: timedelta | None = None


def make_day(year: int, month: int, day: int, text: str) -> date:
    """Return a day that exists and is plausible for a call.

    Raises:
        RecordError: No such day, or a year outside `YEARS` that no source uses for "no end".
    """
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise RecordError("a day that does not exist", value=text) from error
    if found.year not in YEARS and found not in OPEN_ENDED:
        raise RecordError("a year outside 1990 to 2100", value=text)
    return found


def make_hour(hour: int, minute: int, second: int, text: str) -> time:
    """Return a time of day; 24:00 is the end of the day.

    Raises:
        RecordError: No such time.
    """
    if (hour, minute, second) == (24, 0, 0):
        return END_OF_DAY
    try:
        return time(hour, minute, second)
    except ValueError as error:
        raise RecordError("an hour that does not exist", value=text) from error
