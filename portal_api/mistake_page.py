"""Report a mistake: a form a call, kept for the staff desk."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from normalize.call import Call
from portal_api.api import find_call
from portal_api.call_page import no_such_call
from portal_api.rendering import render
from portal_api.speech import N_, say
from portal_api.state import Portal, PortalDep
from store.mistakes import WORDS_MAX, report_mistake

router = APIRouter()
REPORTS_A_CLIENT = parse("10 per hour")
SUBJECTS = {
    "deadlines": N_("Deadline or opening date"),
    "budget_total": N_("Amounts"),
    "applicants": N_("Who may apply"),
    "tags": N_("Technologies"),
    "title": N_("Title or text"),
    "url": N_("Link"),
    "other": N_("Something else"),
}
ShortText = Annotated[str, Form(max_length=4000)]


def _limiter(request: Request) -> MovingWindowRateLimiter:
    """Return the counter of this application, made with its first report."""
    state = request.app.state
    if not hasattr(state, "mistake_limiter"):
        state.mistake_limiter = MovingWindowRateLimiter(MemoryStorage())
    limiter: MovingWindowRateLimiter = state.mistake_limiter
    return limiter


@router.get("/mistake", response_class=HTMLResponse)
def mistake_form(request: Request, portal: PortalDep, id: str = "") -> Response:
    """Ask what is wrong with a call."""
    return _form(request, _call(portal, id), {})


@router.post("/mistake", response_class=HTMLResponse)
def mistake(
    request: Request,
    portal: PortalDep,
    id: ShortText = "",
    subject: ShortText = "other",
    words: ShortText = "",
    email: ShortText = "",
    website: ShortText = "",
) -> Response:
    """Keep what a reader says is wrong. ``website`` is a trap: no person sees that field."""
    call = _call(portal, id)
    typed = {"subject": subject, "words": words, "email": email}
    if not words.strip():
        return _form(request, call, typed | {"problem": say("Say in a few words what is wrong.")}, 422)
    client = request.client.host if request.client else ""
    if not _limiter(request).hit(REPORTS_A_CLIENT, "mistake", client):
        problem = say("Many reports came from your address within an hour. Please send this one later.")
        return _form(request, call, typed | {"problem": problem}, 429)
    if not website:
        field = subject if subject in SUBJECTS else "other"
        report_mistake(portal.db, call.id, field, words.strip(), email.strip(), portal.clock())
    return render(request, "mistake.html", {"call": call, "sent": True})


def _form(request: Request, call: Call, typed: dict[str, str], status: int = 200) -> Response:
    subjects = {value: say(label) for value, label in SUBJECTS.items()}
    context = {"call": call, "subjects": subjects, "sent": False, "words_max": WORDS_MAX} | typed
    return render(request, "mistake.html", context, status)


def _call(portal: Portal, call_id: str) -> Call:
    """Return the call a report is about.

    Raises:
        HTTPException: There is none (404).
    """
    call: Call | None = find_call(portal, call_id)
    if call is None:
        raise no_such_call()
    return call
