"""Asking for mail: what a search or a company would get, and the question of the double opt-in."""

import logging
from typing import Any

from fastapi import APIRouter, BackgroundTasks, FastAPI, HTTPException, Request
from fastapi.responses import Response
from limits import parse

from config.taxonomy import Taxonomy
from digest.service import DigestService
from digest.wording import Wording
from digest.writing import letter_tells
from normalize.call import Applicant, Call
from portal_api.query_params import write_query
from portal_api.rate_limits import client_of
from portal_api.state import Portal, PortalDep
from portal_api.subscriptions import by_link
from portal_api.subscriptions.forms import REMINDERS, Wanted, read_address, read_wanted
from portal_api.subscriptions.office import FormDep, Office, OfficeDep, language_of, render
from portal_api.subscriptions.shelves import Preview
from store import reading, subscribers
from store.deliveries import plan_letter
from store.digest_rows import Planned
from store.locks import Taken

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)
ASKED_A_CLIENT = parse("10/hour")
ASKED_AN_ADDRESS = parse("3/day")
KINDS: tuple[Applicant, ...] = (
    "startup", "research_organisation", "university", "public_body", "non_profit", "cluster"
)  # fmt: skip


def install(app: FastAPI, portal: Portal) -> None:
    """Open the pages of subscriptions."""
    app.state.subscriptions = Office(portal)
    app.include_router(router)
    app.include_router(by_link.router)


@router.get("/subscribe")
def subscribe_page(request: Request, portal: PortalDep, office: OfficeDep) -> Response:
    """Show what a search would bring, and the form."""
    wanted = read_wanted(request.query_params, language_of(request))
    return _asking(request, portal, office, wanted)


@router.post("/subscribe")
def subscribe(
    request: Request, portal: PortalDep, office: OfficeDep, form: FormDep, tasks: BackgroundTasks
) -> Response:
    """Show the preview again, or send the question of the double opt-in.

    The answer is the same whether an address is known or not: nobody learns who subscribes.
    """
    wanted = read_wanted(form, language_of(request))
    if form.get("action") != "subscribe":
        return _asking(request, portal, office, wanted)
    address = read_address(str(form.get("email", "")))
    if address is None:
        wanted.errors["email"] = "wrong"
    if not wanted.searches:
        wanted.errors["nothing"] = "wrong"
    wanted.email = str(form.get("email", ""))[:254]
    if wanted.errors or address is None:
        return _asking(request, portal, office, wanted, status=422)
    client = client_of(request.scope)
    if not office.allow(ASKED_A_CLIENT, "subscribe", client):
        raise HTTPException(429, "Too many subscriptions from here; try again in an hour.")
    if office.allow(ASKED_AN_ADDRESS, "address", office.links.mac("address", address)):
        _ask(portal, address, wanted)
        tasks.add_task(_post, portal)
    words = office.renderer.words(wanted.wishes.language)
    return render(request, "asked.html", words, {})


def _ask(portal: Portal, address: str, wanted: Wanted) -> None:
    now = portal.clock()
    to = subscribers.ask_to_subscribe(portal.db, address, wanted.wishes, wanted.searches, now)
    asked = [one for one in subscribers.subscriptions_of(portal.db, to.id) if not one.confirmed]
    tells = letter_tells({one.id: (one.search, one.profile) for one in asked})
    plan_letter(portal.db, Planned(to.id, tells, None, {}), f"confirm {to.id} {now:%Y%m%dT%H%M%S.%f}", now)


def _post(portal: Portal) -> None:
    service = DigestService(
        portal.settings, portal.db, portal.engine, portal.sources, portal.taxonomy, portal.clock
    )
    try:
        service.post()
    except Taken:
        log.info("another process is sending, and takes the letter along")


def _asking(request: Request, portal: Portal, office: Office, wanted: Wanted, status: int = 200) -> Response:
    words = office.renderer.words(wanted.wishes.language)
    previews = []
    for search, profile in wanted.searches:
        name = words.search_name(wanted.query) if search else words.profile_name(wanted.profile)
        preview = office.shelves.preview(portal, search, profile)
        previews.append((name, preview, _titles(portal, preview)))
    context = {
        "wanted": wanted,
        "search": write_query(wanted.query) if wanted.with_search else "",
        "previews": previews,
        "profile": wanted.profile,
        **_choices(portal.taxonomy, words),
    }
    return render(request, "subscribe.html", words, context, status=status)


def _titles(portal: Portal, preview: Preview) -> list[Call]:
    return reading.get_calls(portal.db, list(preview.calls))


def _choices(taxonomy: Taxonomy, words: Wording) -> dict[str, Any]:
    """Return the choices of the forms, in words."""
    areas = [
        (words.area(sector), [(f"{sector}.{key}", words.area(f"{sector}.{key}")) for key in entry.areas])
        for sector, entry in taxonomy.sectors.items()
    ]
    countries = sorted(((code, words.country(code)) for code in _EUROPE), key=lambda pair: pair[1])
    return {
        "areas": areas,
        "countries": countries,
        "kinds": [(kind, words.applicant(kind)) for kind in KINDS],
        "reminders": REMINDERS,
    }


_EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
_BESIDE = "NO IS LI CH UA MD AL BA ME MK RS XK TR GB"
_EUROPE = tuple(f"{_EU} {_BESIDE}".split())
"""The EU, and who takes part in its programmes."""
