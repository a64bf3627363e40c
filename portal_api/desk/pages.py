"""The staff desk: find a call, correct a field or a tag with a reason, settle what the source says since."""

from collections.abc import Sequence
from datetime import time
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from index.query import SearchQuery
from normalize.call import Call
from normalize.corrections import TAG_PREFIX, Override
from normalize.errors import RecordError
from portal_api.api import find_call
from portal_api.desk import waiting
from portal_api.desk.correction_words import value_words
from portal_api.desk.field_forms import FORMS, Clock, read_typed, typed
from portal_api.desk.sessions import (
    COOKIE,
    SESSION_S,
    DeskPortal,
    Guard,
    GuardDep,
    NotLoggedIn,
    StaffDep,
    TooManyTries,
)
from portal_api.state import Portal
from store import corrections, reading
from store.corrections import Correction
from store.health import source_states
from store.staff import Staff, end_sessions

router = APIRouter(prefix="/desk", include_in_schema=False)
FOUND_MAX = 20
FieldText = Annotated[str, Form(max_length=200_000)]
ShortText = Annotated[str, Form(max_length=2_000)]


def install(app: FastAPI, portal: Portal) -> None:
    """Open the desk of a portal.

    Raises:
        WeakKey: ``PORTAL_SECRET_KEY`` is too short.
    """
    app.state.guard = Guard.of(portal)
    app.include_router(router)
    app.include_router(waiting.router)
    app.add_exception_handler(NotLoggedIn, _to_log_in)


def _to_log_in(request: Request, _error: Exception) -> Response:
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    wanted = address if request.method == "GET" else "/desk"
    return RedirectResponse(f"/desk/login?next={quote(wanted, safe='')}", 303)


@router.get("/login", response_class=HTMLResponse)
def login_page(request: Request, next: str = "/desk") -> Response:
    """Ask for e-mail and password."""
    return _page(request, "login.html", {"next": _own_path(next)})


@router.post("/login", response_class=HTMLResponse)
def log_in(
    request: Request,
    guard: GuardDep,
    email: ShortText = "",
    password: ShortText = "",
    next: ShortText = "/desk",
) -> Response:
    """Open a session, or say that the pair is wrong without saying which of the two."""
    guard.check_origin(request)
    address = request.client.host if request.client else ""
    context = {"next": _own_path(next), "email": email}
    try:
        cookie = guard.log_in(email, password, address)
    except TooManyTries:
        words = "Too many tries. Wait five minutes."
        return _page(request, "login.html", context | {"problem": words}, 429)
    if cookie is None:
        words = "E-mail and password do not open an account."
        return _page(request, "login.html", context | {"problem": words}, 403)
    answer = RedirectResponse(_own_path(next), 303)
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=SESSION_S,
        path="/desk",
        httponly=True,
        samesite="lax",
        secure=guard.portal.settings.public_url.startswith("https:"),
    )
    return answer


@router.post("/logout")
def log_out(request: Request, guard: GuardDep, staff: StaffDep, token: ShortText = "") -> Response:
    """End every session of the account."""
    guard.check_form(request, staff, token)
    end_sessions(guard.portal.db, staff.staff_id)
    answer = RedirectResponse("/desk/login", 303)
    answer.delete_cookie(COOKIE, path="/desk")
    return answer


@router.get("", response_class=HTMLResponse)
def desk_page(
    request: Request, portal: DeskPortal, guard: GuardDep, staff: StaffDep, q: str = ""
) -> Response:
    """Show what waits for somebody: conflicts, corrections no longer needed, sources in trouble."""
    held = corrections.all_corrections(portal.db)
    states = source_states(portal.sources, portal.db, portal.clock())
    context = {
        "q": q[:500],
        "found": _found(portal, q[:500]),
        "conflicts": _listed(portal, [c for c in held if c.is_conflict or c.unusable]),
        "agreed": _listed(portal, [c for c in held if c.is_agreed]),
        "held": _listed(portal, [c for c in held if not (c.is_conflict or c.unusable or c.is_agreed)]),
        "reports": waiting.waiting_reports(portal),
        "groups": waiting.listed_groups(portal),
        "troubled": [state for state in states if state.health in ("stale", "unhealthy")],
    }
    return _desk_page(request, guard, staff, "desk.html", context)


@router.get("/call", response_class=HTMLResponse)
def call_page(request: Request, portal: DeskPortal, guard: GuardDep, staff: StaffDep, id: str) -> Response:
    """Show a call's fields and tags, each to be corrected, and what was corrected before."""
    return _call_page(request, portal, guard, staff, _call(portal, id))


@router.get("/correct", response_class=HTMLResponse)
def correct_page(
    request: Request,
    portal: DeskPortal,
    guard: GuardDep,
    staff: StaffDep,
    id: str,
    field: str,
) -> Response:
    """Show the form of one field."""
    call = _call(portal, id)
    if field not in FORMS:
        raise HTTPException(404, "There is no such field to correct.")
    return _field_page(request, guard, staff, call, field, typed(call, field, portal.zone_of(call.source_id)))


