"""The fields of a call as a person types them, and back: what the desk's forms hold.

Every field is one text, so that one form serves them all without a script. Lists stand a line each;
a deadline is a line such as ``2026-09-17 17:00 stage_1 first stage``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.countries import countries
from config.nuts import regions, with_parents
from normalize.call import Applicant, Call, Deadline, DeadlineKind, Instrument, Level, Money, SealState
from normalize.errors import RecordError

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "applicants": get_args(Applicant),
    "instrument": get_args(Instrument),
    "level": get_args(Level),
    "seal": get_args(SealState),
    "cascade": ("no", "yes"),
    "everywhere": ("no", "yes"),
}
_DEADLINE = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?:[ T]+(?P<hour>\d{1,2}:\d{2}))?(?:\s+(?P<zone>[A-Z]\w+/[\w/+-]+|UTC))?"
    rf"(?:\s+(?P<kind>{'|'.join(get_args(DeadlineKind))}))?(?:\s+(?P<label>\S.*))?"
)
_CONTINUOUS = re.compile(r"continuous(?:\s+(?P<label>\S.*))?")
_MOMENT = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?:[ T]+(?P<hour>\d{1,2}:\d{2}))?(?:\s+(?P<zone>\S+))?")
_MONEY = re.compile(r"(?P<amount>\d[\d ]*(?:\.\d{1,2})?)\s+(?P<currency>[A-Z]{3})")


@dataclass(frozen=True, slots=True)
class FieldForm:
    """How one field is asked for.

    Attributes:
        widget: ``line``, ``lines`` or ``choices`` (with ``choices`` filled; ``many``: several of them).
        hint: How to write it, with an example.
    """

    name: str
    title: str
    widget: Literal["line", "lines", "choices"]
    hint: str
    choices: tuple[str, ...] = ()
    many: bool = False


def _form(name: str, title: str, widget: Literal["line", "lines"], hint: str = "") -> FieldForm:
    return FieldForm(name, title, widget, hint)


def _pick(name: str, title: str, hint: str = "", *, many: bool = False) -> FieldForm:
    return FieldForm(name, title, "choices", hint, _CHOICES[name], many)


_DAY_HINT = (
    "A day (2026-09-17) or a moment (2026-09-17 17:00), in the source's time zone unless one is named."
)
_MONEY_HINT = "An amount with a point before the cents, and its currency: 1250000 EUR. Empty: not stated."
FORMS: Mapping[str, FieldForm] = {
    form.name: form
    for form in (
        _form("deadlines", "Deadlines", "lines",
              "One a line: a day, an hour if the source states one, a time zone if it is another than the "
              "source's, the kind (single, stage_1, stage_2, cut_off) and the source's words for it: "
              "“2026-09-17 17:00 stage_1 first stage”. “continuous” for one without an end."),
        _form("opens_at", "Opens", "line", _DAY_HINT),
        _form("decided_at", "Decided", "line", _DAY_HINT),
        _form("deadline_note", "Deadline in words", "line"),
        _form("budget_total", "Budget of the whole call", "line", _MONEY_HINT),
        _form("grant_min", "Smallest grant", "line", _MONEY_HINT),
        _form("grant_max", "Largest grant", "line", _MONEY_HINT),
        _form("funding_rate_max", "Highest funding rate", "line", "A percentage: 70 %. Empty: not stated."),
        _form("expected_grants", "Grants expected", "line", "A whole number."),
        _pick("instrument", "Support", many=True),
        _pick("applicants", "Who may apply", many=True),
        _form("eligibility", "Conditions", "lines"),
        _form("consortium", "Consortium", "line"),
        _form("trl_min", "Lowest technology readiness level", "line", "1 to 9. Empty: not stated."),
        _form("trl_max", "Highest technology readiness level", "line", "1 to 9. Empty: not stated."),
        _form("countries", "Countries", "line", "ISO codes: FR, DE."),
        _form("regions", "Regions", "line", "NUTS 2024 codes: FR10, ITC4. Their parents are added."),
        _pick("everywhere", "Open to applicants wherever they are"),
        _form("title", "Title", "line"),
        _form("summary", "Summary", "lines", "Plain text, at most 500 characters."),
        _form("description", "Description", "lines", "HTML: paragraphs, lists, h3, tables, links."),
        _form("language", "Language of its texts", "line", "ISO 639-1 code: fr."),
        _form("keywords", "Keywords", "lines", "One a line."),
        _form("documents", "Documents", "lines", "One a line: the address, a blank, the title."),
        _form("url", "Official page", "line", "An address with http or https."),
        _pick("level", "Level"),
        _pick("cascade", "Cascade funding"),
        _form("funder", "Funder", "line"),
        _form("programme", "Programme", "line"),
        _form("destination", "Destination", "line"),
        _form("partnership", "Partnership", "line"),
        _form("action_type", "Action type", "line"),
        _form("call_identifier", "Call identifier", "line"),
        _form("aliases", "Other identifiers", "lines", "One a line."),
        _form("source_status", "Status in the source's words", "line", "forthcoming, open or closed."),
        _form("licence", "Licence", "line"),
        _pick("seal", "STEP (Sovereignty) Seal", "The reason you give becomes its evidence."),
    )
}  # fmt: skip
"""Field of the schema -> its form, in the order the desk shows them."""


def typed(call: Call, field: str, zone: str) -> str:
    """Return a field's value as somebody would type it; moments in ``zone``; empty when it says nothing."""
    value = getattr(call, field)
    if value is None or value == ():
        return ""
    if field == "deadlines":
        return "\n".join(_deadline_typed(deadline) for deadline in call.deadlines)
    if field == "documents":
        return "\n".join(f"{document.url} {document.title}" for document in call.documents)
    if field == "seal":
        return call.seal.state
    if isinstance(value, Money):
        return f"{value.amount:f} {value.currency}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return f"{(value * 100).normalize():f} %"
    if isinstance(value, tuple):
        return (", " if field in ("countries", "regions") else "\n").join(str(part) for part in value)
    return str(value)


