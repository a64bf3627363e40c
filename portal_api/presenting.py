"""Calls in words and documents: for the API, the exports and the pages alike."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from pydantic_core import from_json

from config.countries import countries
from config.nuts import narrowest_names
from normalize.call import Call, Deadline, Money
from portal_api.json_text import call_json
from portal_api.speech import N_, language, locale, ngettext, say

STATUS_WORDS = {
    "open": N_("Open"),
    "forthcoming": N_("Forthcoming"),
    "closed": N_("Closed"),
    "withdrawn": N_("Withdrawn"),
    "unknown": N_("Dates not stated"),
}
KIND_WORDS = {
    "single": N_("Deadline"),
    "stage_1": N_("First stage"),
    "stage_2": N_("Second stage"),
    "cut_off": N_("Cut-off"),
    "continuous": N_("Open until funds end"),
}
APPLICANT_WORDS = {
    "sme": N_("SMEs"),
    "large_enterprise": N_("Large enterprises"),
    "startup": N_("Start-ups"),
    "research_organisation": N_("Research organisations"),
    "university": N_("Universities"),
    "public_body": N_("Public bodies"),
    "non_profit": N_("Non-profits"),
    "individual": N_("Individuals"),
    "cluster": N_("Clusters"),
    "other": N_("Others"),
}
LEVEL_WORDS = {"eu": N_("European Union"), "national": N_("National"), "regional": N_("Regional")}
INSTRUMENT_WORDS = {
    "grant": N_("Grant"),
    "loan": N_("Loan"),
    "guarantee": N_("Guarantee"),
    "equity": N_("Equity"),
    "prize": N_("Prize"),
    "procurement": N_("Procurement"),
    "tax": N_("Tax relief"),
    "advice": N_("Advice"),
}
SOON = timedelta(days=14)
"""A deadline this near is shown in a warning colour."""
PLACES_SHOWN = 6


def call_document(call: Call, now: datetime) -> dict[str, Any]:
    """Return a call in the schema, with ``status`` and ``next_deadline`` as of ``now``; JSON values."""
    return dict(from_json(call_json(call, now)))


_SCALES = (
    (Decimal(10) ** 9, N_("%(currency)s %(number)s billion")),
    (Decimal(10) ** 6, N_("%(currency)s %(number)s million")),
)


def money_words(money: Money | None) -> str:
    """Return an amount as a person writes it: "EUR 2.5 million", "EUR 60 000"; never rounded."""
    if money is None:
        return ""
    amount, currency = money.amount, money.currency
    for size, pattern in _SCALES:
        short = (amount / size).quantize(Decimal("0.01"))
        if amount >= size and short * size == amount:
            return say(pattern, currency=currency, number=number_words(short))
    whole = amount == amount.to_integral_value()
    printed = _decimal(amount, "#,##0" if whole else "#,##0.00", locale())
    return say("%(currency)s %(number)s", currency=currency, number=_spaced(printed))


def number_words(number: Decimal | int) -> str:
    """Return a number as the language writes it: exact, without needless zeros."""
    return _spaced(_decimal(number, None, locale()))


@lru_cache(4096)
def _decimal(number: Decimal | int, pattern: str | None, spoken: Locale) -> str:
    return str(format_decimal(number, pattern, locale=spoken, decimal_quantization=False))


def _spaced(printed: str) -> str:
    """Put a space between thousands in English: to most readers a comma is a decimal mark."""
    return printed.replace(",", "\u202f") if language() == "en" else printed


def grant_words(call: Call) -> str:
    """Return the amount per project; empty when not stated."""
    low, high = call.grant_min, call.grant_max
    if low and high and low != high:
        return say("%(low)s to %(high)s", low=money_words(low), high=money_words(high))
    if high:
        return money_words(high) if low else say("up to %(amount)s", amount=money_words(high))
    return say("from %(amount)s", amount=money_words(low)) if low else ""


def applicants_words(call: Call) -> str:
    """Return who may apply, as a sentence begins: "Large enterprises, universities, SMEs"."""
    words = [say(APPLICANT_WORDS[kind]) for kind in call.applicants]
    if language() == "de":  # nouns keep their capital
        return ", ".join(words)
    later = [word if word[:2].isupper() else word[0].lower() + word[1:] for word in words[1:]]
    return ", ".join(words[:1] + later)


def rate_words(rate: Decimal | None) -> str:
    """Return a co-funding rate as a percentage."""
    if rate is None:
        return ""
    printed = number_words((rate * 100).normalize())
    return f"{printed}\u00a0%" if language() in ("fr", "de", "es") else f"{printed}%"


def _place(zone: str) -> str:
    """Return the town of a time zone, as people say it: "Brussels"."""
    return zone.rpartition("/")[2].replace("_", " ")


def long_day(moment: datetime, zone: str) -> str:
    """Return the day on which a moment falls in ``zone`` (IANA name): "3 March 2027"."""
    return str(format_date(moment.astimezone(ZoneInfo(zone)), "long", locale=locale()))


def short_day(day: date) -> str:
    """Return a day for lists: "3 Mar 2027"."""
    return _medium(day, locale())


@lru_cache(4096)
def _medium(day: date, spoken: Locale) -> str:
    return str(format_date(day, "medium", locale=spoken))


def hour_words(local: datetime, zone: str) -> str:
    """Return an hour and whose: "17:00 Brussels time"."""
    return say("%(hour)s %(town)s time", hour=f"{local:%H:%M}", town=_place(zone))


def deadline_words(deadline: Deadline) -> str:
    """Return date and hour as stated by the source, in the source's zone."""
    if deadline.at is None:
        return say("no end date; open until funds end")
    local = deadline.at.astimezone(ZoneInfo(deadline.zone))
    if language() == "en":
        day = str(format_date(local, "EEEE d MMMM y", locale=locale()))
    else:
        day = str(format_skeleton("yMMMMEEEEd", local, locale=locale()))
    hour = hour_words(local, deadline.zone)
    if deadline.precision == "minute":
        return f"{day}, {hour}"
    if f"{local:%H:%M}" == "23:59":
        return say("%(day)s (no hour stated)", day=day)
    return say("%(day)s (no hour stated; usually %(hour)s)", day=day, hour=hour)


