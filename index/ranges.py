"""Bounds of a question as an index holds them: days of Brussels, cents."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from index.documents import AMOUNT_MAX, moment_of

BRUSSELS = ZoneInfo("Europe/Brussels")


def first_instant(day: date | None) -> int | None:
    """Return the first microsecond of a day; None for no bound."""
    return moment_of(datetime.combine(day, time(0), BRUSSELS)) if day else None


def last_instant(day: date | None) -> int | None:
    """Return the last microsecond of a day; None for no bound."""
    if day is None or day == date.max:
        return None
    return moment_of(datetime.combine(day + timedelta(days=1), time(0), BRUSSELS)) - 1


def cents(amount: Decimal | None, rounding: str) -> int | None:
    """Return an amount in cents, rounded as ``decimal`` names it; None for no bound."""
    if amount is None:
        return None
    if amount >= AMOUNT_MAX // 100:
        return AMOUNT_MAX
    return int((amount * 100).to_integral_value(rounding))
