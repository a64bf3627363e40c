"""The deadlines of a search as a month's calendar and as a timeline."""

import calendar
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, get_day_names

from index.query import SearchQuery
from normalize.call import Call, Deadline
from portal_api.search_view import Address
from portal_api.speech import locale
from portal_api.state import Portal
from store import reading

View = Literal["list", "calendar", "timeline"]
VIEWS: tuple[View, ...] = get_args(View)
DAY = timedelta(days=1)
MONTH_MAX = 400
"""Calls of a month that are shown; a search of more is to be narrowed."""
DAY_MAX = 4
"""Calls of a day that are shown by name."""
AXIS = 1000
"""Width of a timeline in its own units."""
LEAD, AXIS_DAYS_MIN, AXIS_DAYS_MAX = 30 * DAY, 120, 730


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a calendar: its calls by name, and where the others are."""

    date: date
    inside: bool
    today: bool
    calls: Sequence[Call]
    more: int
    href: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month of next deadlines. ``left_out`` calls were too many to be shown."""

    title: str
    weekdays: Sequence[tuple[str, str]]
    weeks: Sequence[Sequence[Day]]
    count: int
    left_out: int
    previous: date
    following: date


def first_of_month(text: str | None, now: datetime) -> date:
    """Return the first day of a month written as ``2026-12``; of this month when it is not one."""
    try:
        found = datetime.strptime(text or "", "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        found = now.date()
    if not 1970 < found.year < 2199:
        found = now.date()
    return found.replace(day=1)


def month_of(portal: Portal, query: SearchQuery, first: date, to: Address) -> Month:
    """Return the calls whose next deadline falls in the month that begins with ``first``.

    A deadline stands on its day in its own zone. The index knows days of Brussels, so a day more is
    looked up on either side and what falls outside is left out.
    """
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    now = portal.clock()
    found, total = _closing(portal, query, first, last)
    days: dict[date, list[Call]] = defaultdict(list)
    for call in found:
        day = local_day(call.next_deadline_at(now))
        if day and first <= day <= last:
            days[day].append(call)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    names = get_day_names("abbreviated", locale=locale()), get_day_names("wide", locale=locale())
    return Month(
        title=str(format_skeleton("yMMMM", first, locale=locale())),
        weekdays=[(names[0][number], names[1][number]) for number in range(7)],
        weeks=[[_day(day, days, first, now, query, to) for day in week] for week in weeks],
        count=sum(len(calls) for calls in days.values()),
        left_out=max(total - MONTH_MAX, 0),
        previous=(first - DAY).replace(day=1),
        following=last + DAY,
    )


def _closing(portal: Portal, query: SearchQuery, first: date, last: date) -> tuple[list[Call], int]:
    changes = {
        "deadline_from": max(first - DAY, query.deadline_from or date.min),
        "deadline_to": min(last + DAY, query.deadline_to or date.max),
        "sort": "deadline",
        "limit": 100,
    }
    ids: list[str] = []
    total = 0
    for offset in range(0, MONTH_MAX, 100):
        page = query.model_copy(update=changes | {"offset": offset})
        result = portal.engine.search(page, now=portal.clock())
        total = result.total
        ids += [hit.call_id for hit in result.hits]
        if len(ids) >= total:
            break
    return reading.get_calls(portal.db, list(dict.fromkeys(ids))), total


def _day(
    day: date,
    days: Mapping[date, Sequence[Call]],
    first: date,
    now: datetime,
    query: SearchQuery,
    to: Address,
) -> Day:
    calls = days.get(day, ())
    shown = calls if len(calls) <= DAY_MAX else calls[: DAY_MAX - 1]
    href = to(query, view="list", month=None, deadline_from=day, deadline_to=day, offset=0)
    return Day(day, day.month == first.month, day == now.date(), shown, len(calls) - len(shown), href)


def local_day(deadline: Deadline | None) -> date | None:
    """Return the day a deadline falls on in its own zone."""
    if deadline is None or deadline.at is None:
        return None
    return deadline.at.astimezone(ZoneInfo(deadline.zone)).date()


@dataclass(frozen=True, slots=True)
class Tick:
    """The first of a month on the axis."""

    at: int
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One call on the axis: open from ``start`` to ``end``, with a mark a deadline.

    ``endless``: the bar runs on beyond the axis, or until funds end.
    """

    call: Call
    start: int
    end: int
    marks: Sequence[int]
    endless: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """Calls side by side on one axis of `AXIS` units; ``today`` is where now stands."""

    today: int
    ticks: Sequence[Tick]
    bars: Sequence[Bar]


def timeline_of(calls: Sequence[Call], now: datetime) -> Timeline:
    """Return the calls on an axis from 30 days ago to the last deadline, at most two years ahead."""
    running = [d.at for call in calls for d in call.deadlines if d.at and d.is_running(now)]
    reach = max((at - now).days + 15 for at in running) if running else AXIS_DAYS_MIN
    days = min(max(reach, AXIS_DAYS_MIN), AXIS_DAYS_MAX)
    start, end = now - LEAD, now + days * DAY

    def place(moment: datetime) -> int:
        return round(AXIS * (moment - start) / (end - start))

    return Timeline(
        today=place(now),
        ticks=_ticks(start, end, place),
        bars=[_bar(call, place) for call in calls],
    )


def _ticks(start: datetime, end: datetime, place: Callable[[datetime], int]) -> list[Tick]:
    ticks = []
    first = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    step = 1 if (end - start).days <= 420 else 3
    while first < end:
        first = (first + 32 * DAY).replace(day=1)
        if first < end and (step == 1 or first.month % 3 == 1):
            ticks.append(
                Tick(
                    place(first),
                    str(format_skeleton("MMM" if first.month > 1 else "yMMM", first, locale=locale())),
                )
            )
    return ticks


def _bar(call: Call, place: Callable[[datetime], int]) -> Bar:
    dated = sorted(place(deadline.at) for deadline in call.deadlines if deadline.at)
    endless = any(deadline.at is None for deadline in call.deadlines) or bool(dated and dated[-1] > AXIS)
    begin = place(call.opens_at) if call.opens_at else 0
    end = AXIS if endless else dated[-1] if dated else 0
    inside = min(max(begin, 0), AXIS)
    return Bar(call, inside, min(max(end, inside), AXIS), [at for at in dated if 0 <= at <= AXIS], endless)
