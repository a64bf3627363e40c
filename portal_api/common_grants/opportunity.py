"""A call as an opportunity of CommonGrants."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from normalize.call import Call, Deadline, Money
from normalize.text import plain_text
from portal_api import presenting
from portal_api.addresses import web_address
from portal_api.common_grants.custom_fields import custom_fields
from portal_api.common_grants.documents import (
    ApplicantShape,
    ApplicantValue,
    Event,
    Funding,
    MoneyShape,
    Opportunity,
    StatusShape,
    StatusValue,
    Timeline,
)

STATUSES: Mapping[str, StatusValue] = {
    "forthcoming": "forecasted",
    "open": "open",
    "closed": "closed",
    "withdrawn": "custom",
    "unknown": "custom",
}
"""Our status -> the protocol's."""
_APPLICANTS: Mapping[str, ApplicantValue] = {
    "individual": "individual",
    "sme": "for_profit_small_business",
    "large_enterprise": "for_profit_not_small_business",
}
"""Our word -> the protocol's; its other values speak of the law of the United States."""


def opportunity_id(call_id: str) -> UUID:
    """Return the UUIDv5 of a call's id."""
    return uuid5(NAMESPACE_URL, f"urn:sovereignty-portal:call:{call_id}")


def opportunity(call: Call, *, now: datetime, modified: datetime, zone: str, public_url: str) -> Opportunity:
    """Return a call as an opportunity.

    Args:
        call: As stored.
        now: The moment for its status, UTC.
        modified: Of its last change event, UTC.
        zone: IANA zone in which its source thinks.
        public_url: The portal's address, for the schemas of our custom fields.
    """
    status = call.status_at(now)
    value = STATUSES[status]
    return Opportunity(
        id=opportunity_id(call.id),
        title=call.title,
        status=StatusShape(
            value=value,
            custom_value=status if value == "custom" else None,
            description=presenting.STATUS_WORDS[status],
        ),
        description=plain_text(call.description or "") or call.summary or call.title,
        funding=_funding(call),
        key_dates=_timeline(call, now, zone),
        accepted_applicant_types=tuple(_applicants(call)) or None,
        source=web_address(call.url),
        custom_fields=custom_fields(call, public_url),
        created_at=call.first_seen_at or modified,
        last_modified_at=modified,
    )


def close_deadline(call: Call, now: datetime) -> Deadline | None:
    """Return the deadline that counts as the close date: the next one, else the last one there was."""
    dated = [deadline for deadline in call.deadlines if deadline.at]
    return call.next_deadline_at(now) or max(dated, key=lambda one: one.at or now, default=None)


def _timeline(call: Call, now: datetime, zone: str) -> Timeline | None:
    closing = close_deadline(call, now)
    opening = _opening(call, zone)
    if not (closing or opening or call.deadline_note):
        return None
    others = dict(_others(call))
    return Timeline(
        post_date=opening,
        close_date=_event(closing, call) if closing else None,
        other_dates=others or None,
    )


def _others(call: Call) -> Iterator[tuple[str, Event]]:
    for number, deadline in enumerate(call.deadlines, start=1):
        yield f"{deadline.kind}_{number}", _event(deadline, call)
    if call.deadline_note and not call.deadlines:
        yield "note", Event(name="Deadline", event_type="other", details=call.deadline_note)


def _event(deadline: Deadline, call: Call) -> Event:
    name = deadline.label or presenting.KIND_WORDS[deadline.kind]
    if deadline.at is None:
        return Event(
            name=name, event_type="other", details=call.deadline_note or presenting.deadline_words(deadline)
        )
    local = deadline.at.astimezone(ZoneInfo(deadline.zone))
    stated = deadline.precision == "minute"
    return Event(
        name=name,
        event_type="singleDate",
        date=local.date().isoformat(),
        time=f"{local:%H:%M:%S}" if stated else None,
        description=f"{deadline.zone} time" if stated else f"No hour is stated; a day of {deadline.zone}",
    )


def _opening(call: Call, zone: str) -> Event | None:
    if call.opens_at is None:
        return None
    local = call.opens_at.astimezone(ZoneInfo(zone))
    stated = f"{local:%H:%M}" != "00:00"
    return Event(
        name="Opens",
        event_type="singleDate",
        date=local.date().isoformat(),
        time=f"{local:%H:%M:%S}" if stated else None,
        description=f"{zone} time" if stated else None,
    )


def _funding(call: Call) -> Funding | None:
    rate = presenting.rate_words(call.funding_rate_max)
    funding: dict[str, Any] = {
        "details": f"Up to {rate} of the costs" if rate else None,
        "total_amount_available": _money(call.budget_total),
        "min_award_amount": _money(call.grant_min),
        "max_award_amount": _money(call.grant_max),
        "estimated_award_count": call.expected_grants,
    }
    return Funding(**funding) if any(value is not None for value in funding.values()) else None


def _money(money: Money | None) -> MoneyShape | None:
    return MoneyShape(amount=f"{money.amount:f}", currency=money.currency) if money else None


def _applicants(call: Call) -> Iterator[ApplicantShape]:
    for word in call.applicants:
        value = _APPLICANTS.get(word, "custom")
        yield ApplicantShape(
            value=value,
            custom_value=word if value == "custom" else None,
            description=presenting.APPLICANT_WORDS[word],
        )
