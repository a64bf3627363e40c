"""Change events in words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from config.nuts import regions
from normalize.call import Deadline, Money
from portal_api.presenting import APPLICANT_WORDS, country_name, day_words, long_day, money_words, rate_words
from portal_api.speech import N_, say
from store.reading import StoredEvent

_SENTENCES = {
    "new": N_("First seen here"),
    "deadline_extended": N_("Deadline moved later, from %(old)s to %(new)s"),
    "deadline_shortened": N_("Deadline moved earlier, from %(old)s to %(new)s"),
    "deadline_added": N_("Deadline added: %(new)s"),
    "deadline_removed": N_("Deadline removed: %(old)s"),
    "opened_early": N_("Opens earlier than announced: %(new)s instead of %(old)s"),
    "withdrawn": N_("No longer listed by the source"),
    "returned": N_("Listed by the source again"),
}
_AMOUNTS = {
    "budget_total": N_("budget of the whole call"),
    "grant_min": N_("least amount a project"),
    "grant_max": N_("most a project"),
    "funding_rate_max": N_("share of the costs"),
    "expected_grants": N_("number of grants"),
}
_TEXTS = {"deadline_note": N_("note on the deadline")}


def event_words(event: StoredEvent, zone: str) -> str:
    """Return a change event as a sentence, such as "Deadline moved later, from ... to ...".

    Args:
        event: As stored.
        zone: IANA zone in which the source thinks; days are said in it.
    """
    if event.kind == "budget_changed":
        return say("Amounts changed: %(what)s", what=_amounts(event.old or {}, event.new or {}))
    if event.kind == "eligibility_changed":
        return say("Who may apply changed: %(what)s", what=_eligibility(event.old or {}, event.new or {}))
    if event.kind == "text_changed":
        return say("Text changed: %(what)s", what=", ".join(_text(name) for name in event.new or ()))
    sentence = _SENTENCES.get(event.kind, event.kind.replace("_", " "))
    return say(sentence, old=_day(event.old, zone), new=_day(event.new, zone))


def _text(name: str) -> str:
    return say(_TEXTS.get(name, name.replace("_", " ")))


def _day(value: Any, zone: str) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return day_words(Deadline.model_validate(value))
    if isinstance(value, str):
        return long_day(datetime.fromisoformat(value), zone)
    return say("not stated")


def _amounts(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    return "; ".join(
        say(
            "%(what)s from %(old)s to %(new)s",
            what=say(_AMOUNTS.get(name, name)),
            old=_amount(name, old.get(name)),
            new=_amount(name, new.get(name)),
        )
        for name in new
    )


def _amount(name: str, value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return say("not stated")
    if isinstance(value, dict):
        return money_words(Money.model_validate(value))
    return rate_words(Decimal(value)) if name == "funding_rate_max" else str(value)


def _eligibility(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    said = [
        _difference(old.get("applicants", ()), new.get("applicants", ()), _applicant),
        _difference(old.get("countries", ()), new.get("countries", ()), country_name),
        _difference(old.get("regions", ()), new.get("regions", ()), _region),
    ]
    if old.get("text") != new.get("text"):
        said.append(say("wording of the conditions"))
    return "; ".join(filter(None, said)) or say("wording of the conditions")


def _difference(old: Sequence[str], new: Sequence[str], name: Callable[[str], str]) -> str:
    came = ", ".join(name(value) for value in new if value not in old)
    went = ", ".join(name(value) for value in old if value not in new)
    parts = (
        say("now also %(names)s", names=came) if came else "",
        say("no longer %(names)s", names=went) if went else "",
    )
    return ", ".join(filter(None, parts))


def _applicant(word: str) -> str:
    return say(APPLICANT_WORDS.get(word, word))


def _region(code: str) -> str:
    known = regions()
    return known[code].name if code in known else code
