"""What is done by a link from a mail. A GET changes nothing: mail scanners follow every link."""

import logging

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from digest.links import Purpose
from digest.profile import Profile
from digest.selection import read_search
from digest.wording import Wording
from portal_api.state import Portal, PortalDep
from portal_api.subscriptions.forms import PAUSES, REMINDERS, read_wishes
from portal_api.subscriptions.office import PRIVATE, FormDep, Office, OfficeDep, render
from store import privacy, reading, subscribers
from store.subscribers import Subscriber

log = logging.getLogger(__name__)
router = APIRouter(prefix="/subscriptions", include_in_schema=False)


@router.get("/confirm/{token}")
def confirm_page(request: Request, token: str, portal: PortalDep, office: OfficeDep) -> Response:
    """Ask to press the button: a link that confirms by itself would be confirmed by scanners."""
    to = _subscriber(portal, office, "confirm", token)
    return render(request, "confirm.html", office.renderer.words(to.language), {"to": to})


@router.post("/confirm/{token}")
def confirm(token: str, portal: PortalDep, office: OfficeDep) -> Response:
    """Confirm, and lead to the page where everything can be changed."""
    to = _subscriber(portal, office, "confirm", token)
    asked = [one for one in subscribers.subscriptions_of(portal.db, to.id) if not one.confirmed]
    known, upto = office.shelves.known_now(portal, asked)
    to = subscribers.confirm(portal.db, to.id, known, upto, portal.clock())
    return RedirectResponse(f"{_manage_path(office, to)}?done=confirmed", 303, headers=PRIVATE)


@router.get("/manage/{token}")
def manage_page(request: Request, token: str, portal: PortalDep, office: OfficeDep) -> Response:
    """Show what somebody gets, and how to change it."""
    to = _subscriber(portal, office, "manage", token)
    words = office.renderer.words(to.language)
    muting = reading.get_call(portal.db, request.query_params.get("mute", ""))
    muted = subscribers.muted_calls(portal.db).get(to.id, frozenset())
    wanted = [
        (one.id, _name(words, one.search, one.profile), one.confirmed)
        for one in subscribers.subscriptions_of(portal.db, to.id)
    ]
    context = {
        "to": to,
        "token": token,
        "wanted": wanted,
        "muting": muting,
        "muted": reading.get_calls(portal.db, sorted(muted)),
        "done": request.query_params.get("done", ""),
        "paused": to.paused_until and portal.clock() < to.paused_until and words.day(to.paused_until.date()),
        "pauses": list(PAUSES),
        "reminders": REMINDERS,
        "leave": f"/subscriptions/unsubscribe/{office.links.token('unsubscribe', to)}",
    }
    return render(request, "manage.html", words, context)


@router.post("/manage/{token}")
def manage(token: str, portal: PortalDep, office: OfficeDep, form: FormDep) -> Response:
    """Do one of the things the page offers."""
    to = _subscriber(portal, office, "manage", token)
    action, db = str(form.get("action", "")), portal.db
    if action == "erase":
        privacy.erase(db, to.id)
        return RedirectResponse("/subscribe?done=erased", 303, headers=PRIVATE)
    if action == "save":
        subscribers.wish(db, to.id, read_wishes(form, to.language), to.paused_until)
    elif action in ("pause", "resume"):
        pause = PAUSES.get(str(form.get("weeks", "")))
        until = portal.clock() + pause if action == "pause" and pause else None
        subscribers.wish(db, to.id, _wishes_of(to), until)
    elif action == "drop" and str(form.get("subscription", "")).isdigit():
        subscribers.drop_subscription(db, to.id, int(str(form["subscription"])))
    elif action == "mute" and reading.get_call(db, str(form.get("call", ""))):
        subscribers.mute(db, to.id, str(form["call"]))
    elif action == "unmute":
        subscribers.unmute(db, to.id, str(form.get("call", "")))
    elif action == "revoke":
        subscribers.revoke_links(db, to.id)
        return RedirectResponse("/subscribe?done=revoked", 303, headers=PRIVATE)
    else:
        raise HTTPException(422, "There is no such action.")
    return RedirectResponse(f"{_manage_path(office, to)}?done={action}", 303, headers=PRIVATE)


@router.get("/data/{token}")
def data(token: str, portal: PortalDep, office: OfficeDep) -> Response:
    """Give everything kept about somebody, as JSON."""
    to = _subscriber(portal, office, "manage", token)
    name = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return JSONResponse(privacy.personal_data(portal.db, to.id), headers={**PRIVATE, **name})


@router.get("/unsubscribe/{token}")
def unsubscribe_page(request: Request, token: str, portal: PortalDep, office: OfficeDep) -> Response:
    """Ask to press the button; nothing has happened yet."""
    to = _subscriber(portal, office, "unsubscribe", token)
    manage_path = _manage_path(office, to)
    context = {"to": to, "left": to.state != "active", "manage": manage_path}
    return render(request, "unsubscribe.html", office.renderer.words(to.language), context)


@router.post("/unsubscribe/{token}")
def unsubscribe(request: Request, token: str, portal: PortalDep, office: OfficeDep) -> Response:
    """Stop mail at once: for the page's button, and for mail programs (RFC 8058), which send no cookie."""
    to = _subscriber(portal, office, "unsubscribe", token)
    subscribers.stop(portal.db, to.id, "stopped", portal.clock())
    log.info("somebody unsubscribed", extra={"subscriber": to.id})
    return render(request, "unsubscribed.html", office.renderer.words(to.language), {})


def _subscriber(portal: Portal, office: Office, purpose: Purpose, token: str) -> Subscriber:
    """Return whose link it is; one answer for every link that is not good (any more)."""
    claim = office.links.read(purpose, token)
    to = subscribers.get_subscriber(portal.db, claim.subscriber_id) if claim else None
    if claim is None or to is None or to.token_version != claim.version:
        raise HTTPException(404, "This link is not good any more. Ask for a new one by subscribing again.")
    return to


def _wishes_of(to: Subscriber) -> subscribers.Wishes:
    return subscribers.Wishes(to.language, to.frequency, to.reminders, to.sign_of_life)


def _manage_path(office: Office, to: Subscriber) -> str:
    return f"/subscriptions/manage/{office.links.token('manage', to)}"


def _name(words: Wording, search: str | None, profile: str | None) -> str:
    if profile:
        return words.profile_name(Profile.model_validate_json(profile))
    return words.search_name(read_search(search or "{}"))
