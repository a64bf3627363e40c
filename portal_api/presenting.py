"""Calls in words and documents: for the API, the exports and the pages alike."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from config.countries import countries
from config.nuts import regions
from normalize.call import Call, Deadline, Money

STATUS_WORDS = {
    "open": "Open",
    "forthcoming": "Forthcoming",
    "closed": "Closed",
    "withdrawn": "Withdrawn",
    "unknown": "Dates not stated",
}
KIND_WORDS = {
    "single": "Deadline",
    "stage_1": "First stage",
    "stage_2": "Second stage",
    "cut_off": "Cut-off",
    "continuous": "Open until funds end",
}
APPLICANT_WORDS = {
    "sme": "SMEs",
    "large_enterprise": "Large enterprises",
    "startup": "Start-ups",
    "research_organisation": "Research organisations",
    "university": "Universities",
    "public_body": "Public bodies",
    "non_profit": "Non-profits",
    "individual": "Individuals",
    "cluster": "Clusters",
    "other": "Others",
}
LEVEL_WORDS = {"eu": "European Union", "national": "National", "regional": "Regional"}
INSTRUMENT_WORDS = {
    "grant": "Grant",
    "loan": "Loan",
    "guarantee": "Guarantee",
    "equity": "Equity",
    "prize": "Prize",
    "procurement": "Procurement",
    "tax": "Tax relief",
    "advice": "Advice",
}
SOON = timedelta(days=14)
"""A deadline this near is shown in a warning colour."""
PLACES_SHOWN = 6


def call_document(call: Call, now: datetime) -> dict[str, Any]:
    """Return a call in the schema, with ``status`` and ``next_deadline`` as of ``now``; JSON values."""
    document = call.model_dump(mode="json")
    following = call.next_deadline_at(now)
    document["status"] = call.status_at(now)
    document["next_deadline"] = following.model_dump(mode="json") if following else None
    return document


def money_words(money: Money | None) -> str:
    """Return an amount as a person writes it: "EUR 2.5 million", "EUR 60 000"; never rounded."""
    if money is None:
        return ""
    amount = money.amount
    for size, word in ((Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million")):
        short = (amount / size).quantize(Decimal("0.01"))
        if amount >= size and short * size == amount:
            return f"{money.currency} {_plain(short)} {word}"
    printed = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return f"{money.currency} {printed}".replace(",", "\u202f")


def _plain(number: Decimal) -> str:
    """Return a number without needless zeros; thousands in groups."""
    whole, _, rest = f"{number:,f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}" if rest else whole


def grant_words(call: Call) -> str:
    """Return the amount per project; empty when not stated."""
    low, high = call.grant_min, call.grant_max
    if low and high and low != high:
        return f"{money_words(low)} to {money_words(high)}"
    if high:
        return money_words(high) if low else f"up to {money_words(high)}"
    return f"from {money_words(low)}" if low else ""


def applicants_words(call: Call) -> str:
    """Return who may apply, as a sentence begins: "Large enterprises, universities, SMEs"."""
    words = [APPLICANT_WORDS[kind] for kind in call.applicants]
    later = [word if word[:2].isupper() else word[0].lower() + word[1:] for word in words[1:]]
    return ", ".join(words[:1] + later)


def rate_words(rate: Decimal | None) -> str:
    """Return a co-funding rate as a percentage."""
    return f"{_plain(rate * 100)}%" if rate is not None else ""


def _place(zone: str) -> str:
    """Return the town of a time zone, as people say it: "Brussels"."""
    return zone.rpartition("/")[2].replace("_", " ")


def long_day(moment: datetime, zone: str) -> str:
    """Return the day on which a moment falls in ``zone`` (IANA name): "3 March 2027"."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}"


def deadline_words(deadline: Deadline) -> str:
    """Return date and hour as stated by the source, in the source's zone."""
    if deadline.at is None:
        return "no end date; open until funds end"
    local = deadline.at.astimezone(ZoneInfo(deadline.zone))
    day = f"{local:%A} {long_day(deadline.at, deadline.zone)}"
    if deadline.precision == "minute":
        return f"{day}, {local:%H:%M} {_place(deadline.zone)} time"
    usual = f"; usually {local:%H:%M} {_place(deadline.zone)} time" if f"{local:%H:%M}" != "23:59" else ""
    return f"{day} (no hour stated{usual})"


def day_words(deadline: Deadline | None) -> str:
    """Return just the day, for lists."""
    if deadline is None:
        return ""
    if deadline.at is None:
        return "Until funds end"
    local = deadline.at.astimezone(ZoneInfo(deadline.zone))
    return f"{local.day} {local:%b %Y}"


def opening_words(call: Call, zone: str, now: datetime) -> str:
    """Return since or from when a call is open, as the day (and hour, unless midnight) in ``zone``."""
    if call.opens_at is None:
        return ""
    local = call.opens_at.astimezone(ZoneInfo(zone))
    hour = f", {local:%H:%M} {_place(zone)} time" if local.time() != time(0) else ""
    verb = "Opens" if call.opens_at > now else "Opened"
    return f"{verb} {long_day(call.opens_at, zone)}{hour}"


def closing_words(call: Call) -> str:
    """Return when a closed call closed; empty when it has no date."""
    dated = [deadline for deadline in call.deadlines if deadline.at]
    return f"on {day_words(dated[-1])}" if dated else ""


def days_left(deadline: Deadline | None, now: datetime) -> str:
    """Return how long there is, in whole days of the deadline's zone."""
    if deadline is None or deadline.at is None:
        return ""
    if not deadline.is_running(now):
        return "over"
    zone = ZoneInfo(deadline.zone)
    days = (deadline.at.astimezone(zone).date() - now.astimezone(zone).date()).days
    return "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"


def is_close(deadline: Deadline | None, now: datetime) -> bool:
    """Tell whether a running deadline is at most two weeks away."""
    if deadline is None or deadline.at is None:
        return False
    return deadline.is_running(now) and deadline.at - now <= SOON


def place_words(call: Call) -> str:
    """Return where it is open: the narrowest regions, else countries, else everywhere."""
    known = regions()
    narrow = [
        code
        for code in call.regions
        if len(code) > 2 and not any(other != code and other.startswith(code) for other in call.regions)
    ]
    if narrow:
        return _some([known[code].name if code in known else code for code in narrow])
    if call.everywhere:
        return "Everywhere"
    return _some([countries().get(code, code) for code in call.countries])


def _some(names: list[str]) -> str:
    rest = len(names) - PLACES_SHOWN
    shown = names if rest <= 1 else [*names[:PLACES_SHOWN], f"and {rest} more"]
    return ", ".join(shown)