@dataclass(frozen=True, slots=True)
class Clock:
    """How a source thinks of time: its IANA zone, and the hour at which its days close."""

    zone: str
    closing: time = time(23, 59, 59)


def read_typed(field: str, text: str, *, clock: Clock, reason: str = "") -> Any:  # noqa: ANN401 - JSON
    """Return what somebody typed as a JSON value of the schema; None (or an empty list) for nothing.

    Args:
        field: A key of `FORMS`.
        text: What was typed; of several choices a line each.
        clock: Zone and closing hour of the call's source.
        reason: Why, the evidence of a Seal.

    Raises:
        RecordError: It cannot be read; says how to write it.
    """
    text = text.strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if field == "deadlines":
        return [_deadline(line, clock) for line in lines]
    if field == "documents":
        return [_document(line) for line in lines]
    if field in ("countries", "regions"):
        return _codes(field, re.split(r"[\s,;]+", text) if text else [])
    if field in ("keywords", "aliases"):
        return lines
    form = FORMS[field]
    if form.choices:
        return _chosen(form, lines, reason)
    if not text:
        return None
    if field in ("opens_at", "decided_at"):
        return _moment(field, text, clock.zone)
    if field in ("budget_total", "grant_min", "grant_max"):
        return _money(field, text)
    if field in ("trl_min", "trl_max", "expected_grants"):
        return _whole_number(field, text)
    return _share(text) if field == "funding_rate_max" else text


def _deadline_typed(deadline: Deadline) -> str:
    if deadline.at is None:
        return " ".join(filter(None, ("continuous", deadline.label)))
    at = deadline.at.astimezone(ZoneInfo(deadline.zone))
    hour = f"{at:%H:%M}" if deadline.precision == "minute" else None
    kind = None if deadline.kind == "single" and not deadline.label else deadline.kind
    return " ".join(filter(None, (f"{at:%Y-%m-%d}", hour, deadline.zone, kind, deadline.label)))


def _deadline(line: str, clock: Clock) -> dict[str, Any]:
    zone = clock.zone
    if match := _CONTINUOUS.fullmatch(line):
        return {"at": None, "precision": "day", "zone": zone, "kind": "continuous", "label": match["label"]}
    match = _DEADLINE.fullmatch(line)
    if match is None:
        raise RecordError("write a deadline as 2026-09-17 17:00 stage_1", field="deadlines", value=line)
    named = match["zone"] or zone
    # As normalising does with a day that has no hour: docs/decisions/0003-day-precision.md.
    hour = _hour("deadlines", match["hour"]) if match["hour"] else clock.closing
    return {
        "at": _at("deadlines", match["day"], hour, named),
        "precision": "minute" if match["hour"] else "day",
        "zone": named,
        "kind": match["kind"] or "single",
        "label": match["label"],
    }


def _moment(field: str, text: str, zone: str) -> str:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise RecordError("write a day as 2026-09-17 or 2026-09-17 17:00", field=field, value=text)
    hour = _hour(field, match["hour"]) if match["hour"] else time()
    return _at(field, match["day"], hour, match["zone"] or zone)


def _at(field: str, day: str, hour: time, zone: str) -> str:
    try:
        return datetime.combine(date.fromisoformat(day), hour, ZoneInfo(zone)).isoformat()
    except ZoneInfoNotFoundError as error:
        raise RecordError("unknown time zone", field=field, value=zone) from error
    except ValueError as error:
        raise RecordError("no such day", field=field, value=day) from error


def _hour(field: str, text: str) -> time:
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError as error:
        raise RecordError("no such hour", field=field, value=text) from error


def _document(line: str) -> dict[str, str]:
    url, _, title = line.partition(" ")
    return {"url": url, "title": title.strip() or url}


def _codes(field: str, codes: list[str]) -> list[str]:
    known = countries() if field == "countries" else regions()
    found: list[str] = []
    for code in filter(None, codes):
        if code.upper() not in known:
            raise RecordError("unknown code", field=field, value=code)
        found += [code.upper()] if field == "countries" else with_parents(code.upper())
    return list(dict.fromkeys(found))


def _chosen(form: FieldForm, lines: list[str], reason: str) -> Any:  # noqa: ANN401 - JSON
    if unknown := [line for line in lines if line not in form.choices]:
        raise RecordError(f"choose from {', '.join(form.choices)}", field=form.name, value=unknown[0])
    if form.many:
        return lines
    if len(lines) != 1:
        raise RecordError("choose one", field=form.name)
    if form.name == "seal":
        return {"state": lines[0], "evidence": [f"staff: {reason}"] if lines[0] != "none" else []}
    return lines[0] == "yes" if form.name in ("cascade", "everywhere") else lines[0]


def _money(field: str, text: str) -> dict[str, str]:
    match = _MONEY.fullmatch(text)
    if match is None:
        raise RecordError("write an amount as 1250000 EUR or 1250000.50 EUR", field=field, value=text)
    return {"amount": match["amount"].replace(" ", ""), "currency": match["currency"]}


def _whole_number(field: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise RecordError("write a whole number", field=field, value=text)
    return int(text)


def _share(text: str) -> str:
    try:
        share = Decimal(text.removesuffix("%").strip()) / 100
    except InvalidOperation as error:
        raise RecordError("write a percentage as 70 %", field="funding_rate_max", value=text) from error
    if not share.is_finite():
        raise RecordError("write a percentage as 70 %", field="funding_rate_max", value=text)
    return f"{share:f}"
