"""What an engine is given of a call: words, facet values, moments. The same for every engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from index.folding import composed
from index.query import EVERYWHERE, NOT_STATED, FacetName
from normalize.call import Call, Deadline, Status
from normalize.text import text_of

FOREVER = 2**62
"""A moment that never comes: "no end"."""
AMOUNT_MAX = 2**62
"""Cents above every budget there is; hostile amounts stop here."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One call as indexed. Moments are microseconds since 1970, UTC, as exact as `datetime` is.

    Attributes:
        keywords: Its keywords, and who pays under which programme.
        tags: Words of the areas it is tagged with: searched like keywords, but none of its own.
        opens: Opening; minus `FOREVER` when not stated.
        closes: Last instant of the last deadline; `FOREVER` when it has none or no end.
        base_status: Its status between ``opens`` and ``closes`` (see `Call.status_at`).
        deadlines: (until, at) of each dated deadline in order of ``at``: the last instant in which
            it runs, and its moment. The next deadline is the first whose ``until`` is not over.
        budget_cents: ``budget_total`` in EUR cents; None in another currency or not stated.
    """

    call_id: str
    title: str
    summary: str
    keywords: str
    tags: str
    identifiers: tuple[str, ...]
    body: str
    facets: Mapping[FacetName, tuple[str, ...]]
    opens: int
    closes: int
    base_status: Status
    withdrawn: bool
    continuous: bool
    deadlines: tuple[tuple[int, int], ...]
    first_seen: int
    budget_cents: int | None


def build_document(call: Call) -> IndexDocument:
    """Return what an engine indexes of a call."""
    body = "\n".join(filter(None, (text_of(call.description or ""), call.eligibility, call.deadline_note)))
    dated = [(running_until(deadline), moment_of(deadline.at)) for deadline in call.deadlines if deadline.at]
    dated.sort(key=lambda pair: pair[1])
    continuous = any(deadline.at is None for deadline in call.deadlines)
    return IndexDocument(
        call_id=call.id,
        title=composed(call.title),
        summary=composed(call.summary or ""),
        keywords=composed("\n".join(_keywords(call))),
        tags=" ".join(tag.area.replace(".", " ").replace("_", " ") for tag in call.tags),
        identifiers=tuple(filter(None, (call.native_id, call.call_identifier, *call.aliases))),
        body=composed(body),
        facets=facet_values(call),
        opens=moment_of(call.opens_at) if call.opens_at else -FOREVER,
        closes=FOREVER if continuous or not dated else max(until for until, _ in dated),
        base_status=_base_status(call),
        withdrawn=call.withdrawn,
        continuous=continuous,
        deadlines=tuple(dated),
        first_seen=moment_of(call.first_seen_at) if call.first_seen_at else 0,
        budget_cents=_cents(call),
    )


def moment_of(at: datetime) -> int:
    """Return microseconds since 1970 of a timezone-aware moment, exactly."""
    return (at - _EPOCH) // _INSTANT


def running_until(deadline: Deadline) -> int:
    """Return the last instant in which a deadline still runs (see `Deadline.is_running`)."""
    if deadline.at is None:
        return FOREVER
    if deadline.precision == "minute":
        return moment_of(deadline.at)
    zone = ZoneInfo(deadline.zone)
    try:
        following = deadline.at.astimezone(zone).date() + timedelta(days=1)
    except OverflowError:  # 31.12.9999, which some print for "no end"
        return FOREVER
    return moment_of(datetime.combine(following, time(0), zone)) - 1


def _keywords(call: Call) -> list[str]:
    about = (call.funder, call.programme, call.action_type, call.destination, call.partnership)
    return [*call.keywords, *filter(None, about)]


def facet_values(call: Call) -> dict[FacetName, tuple[str, ...]]:
    """Return facet -> values of a call; `NOT_STATED` where it says nothing. Status is no stored facet."""
    values: dict[FacetName, tuple[str, ...]] = {
        "sector": call.sectors,
        "area": tuple(dict.fromkeys(tag.area for tag in call.tags)),
        "level": (call.level,),
        "country": (*call.countries, *([EVERYWHERE] if call.everywhere else [])),
        "region": call.regions,
        "programme": (call.programme,) if call.programme else (),
        "applicant": call.applicants,
        "language": (call.language,) if call.language else (),
        "instrument": call.instrument,
        "seal": (call.seal.state,),
        "source": (call.source_id,),
    }
    return {name: found or (NOT_STATED,) for name, found in values.items()}


def _base_status(call: Call) -> Status:
    """Return the status between opening and last deadline, the part of `Call.status_at` no clock moves."""
    words: dict[str | None, Status] = {"forthcoming": "forthcoming", "open": "open", "closed": "closed"}
    word = words.get(call.source_status)
    if call.deadlines:
        return "forthcoming" if word == "forthcoming" and call.opens_at is None else "open"
    return word or "unknown"


def _cents(call: Call) -> int | None:
    money = call.budget_total
    if money is None or money.currency != "EUR":
        return None
    return max(-AMOUNT_MAX, min(int(money.amount * Decimal(100)), AMOUNT_MAX))
