"""Change events in words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from config.countries import countries
from config.nuts import regions
from normalize.call import Deadline, Money
from portal_api.presenting import APPLICANT_WORDS, day_words, long_day, money_words, rate_words
from store.reading import StoredEvent

_SENTENCES = {
    "new": "First seen here",
    "deadline_extended": "Deadline moved later, from {old} to {new}",
    "deadline_shortened": "Deadline moved earlier, from {old} to {new}",
    "deadline_added": "Deadline added: {new}",
    "deadline_removed": "Deadline removed: {old}",
    "opened_early": "Opens earlier than announced: {new} instead of {old}",
    "withdrawn": "No longer listed by the source",
    "returned": "Listed by the source again",
}
_AMOUNTS = {
    "budget_total": "budget of the whole call",
    "grant_min": "least amount a project",
    "grant_max": "most a project",
    "funding_rate_max": "share of the costs",
    "expected_grants": "number of grants",
}
_TEXTS = {"deadline_note": "note on the deadline"}


def event_words(event: StoredEvent, zone: str) -> str:
    """Return a change event as a sentence, such as "Deadline moved later, from ... to ...".

    Args:
        event: As stored.
        zone: IANA zone in which the source thinks; days are said in it.
    """
    if event.kind == "budget_changed":
        return f"Amounts changed: {_amounts(event.old or {}, event.new or {})}"
    if event.kind == "eligibility_changed":
        return f"Who may apply changed: {_eligibility(event.old or {}, event.new or {})}"
    if event.kind == "text_changed":
        return f"Text changed: {', '.join(_TEXTS.get(name, name) for name in event.new or ())}"
    sentence = _SENTENCES.get(event.kind, event.kind.replace("_", " "))
    return sentence.format(old=_day(event.old, zone), new=_day(event.new, zone))


def _day(value: Any, zone: str) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return day_words(Deadline.model_validate(value))
    if isinstance(value, str):
        return long_day(datetime.fromisoformat(value), zone)
    return "not stated"


def _amounts(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{_AMOUNTS.get(name, name)} from {_amount(name, old.get(name))} to {_amount(name, new.get(name))}"
        for name in new
    )


def _amount(name: str, value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return "not stated"
    if isinstance(value, dict):
        return money_words(Money.model_validate(value))
    return rate_words(Decimal(value)) if name == "funding_rate_max" else str(value)


def _eligibility(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    said = [
        _difference(old.get("applicants", ()), new.get("applicants", ()), _applicant),
        _difference(old.get("countries", ()), new.get("countries", ()), _country),
        _difference(old.get("regions", ()), new.get("regions", ()), _region),
    ]
    if old.get("text") != new.get("text"):
        said.append("wording of the conditions")
    return "; ".join(filter(None, said)) or "wording of the conditions"


def _difference(old: Sequence[str], new: Sequence[str], name: Callable[[str], str]) -> str:
    came = [name(value) for value in new if value not in old]
    went = [name(value) for value in old if value not in new]
    parts = [
        f"{verb} {', '.join(names)}" for verb, names in (("now also", came), ("no longer", went)) if names
    ]
    return ", ".join(parts)


def _applicant(word: str) -> str:
    return APPLICANT_WORDS.get(word, word)


def _country(code: str) -> str:
    return countries().get(code, code)


def _region(code: str) -> str:
    known = regions()
    return known[code].name if code in known else code
