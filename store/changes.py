"""What changed between two versions of a call, in the terms of the schema. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from normalize.call import Call, Deadline, Money
from normalize.text import plain_text
from store.fingerprint import minute_of, number_words
from store.pairing import is_later, pair_deadlines

EventKind = Literal[
    "new",
    "deadline_extended",
    "deadline_shortened",
    "deadline_added",
    "deadline_removed",
    "opened_early",
    "budget_changed",
    "eligibility_changed",
    "text_changed",
    "withdrawn",
    "returned",
]

_AMOUNTS = ("budget_total", "grant_min", "grant_max", "funding_rate_max", "expected_grants")
_TEXTS = ("title", "summary", "description", "deadline_note")


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """One change, with the value before and after as JSON values; None where there was none.

    Deadlines are `Deadline`s, an opening is an ISO 8601 moment. Amounts, eligibility and texts
    are objects with just the fields that changed, the same ones before and after.
    """

    kind: EventKind
    old: Any = None
    new: Any = None


def changes_between(old: Call, new: Call) -> list[ChangeEvent]:
    """Return the changes a reader cares about; nothing for jitter.

    Moments are compared to the minute (the EU portal's type 2 deadlines carry random seconds),
    texts without markup and white space. Keywords, tags and index plumbing never make an event.
    """
    return [
        *_life(old, new),
        *_deadlines(old, new),
        *_opening(old, new),
        *_budget(old, new),
        *_eligibility(old, new),
        *_texts(old, new),
    ]


def _life(old: Call, new: Call) -> Iterator[ChangeEvent]:
    if old.withdrawn != new.withdrawn:
        yield ChangeEvent("withdrawn" if new.withdrawn else "returned")


def _deadlines(old: Call, new: Call) -> Iterator[ChangeEvent]:
    pairing = pair_deadlines(old.deadlines, new.deadlines)
    for pair in pairing.moved:
        kind: EventKind = "deadline_extended" if is_later(pair) else "deadline_shortened"
        yield ChangeEvent(kind, _printed(pair[0]), _printed(pair[1]))
    for was in pairing.gone:
        yield ChangeEvent("deadline_removed", _printed(was), None)
    for now in pairing.come:
        yield ChangeEvent("deadline_added", None, _printed(now))


def _printed(deadline: Deadline) -> dict[str, Any]:
    return deadline.model_dump(mode="json")


def _opening(old: Call, new: Call) -> Iterator[ChangeEvent]:
    if old.opens_at and new.opens_at and minute_of(new.opens_at) < minute_of(old.opens_at):
        yield ChangeEvent("opened_early", old.opens_at.isoformat(), new.opens_at.isoformat())


def _budget(old: Call, new: Call) -> Iterator[ChangeEvent]:
    return _moved("budget_changed", _amounts(old), _amounts(new))


def _eligibility(old: Call, new: Call) -> Iterator[ChangeEvent]:
    return _moved("eligibility_changed", _conditions(old), _conditions(new))


def _texts(old: Call, new: Call) -> Iterator[ChangeEvent]:
    # Reading the words out of markup takes a while: only where something differs at all.
    names = [name for name in _TEXTS if getattr(old, name) != getattr(new, name)]
    return _moved("text_changed", _wording(old, names), _wording(new, names))


def _moved(kind: EventKind, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[ChangeEvent]:
    """Yield one event with the fields that differ, or nothing."""
    names = [name for name in was if was[name] != now[name]]
    if names:
        yield ChangeEvent(kind, {name: was[name] for name in names}, {name: now[name] for name in names})


def _amounts(call: Call) -> dict[str, Any]:
    return {name: _value(getattr(call, name)) for name in _AMOUNTS}


def _value(value: Money | Decimal | int | None) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Money):
        return {"amount": f"{value.amount:.2f}", "currency": value.currency}
    if isinstance(value, Decimal):
        return number_words(value)
    return None if value is None else str(value)


def _conditions(call: Call) -> dict[str, Any]:
    return {
        "applicants": sorted(call.applicants),
        "countries": sorted(call.countries),
        "regions": sorted(call.regions),
        "everywhere": call.everywhere,
        "consortium": _words(call.consortium),
        "trl_min": call.trl_min,
        "trl_max": call.trl_max,
        "text": _words(call.eligibility),
    }


def _wording(call: Call, names: Sequence[str]) -> dict[str, str]:
    return {name: _words(getattr(call, name)) for name in names}


def _words(text: str | None) -> str:
    """Return the text without markup, in single spaces: white space and tags make no difference."""
    return " ".join(plain_text(text).split()) if text else ""
