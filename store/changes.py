"""What changed between two versions of a call, in the terms of the schema. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from normalize.call import Call, Deadline, Money
from normalize.text import plain_text

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


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """One change, with the value before and after as JSON values; None where there was none."""

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
        *_texts(old, new),
    ]


def _life(old: Call, new: Call) -> Iterator[ChangeEvent]:
    if old.withdrawn != new.withdrawn:
        yield ChangeEvent("withdrawn" if new.withdrawn else "returned")


def _deadlines(old: Call, new: Call) -> Iterator[ChangeEvent]:
    """Pair deadlines that stand on both sides; pair the rest in order of time, as moved."""
    before = [deadline for deadline in old.deadlines if deadline.at]
    after = [deadline for deadline in new.deadlines if deadline.at]
    kept = {_minute(deadline) for deadline in before} & {_minute(deadline) for deadline in after}
    gone = sorted((d for d in before if _minute(d) not in kept), key=_minute)
    come = sorted((d for d in after if _minute(d) not in kept), key=_minute)
    for was, now in zip(gone, come, strict=False):
        kind: EventKind = "deadline_extended" if _minute(now) > _minute(was) else "deadline_shortened"
        yield ChangeEvent(kind, _printed(was), _printed(now))
    for was in gone[len(come) :]:
        yield ChangeEvent("deadline_removed", _printed(was), None)
    for now in come[len(gone) :]:
        yield ChangeEvent("deadline_added", None, _printed(now))


def _minute(deadline: Deadline) -> datetime:
    assert deadline.at is not None, "continuous deadlines are left out before"
    return deadline.at.replace(second=0, microsecond=0)


def _printed(deadline: Deadline) -> dict[str, Any]:
    return deadline.model_dump(mode="json")


def _opening(old: Call, new: Call) -> Iterator[ChangeEvent]:
    if old.opens_at and new.opens_at and new.opens_at < old.opens_at:
        yield ChangeEvent("opened_early", old.opens_at.isoformat(), new.opens_at.isoformat())


def _budget(old: Call, new: Call) -> Iterator[ChangeEvent]:
    names = ("budget_total", "grant_min", "grant_max", "funding_rate_max", "expected_grants")
    was = {name: _value(getattr(old, name)) for name in names}
    now = {name: _value(getattr(new, name)) for name in names}
    if was != now:
        moved = [name for name in names if was[name] != now[name]]
        yield ChangeEvent(
            "budget_changed", {name: was[name] for name in moved}, {name: now[name] for name in moved}
        )


def _value(value: object) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Money):
        return {"amount": f"{value.amount:.2f}", "currency": value.currency}
    return None if value is None else str(value)


def _texts(old: Call, new: Call) -> Iterator[ChangeEvent]:
    if _eligibility(old) != _eligibility(new):
        yield ChangeEvent("eligibility_changed", _eligibility(old), _eligibility(new))
    moved = [
        name
        for name in ("title", "summary", "description", "deadline_note")
        if _words(getattr(old, name)) != _words(getattr(new, name))
    ]
    if moved:
        yield ChangeEvent("text_changed", moved, moved)


def _eligibility(call: Call) -> dict[str, Any]:
    return {
        "applicants": sorted(call.applicants),
        "countries": sorted(call.countries),
        "regions": sorted(call.regions),
        "text": _words(call.eligibility),
    }


def _words(text: str | None) -> str:
    """Return the text without markup, in single spaces: white space and tags make no difference."""
    return " ".join(plain_text(text).split()) if text else ""
