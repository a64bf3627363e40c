"""On which days the weekly digest goes out: a day on which people open their mail."""

from datetime import date, timedelta

TUESDAY = 1
_FIXED = {(1, 1), (5, 1), (5, 9), (8, 15), (11, 1), (12, 25), (12, 26)}
"""Month and day of holidays of most member states and of the EU's institutions."""
_FROM_EASTER = (-2, 1, 39, 50)
"""Good Friday, Easter Monday, Ascension, Whit Monday."""


def easter(year: int) -> date:
    """Return Easter Sunday of a year (Gregorian computus, Meeus/Jones/Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def is_business_day(day: date) -> bool:
    """Tell whether a day is neither a weekend nor a holiday."""
    if day.weekday() >= 5 or (day.month, day.day) in _FIXED:
        return False
    return (day - easter(day.year)).days not in _FROM_EASTER


def is_digest_day(day: date) -> bool:
    """Tell whether the week's digest goes out: on Tuesday, else on the first business day after it."""
    if not is_business_day(day):
        return False
    tuesday = day - timedelta(days=day.weekday()) + timedelta(days=TUESDAY)
    first = tuesday
    while not is_business_day(first):
        first += timedelta(days=1)
    return day == first
