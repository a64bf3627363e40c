"""What an engine is given of a call: words, facet values, moments. The same for every engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from index.query import NOT_STATED, FacetName
from normalize.call import Call, Deadline
from normalize.text import plain_text

FOREVER = 2**62
"""Seconds since 1970 that never come: "no end"."""


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One call as indexed. Moments are whole seconds since 1970, UTC.

    Attributes:
        opens: Opening; minus `FOREVER` when not stated.
        closes: Last second of the last deadline; `FOREVER` when it has none or no end.
        base_status: Its status between ``opens`` and ``closes`` (see `Call.status_at`).
        deadlines: (until, at) of each dated deadline in order of time: the last second in which
            it runs, and its moment.
        budget_cents: ``budget_total`` in EUR cents; None in another currency or not stated.
    """

    call_id: str
    title: str
    summary: str
    keywords: str
    identifiers: tuple[str, ...]
    body: str
    facets: Mapping[FacetName, tuple[str, ...]]
    opens: int
    closes: int
    base_status: str
    withdrawn: bool
    continuous: bool
    deadlines: tuple[tuple[int, int], ...]
    first_seen: int
    budget_cents: int | None


def build_document(call: Call) -> IndexDocument:
    """Return what an engine indexes of a call."""
    body = "\n".join(filter(None, (plain_text(call.description or ""), call.eligibility, call.deadline_note)))
    dated = sorted((running_until(d), int(d.at.timestamp())) for d in call.deadlines if d.at)
    continuous = any(deadline.at is None for deadline in call.deadlines)
    return IndexDocument(
        call_id=call.id,
        title=call.title,
        summary=call.summary or "",
        keywords="\n".join((*call.keywords, *filter(None, (call.funder, call.programme, call.action_type)))),
        identifiers=tuple(filter(None, (call.native_id, call.call_identifier, *call.aliases))),
        body=body,
        facets=facet_values(call),
        opens=int(call.opens_at.timestamp()) if call.opens_at else -FOREVER,
        closes=FOREVER if continuous or not dated else max(until for until, _ in dated),
        base_status=_base_status(call),
        withdrawn=call.withdrawn,
        continuous=continuous,
        deadlines=tuple(dated),
        first_seen=int(call.first_seen_at.timestamp()) if call.first_seen_at else 0,
        budget_cents=_cents(call),
    )


def running_until(deadline: Deadline) -> int:
    """Return the last second in which a dated deadline still runs."""
    if deadline.at is None:
        return FOREVER
    if deadline.precision == "minute":
        return int(deadline.at.timestamp())
    zone = ZoneInfo(deadline.zone)
    following = deadline.at.astimezone(zone).date() + timedelta(days=1)
    return int(datetime.combine(following, time(0), zone).timestamp()) - 1


def facet_values(call: Call) -> dict[FacetName, tuple[str, ...]]:
    """Return facet -> values of a call; `NOT_STATED` where it says nothing. Status is no stored facet."""
    values: dict[FacetName, tuple[str, ...]] = {
        "sector": call.sectors,
        "area": tuple(dict.fromkeys(tag.area for tag in call.tags)),
        "level": (call.level,),
        "country": call.countries,
        "region": call.regions,
        "programme": (call.programme,) if call.programme else (),
        "applicant": call.applicants,
        "language": (call.language,) if call.language else (),
        "instrument": call.instrument,
        "seal": (call.seal.state,),
        "source": (call.source_id,),
    }
    return {name: found or (NOT_STATED,) for name, found in values.items()}


def _base_status(call: Call) -> str:
    """Return the status between opening and last deadline, the part of `Call.status_at` no clock moves."""
    word = call.source_status if call.source_status in ("forthcoming", "open", "closed") else None
    if call.deadlines:
        return "forthcoming" if word == "forthcoming" and call.opens_at is None else "open"
    return word or "unknown"


def _cents(call: Call) -> int | None:
    money = call.budget_total
    return int(money.amount * Decimal(100)) if money and money.currency == "EUR" else None
