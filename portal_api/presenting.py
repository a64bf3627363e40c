"""Calls in words and documents: for the API, the exports and the pages alike."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from config.countries import countries
from config.nuts import regions
from normalize.call import Call, Deadline, Money
from store.reading import StoredEvent

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


def call_document(call: Call, now: datetime) -> dict[str, Any]:
    """Return a call in the schema, with ``status`` and ``next_deadline`` as of ``now``; JSON values."""
    document = call.model_dump(mode="json")
    following = call.next_deadline_at(now)
    document["status"] = call.status_at(now)
    document["next_deadline"] = following.model_dump(mode="json") if following else None
    return document


def money_words(money: Money | None) -> str:
    """Return an amount as a person writes it: "EUR 2.5 million", "EUR 60 000"."""
    if money is None:
        return ""
    amount = money.amount
    for size, word in ((Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million")):
        if amount >= size:
            return f"{money.currency} {_short(amount / size)} {word}"
    return f"{money.currency} {amount:,.0f}".replace(",", "\u202f")


def _short(number: Decimal) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def grant_words(call: Call) -> str:
    """Return the amount per project; empty when not stated."""
    low, high = call.grant_min, call.grant_max
    if low and high and low != high:
        return f"{money_words(low)} to {money_words(high)}"
    if high:
        return money_words(high) if low else f"up to {money_words(high)}"
    return f"from {money_words(low)}" if low else ""


def deadline_words(deadline: Deadline) -> str:
    """Return date and hour as printed by the source, in the source's zone."""
    if deadline.at is None:
        return "no end date; open until funds end"
    local = deadline.at.astimezone(ZoneInfo(deadline.zone))
    day = f"{local.day} {local:%B %Y}"
    place = deadline.zone.rpartition("/")[2].replace("_", " ")
    if deadline.precision == "minute":
        return f"{day}, {local:%H:%M} ({place} time)"
    usual = f"; usually {local:%H:%M} {place} time" if f"{local:%H:%M}" != "23:59" else ""
    return f"{day} (hour not stated{usual})"


def day_words(deadline: Deadline | None) -> str:
    """Return just the day, for lists."""
    if deadline is None:
        return ""
    if deadline.at is None:
        return "Until funds end"
    local = deadline.at.astimezone(ZoneInfo(deadline.zone))
    return f"{local.day} {local:%b %Y}"


def days_left(deadline: Deadline | None, now: datetime) -> str:
    """Return how long there is, in whole local days."""
    if deadline is None or deadline.at is None:
        return ""
    zone = ZoneInfo(deadline.zone)
    days = (deadline.at.astimezone(zone).date() - now.astimezone(zone).date()).days
    if not deadline.is_running(now):
        return "over"
    return "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"


def is_close(deadline: Deadline | None, now: datetime) -> bool:
    """Tell whether a deadline is at most two weeks away."""
    return deadline is not None and deadline.at is not None and now <= deadline.at <= now + timedelta(days=14)


def place_words(call: Call) -> str:
    """Return where it is open: the narrowest regions, else countries, else everywhere."""
    known = regions()
    narrow = [
        code
        for code in call.regions
        if len(code) > 2 and not any(other != code and other.startswith(code) for other in call.regions)
    ]
    if narrow:
        return ", ".join(known[code].name if code in known else code for code in narrow)
    if call.everywhere:
        return "Everywhere"
    return ", ".join(countries().get(code, code) for code in call.countries)


def rate_words(rate: Decimal | None) -> str:
    """Return a co-funding rate as a percentage."""
    return f"{_short(rate * 100)} %" if rate is not None else ""


_EVENT_WORDS = {
    "new": "first seen here",
    "deadline_extended": "deadline moved later, from {old} to {new}",
    "deadline_shortened": "deadline moved earlier, from {old} to {new}",
    "deadline_added": "deadline added: {new}",
    "deadline_removed": "deadline removed: {old}",
    "opened_early": "opens earlier than announced",
    "budget_changed": "amounts changed",
    "eligibility_changed": "who may apply changed",
    "text_changed": "text changed: {new}",
    "withdrawn": "no longer listed by the source",
    "returned": "listed by the source again",
}


def event_words(event: StoredEvent) -> str:
    """Return a change event as a sentence, such as "deadline moved later, from ... to ..."."""
    return _EVENT_WORDS[event.kind].format(old=_value_words(event.old), new=_value_words(event.new))


def _value_words(value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, dict) and "precision" in value:
        return day_words(Deadline.model_validate(value))
    return ", ".join(value) if isinstance(value, list) else str(value or "")
