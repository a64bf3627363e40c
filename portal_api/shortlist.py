"""The shortlist: chosen calls side by side, with the columns somebody wants, to take away or print."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from normalize.call import Call
from portal_api import presenting
from portal_api.api import find_call
from portal_api.rendering import render
from portal_api.speech import N_, say
from portal_api.state import Portal, PortalDep

router = APIRouter()
CALLS_MAX = 100
"""Calls of a shortlist; more are a search."""
EXPORTS = {"csv": "CSV", "xlsx": "Excel", "ics": N_("Calendar"), "json": "JSON"}


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of every call. ``differs``: not all of them say the same."""

    title: str
    values: Sequence[str]
    differs: bool


@dataclass(frozen=True, slots=True)
class _Desk:
    portal: Portal
    now: datetime


def _status(call: Call, desk: _Desk) -> str:
    return say(presenting.STATUS_WORDS[call.status_at(desk.now)])


def _deadline(call: Call, desk: _Desk) -> str:
    following = call.next_deadline_at(desk.now)
    if following is None:
        return presenting.closing_words(call)
    return f"{presenting.deadline_words(following)} {presenting.days_left(following, desk.now)}".strip()


def _stages(call: Call, desk: _Desk) -> str:
    return "; ".join(
        f"{say(presenting.KIND_WORDS[one.kind])}: {presenting.day_words(one)}" for one in call.deadlines
    )


def _opens(call: Call, desk: _Desk) -> str:
    return presenting.long_day(call.opens_at, desk.portal.zone_of(call.source_id)) if call.opens_at else ""


def _areas(call: Call, desk: _Desk) -> str:
    return "; ".join(say(desk.portal.taxonomy.label_of(tag.area)) for tag in call.tags)


def _trl(call: Call, desk: _Desk) -> str:
    return "–".join(str(level) for level in dict.fromkeys((call.trl_min, call.trl_max)) if level)


def _funder(call: Call, desk: _Desk) -> str:
    return call.funder or desk.portal.title_of(call.source_id)


def _seal(call: Call, desk: _Desk) -> str:
    words = {"awards": say("Awards the Seal"), "accepts": say("For Seal holders")}
    return words.get(call.seal.state, "")


def _instrument(call: Call, desk: _Desk) -> str:
    return ", ".join(say(presenting.INSTRUMENT_WORDS[kind]) for kind in call.instrument)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact to compare by: its title, how it is said, and the columns of a spreadsheet it stands for."""

    title: str
    words: Callable[[Call, _Desk], str]
    columns: tuple[str, ...]


FACTS: Mapping[str, Fact] = {
    "status": Fact(N_("Status"), _status, ("status",)),
    "deadline": Fact(N_("Next deadline"), _deadline, ("next_deadline",)),
    "stages": Fact(N_("Stages and cut-offs"), _stages, ("deadlines",)),
    "opens": Fact(N_("Opening date"), _opens, ("opens_at",)),
    "grant": Fact(
        N_("A project"), lambda call, _: presenting.grant_words(call), ("grant_min", "grant_max", "currency")
    ),
    "budget": Fact(
        N_("Whole call"),
        lambda call, _: presenting.money_words(call.budget_total),
        ("budget_total", "currency"),
    ),
    "rate": Fact(
        N_("Share of the costs"),
        lambda call, _: presenting.rate_words(call.funding_rate_max),
        ("funding_rate_max",),
    ),
    "applicants": Fact(
        N_("Who may apply"), lambda call, _: presenting.applicants_words(call), ("applicants",)
    ),
    "place": Fact(N_("Where"), lambda call, _: presenting.place_words(call), ("countries", "regions")),
    "areas": Fact(N_("Technologies"), _areas, ("areas",)),
    "trl": Fact(N_("TRL"), _trl, ("trl_min", "trl_max")),
    "level": Fact(N_("Level"), lambda call, _: say(presenting.LEVEL_WORDS[call.level]), ("level",)),
    "funder": Fact(N_("Funder"), _funder, ("funder",)),
    "programme": Fact(N_("Programme"), lambda call, _: call.programme or "", ("programme",)),
    "instrument": Fact(N_("Kind of support"), _instrument, ("instrument",)),
    "seal": Fact(N_("STEP Seal"), _seal, ("seal",)),
}
USUAL = ("status", "deadline", "grant", "budget", "rate", "applicants", "place", "areas", "funder", "seal")


@router.get("/shortlist", response_class=HTMLResponse)
def shortlist_page(request: Request, portal: PortalDep) -> Response:
    """Compare the calls named by ``id``, by the facts named by ``fact``."""
    asked = list(dict.fromkeys(request.query_params.getlist("id")))[:CALLS_MAX]
    named = [(call_id, find_call(portal, call_id)) for call_id in asked]
    calls = list({call.id: call for _, call in named if call}.values())
    facts = [name for name in request.query_params.getlist("fact") if name in FACTS] or list(USUAL)
    facts = [name for name in FACTS if name in facts]
    ids = [call.id for call in calls]
    context = {
        "calls": [(call, _address([one for one in ids if one != call.id], facts)) for call in calls],
        "now": portal.clock(),
        "missing": [call_id for call_id, call in named if call is None],
        "rows": [_row(portal, calls, name) for name in facts],
        "facts": [(name, say(fact.title), name in facts) for name, fact in FACTS.items()],
        "exports": [(say(label), _export(form, ids, facts)) for form, label in EXPORTS.items()],
    }
    return render(request, "shortlist.html", context)


def _row(portal: Portal, calls: Sequence[Call], name: str) -> Row:
    desk = _Desk(portal, portal.clock())
    values = [FACTS[name].words(call, desk) for call in calls]
    return Row(say(FACTS[name].title), values, len(set(values)) > 1)


def _address(ids: Sequence[str], facts: Sequence[str]) -> str:
    pairs = [("id", call_id) for call_id in ids]
    if tuple(facts) != tuple(name for name in FACTS if name in USUAL):
        pairs += [("fact", name) for name in facts]
    return f"/shortlist?{urlencode(pairs)}" if pairs else "/shortlist"


def _export(form: str, ids: Sequence[str], facts: Sequence[str]) -> str:
    pairs = [("format", form), *(("id", call_id) for call_id in ids)]
    if form in ("csv", "xlsx"):
        columns = dict.fromkeys(column for name in facts for column in FACTS[name].columns)
        pairs.append(("columns", ",".join(["id", "title", *columns, "url"])))
    return f"/api/v1/export?{urlencode(pairs)}"
