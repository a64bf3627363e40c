"""Who is at the desk: log-in, signed cookies, and forms that only our own pages can send."""

import hmac
from dataclasses import dataclass
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from config.signing import signing_key
from portal_api.state import Portal, portal_of
from store.staff import Staff, staff_by_id, staff_by_password

COOKIE = "portal_desk"
SESSION_S = 12 * 3600
"""A working day; after it one logs in again."""
TRIES_AN_ACCOUNT = parse("5 per 5 minutes")
TRIES_AN_ADDRESS = parse("30 per 5 minutes")


class NotLoggedIn(Exception):
    """A page of the desk was asked for by nobody known; they are led to the log-in page."""


class TooManyTries(Exception):
    """Somebody tries passwords; they have to wait."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Checks who is at the desk. One for each running portal; safe to use from threads."""

    portal: Portal
    signer: URLSafeTimedSerializer
    form_signer: URLSafeTimedSerializer
    limiter: MovingWindowRateLimiter

    @classmethod
    def of(cls, portal: Portal) -> "Guard":
        """Build it with the portal's signing key.

        Raises:
            WeakKey: ``PORTAL_SECRET_KEY`` is too short.
        """
        key = signing_key(portal.settings)
        return cls(
            portal,
            URLSafeTimedSerializer(key, salt="desk-session"),
            URLSafeTimedSerializer(key, salt="desk-form"),
            MovingWindowRateLimiter(MemoryStorage()),
        )

    def log_in(self, email: str, password: str, address: str) -> str | None:
        """Return the cookie's value when the password is right; None when it is not.

        Args:
            email: As typed.
            password: As typed.
            address: Network address of the caller.

        Raises:
            TooManyTries: For this account or from this address.
        """
        account = email.strip().casefold()
        fits = self.limiter.hit(TRIES_AN_ADDRESS, "address", address)
        if not (self.limiter.hit(TRIES_AN_ACCOUNT, "account", account) and fits):
            raise TooManyTries
        staff = staff_by_password(self.portal.db, account, password)
        return self.signer.dumps([staff.staff_id, staff.sessions]) if staff else None

    def staff_of(self, request: Request) -> Staff | None:
        """Return who sent a request; None without a good cookie, or with one of an ended session."""
        try:
            staff_id, sessions = self.signer.loads(request.cookies.get(COOKIE, ""), max_age=SESSION_S)
        except (BadSignature, ValueError, TypeError):
            return None
        staff = staff_by_id(self.portal.db, staff_id)
        return staff if staff is not None and staff.sessions == sessions else None

    def form_token(self, staff: Staff) -> str:
        """Return what a form of the desk must send back; worthless to anybody else's session."""
        return str(self.form_signer.dumps([staff.staff_id, staff.sessions]))

    def check_form(self, request: Request, staff: Staff, token: str) -> None:
        """Let a form through that one of our own pages sent.

        Raises:
            HTTPException: 403 for a form from elsewhere or of an older session.
        """
        self.check_origin(request)
        try:
            staff_id, sessions = self.form_signer.loads(token, max_age=SESSION_S)
        except (BadSignature, ValueError, TypeError) as error:
            raise HTTPException(403, "This form is too old. Open the page again and repeat.") from error
        if (staff_id, sessions) != (staff.staff_id, staff.sessions):
            raise HTTPException(403, "This form belongs to another session. Open the page again and repeat.")

    def check_origin(self, request: Request) -> None:
        """Refuse a form that a page of another site sent (Fetch standard: POST carries ``Origin``).

        Raises:
            HTTPException: 403.
        """
        origin = request.headers.get("origin")
        own = {_origin(self.portal.settings.public_url), _origin(str(request.url))}
        if origin is not None and not any(hmac.compare_digest(origin, known) for known in own):
            raise HTTPException(403, "This form was sent by a page of another site.")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def guard_of(request: Request) -> Guard:
    """Return the guard of the portal that serves a request."""
    return cast("Guard", request.app.state.guard)


def staff_at_desk(request: Request) -> Staff:
    """Return who is at the desk.

    Raises:
        NotLoggedIn: Nobody known.
    """
    staff = guard_of(request).staff_of(request)
    if staff is None:
        raise NotLoggedIn
    return staff


GuardDep = Annotated[Guard, Depends(guard_of)]
StaffDep = Annotated[Staff, Depends(staff_at_desk)]
DeskPortal = Annotated[Portal, Depends(portal_of)]
