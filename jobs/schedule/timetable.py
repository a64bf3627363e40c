"""Planned times, as a crontab in Brussels; nothing from 02:00 to 03:00, which two days a year lack or repeat.

Tried (shared notes, section 4): a cron of 02:30 fires twice on the autumn day; CalendarInterval skips
the spring day; `from_crontab` takes 0 for Monday. So days of the week are put into words here, hours
from 2 to 3 are refused, and everything else happens exactly once on both days: a test holds that.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

BRUSSELS = ZoneInfo("Europe/Brussels")
LOOK_BACK = timedelta(days=15)
"""How far back a planned time is looked for: two weeks cover a weekly job and a holiday."""
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


class BadTimetable(ValueError):
    """A crontab that cannot be planned; the message says why."""


@dataclass(frozen=True)
class Timetable:
    """Planned times of one job.

    Attributes:
        crontab: Minute, hour, day of month, month, day of week (0 and 7 are Sunday), in Brussels.
        on: Further says on which days; None for all the crontab names.
    """

    crontab: str
    on: Callable[[date], bool] | None = None

    @property
    def trigger(self) -> CronTrigger:
        """Return it as APScheduler's trigger (without ``on``).

        Raises:
            BadTimetable: It is no crontab, or plans something between 02:00 and 03:00.
        """
        parts = self.crontab.split()
        if len(parts) != 5:
            raise BadTimetable(f"{self.crontab!r}: five fields are needed")
        minute, hour, day, month, weekday = parts
        try:
            trigger = CronTrigger(
                minute=minute,
                hour=hour,
                day=day,
                month=month,
                day_of_week=_in_words(weekday),
                timezone=BRUSSELS,
            )
        except ValueError as error:
            raise BadTimetable(f"{self.crontab!r}: {error}") from error
        hours = next(field for field in trigger.fields if field.name == "hour")
        if hours.get_next_value(datetime(2026, 1, 1, 2, tzinfo=BRUSSELS)) == 2:
            raise BadTimetable(f"{self.crontab!r}: nothing is planned between 02:00 and 03:00")
        return trigger

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Yield planned times after one moment and up to another, UTC."""
        trigger, at = self.trigger, after.astimezone(BRUSSELS) + timedelta(microseconds=1)
        while True:
            planned = trigger.get_next_fire_time(None, at)
            if planned is None or planned.astimezone(UTC) > until:
                return
            at = planned + timedelta(microseconds=1)
            if self.on is None or self.on(planned.date()):
                yield planned.astimezone(UTC)

    def latest(self, now: datetime) -> datetime | None:
        """Return the last planned time that is not after ``now``."""
        return max(self.between(now - LOOK_BACK, now), default=None)

    def following(self, now: datetime) -> datetime | None:
        """Return the first planned time after ``now``."""
        return next(self.between(now, now + timedelta(days=400)), None)


def _in_words(weekday: str) -> str:
    """Return the days of the week in words: 0 is Sunday in every crontab but APScheduler's."""
    if weekday == "*" or weekday.isalpha():
        return weekday
    try:
        numbers = [_DAYS[int(number)] for part in weekday.split(",") for number in part.split("-")]
    except (ValueError, IndexError) as error:
        raise BadTimetable(f"day of week {weekday!r}") from error
    if "-" in weekday:
        if "," in weekday:
            raise BadTimetable(f"day of week {weekday!r}: a range or a list")
        return "-".join(numbers)
    return ",".join(numbers)