@router.post("/correct", response_class=HTMLResponse)
def correct(
    request: Request,
    portal: DeskPortal,
    guard: GuardDep,
    staff: StaffDep,
    id: FieldText,
    field: ShortText,
    token: ShortText = "",
    value: Annotated[list[str] | None, Form()] = None,
    reason: ShortText = "",
) -> Response:
    """Hold a value against the source; a value that cannot be read comes back with what is wrong."""
    guard.check_form(request, staff, token)
    call = _call(portal, id)
    text = "\n".join(value or ())
    try:
        override = _override(portal, call, field, text, reason)
        corrections.correct(
            portal.db, call.id, override, by=staff.email, areas=_areas(portal), now=portal.clock()
        )
    except RecordError as error:
        words = f"{error.reason}{f' (“{error.value}”)' if error.value else ''}"
        if field in FORMS:
            return _field_page(request, guard, staff, call, field, text, words, reason)
        return _call_page(request, portal, guard, staff, call, words)
    return RedirectResponse(_address(call), 303)


@router.post("/settle")
def settle(
    request: Request,
    portal: DeskPortal,
    guard: GuardDep,
    staff: StaffDep,
    number: Annotated[int, Form(ge=1, le=2**31 - 1)],
    how: Annotated[str, Form(pattern="^(keep|take_back)$")],
    token: ShortText = "",
) -> Response:
    """Keep a correction although the source has changed its word, or take it back."""
    guard.check_form(request, staff, token)
    done = (
        corrections.confirm(portal.db, number, by=staff.email, now=portal.clock())
        if how == "keep"
        else corrections.take_back(portal.db, number, by=staff.email, now=portal.clock())
    )
    if done is None:
        raise HTTPException(404, "That correction is no longer in force.")
    return RedirectResponse(f"/desk/call?id={quote(done.call_id, safe='')}", 303)


def _override(portal: Portal, call: Call, field: str, text: str, reason: str) -> Override:
    if field.startswith(TAG_PREFIX):
        return Override(field, text == "yes", reason)
    if field not in FORMS:
        raise RecordError("there is no such field to correct", field=field)
    return Override(field, read_typed(field, text, clock=_clock(portal, call), reason=reason), reason)


def _clock(portal: Portal, call: Call) -> Clock:
    source = portal.sources.get(call.source_id)
    if source is None or not source.deadline_hour:
        return Clock(portal.zone_of(call.source_id))
    return Clock(source.timezone, time.fromisoformat(source.deadline_hour))


def _call(portal: Portal, call_id: str) -> Call:
    call = find_call(portal, call_id)
    if call is None:
        raise HTTPException(404, "There is no call of that id.")
    return call


def _areas(portal: Portal) -> list[str]:
    return [key for key, _ in portal.taxonomy.areas()] + ["defence.defence"]


def _found(portal: Portal, text: str) -> Sequence[Call]:
    if not text.strip():
        return ()
    hits = portal.engine.search(SearchQuery(text=text, limit=FOUND_MAX), now=portal.clock()).hits
    return reading.get_calls(portal.db, [hit.call_id for hit in hits])


def _listed(portal: Portal, held: Sequence[Correction]) -> list[tuple[Correction, str]]:
    titles = {call.id: call.title for call in reading.get_calls(portal.db, [c.call_id for c in held])}
    return [(correction, titles.get(correction.call_id, correction.call_id)) for correction in held]


def _own_path(path: str) -> str:
    """Return a path of the desk to go on to; anything else would let a link lead astray."""
    plain = path.isprintable() and "\\" not in path
    return path if plain and (path == "/desk" or path.startswith(("/desk?", "/desk/"))) else "/desk"


def _address(call: Call) -> str:
    return f"/desk/call?id={quote(call.id, safe='')}"


def _call_page(
    request: Request, portal: Portal, guard: Guard, staff: Staff, call: Call, problem: str = ""
) -> Response:
    known = corrections.corrections_of(portal.db, call.id)
    context = {
        "call": call,
        "fields": [(form, typed(call, form.name, portal.zone_of(call.source_id))) for form in FORMS.values()],
        "areas": [area for area in _areas(portal) if area not in {tag.area for tag in call.tags}],
        "held": {c.field: c for c in known if c.ended_at is None},
        "ended": [c for c in known if c.ended_at is not None],
        "problem": problem,
    }
    return _desk_page(request, guard, staff, "call.html", context, 422 if problem else 200)


def _field_page(
    request: Request,
    guard: Guard,
    staff: Staff,
    call: Call,
    field: str,
    text: str,
    problem: str = "",
    reason: str = "",
) -> Response:
    context = {"call": call, "form": FORMS[field], "text": text, "problem": problem, "reason": reason}
    return _desk_page(request, guard, staff, "field.html", context, 422 if problem else 200)


def _desk_page(
    request: Request, guard: Guard, staff: Staff, name: str, context: dict[str, Any], status: int = 200
) -> Response:
    more = {"staff": staff, "token": guard.form_token(staff), "value_words": value_words, "forms": FORMS}
    return _page(request, name, context | more, status)


def _page(request: Request, name: str, context: dict[str, Any], status: int = 200) -> Response:
    templates: Jinja2Templates = request.app.state.templates
    # Nobody's browser or proxy may show a page of the desk to somebody else.
    return templates.TemplateResponse(
        request, f"desk/{name}", context, status, headers={"Cache-Control": "no-store"}
    )