def day_words(deadline: Deadline | None) -> str:
    """Return just the day, for lists."""
    if deadline is None:
        return ""
    if deadline.at is None:
        return say("Until funds end")
    return short_day(deadline.at.astimezone(ZoneInfo(deadline.zone)).date())


def hour_of(deadline: Deadline) -> str:
    """Return the hour a source stated, and whose; empty where it stated none."""
    if deadline.at is None or deadline.precision == "day":
        return ""
    return hour_words(deadline.at.astimezone(ZoneInfo(deadline.zone)), deadline.zone)


def opening_words(call: Call, zone: str, now: datetime) -> str:
    """Return since or from when a call is open, as the day (and hour, unless midnight) in ``zone``."""
    if call.opens_at is None:
        return ""
    local = call.opens_at.astimezone(ZoneInfo(zone))
    day = long_day(call.opens_at, zone)
    if local.time() != time(0):
        day = f"{day}, {hour_words(local, zone)}"
    return say("Opens %(day)s", day=day) if call.opens_at > now else say("Opened %(day)s", day=day)


def closing_words(call: Call) -> str:
    """Return when a closed call closed; empty when it has no date."""
    dated = [deadline for deadline in call.deadlines if deadline.at]
    return say("on %(day)s", day=day_words(dated[-1])) if dated else ""


def days_left(deadline: Deadline | None, now: datetime) -> str:
    """Return how long there is, in whole days of the deadline's zone."""
    if deadline is None or deadline.at is None:
        return ""
    if not deadline.is_running(now):
        return say("over")
    zone = ZoneInfo(deadline.zone)
    days = (deadline.at.astimezone(zone).date() - now.astimezone(zone).date()).days
    if days == 0:
        return say("today")
    return say("tomorrow") if days == 1 else ngettext("in %(num)s day", "in %(num)s days", days)


def is_close(deadline: Deadline | None, now: datetime) -> bool:
    """Tell whether a running deadline is at most two weeks away."""
    if deadline is None or deadline.at is None:
        return False
    return deadline.is_running(now) and deadline.at - now <= SOON


def place_words(call: Call) -> str:
    """Return where it is open: the narrowest regions, else countries, else everywhere."""
    if names := narrowest_names(call.regions):
        return _some(names)
    if call.everywhere:
        return say("Everywhere")
    return _some([country_name(code) for code in call.countries])


def _some(names: list[str]) -> str:
    rest = len(names) - PLACES_SHOWN
    shown = (
        names
        if rest <= 1
        else [*names[:PLACES_SHOWN], ngettext("and %(num)s more", "and %(num)s more", rest)]
    )
    return ", ".join(shown)


def country_name(code: str) -> str:
    """Return a country's name in the language spoken; the code when there is none."""
    name = countries().get(code, code)
    return name if language() == "en" else str(locale().territories.get(code, name))


def language_name(code: str) -> str:
    """Return the name of a language (ISO 639-1) in the one spoken; the code when there is none."""
    return str(locale().languages.get(code, code))
