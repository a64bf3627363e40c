"""Accounts of the staff desk. Passwords are kept as Argon2id hashes (RFC 9106), never as such."""

from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlmodel import Session, col

from store.database import Database
from store.tables_staff import StaffRow

PASSWORD_CHARACTERS_MIN = 12
"""NIST SP 800-63B asks for length, and for no other rule."""
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("a password nobody has")
"""Verified when there is no such account, so that the time taken tells nobody which e-mails have one."""


class StaffError(ValueError):
    """An account cannot be made or changed so; the message says why."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who may use the desk; a session is good while ``sessions`` is what it was at log-in."""

    staff_id: int
    email: str
    created_at: datetime
    sessions: int


def add_staff(db: Database, email: str, password: str, now: datetime) -> Staff:
    """Make an account, or bring a removed one back with a new password.

    Raises:
        StaffError: The e-mail is none or has an account already, or the password is too short.
    """
    address = _address(email)
    hashed = _hashed(password)
    with db.write() as session:
        row = _row(session, address)
        if row is not None and row.removed_at is None:
            raise StaffError(f"{address} has an account already")
        if row is None:
            row = StaffRow(email=address, password_hash=hashed, created_at=now)
            session.add(row)
        else:
            row.password_hash, row.removed_at, row.sessions = hashed, None, row.sessions + 1
        session.flush()
        return _staff(row)


def set_password(db: Database, email: str, password: str) -> None:
    """Give an account another password and end its sessions.

    Raises:
        StaffError: There is no such account, or the password is too short.
    """
    hashed = _hashed(password)
    with db.write() as session:
        row = _required(session, email)
        row.password_hash = hashed
        row.sessions += 1


def remove_staff(db: Database, email: str, now: datetime) -> None:
    """Close an account and end its sessions; what it corrected stays.

    Raises:
        StaffError: There is no such account.
    """
    with db.write() as session:
        row = _required(session, email)
        row.removed_at = now
        row.password_hash = ""
        row.sessions += 1


def end_sessions(db: Database, staff_id: int) -> None:
    """End every open session of an account; an unknown one is no error."""
    with db.write() as session:
        row = session.get(StaffRow, staff_id)
        if row is not None:
            row.sessions += 1


def all_staff(db: Database) -> list[Staff]:
    """Return the open accounts by e-mail."""
    query = select(StaffRow).where(col(StaffRow.removed_at).is_(None)).order_by(col(StaffRow.email))
    with db.read() as session:
        return [_staff(row) for row in session.execute(query).scalars()]


def staff_by_id(db: Database, staff_id: int) -> Staff | None:
    """Return an open account; None when it was removed or never was."""
    with db.read() as session:
        row = session.get(StaffRow, staff_id)
        return _staff(row) if row is not None and row.removed_at is None else None


def staff_by_password(db: Database, email: str, password: str) -> Staff | None:
    """Return the account that e-mail and password open; None for any other pair, after the same work."""
    with db.read() as session:
        row = _row(session, email.strip().casefold())
        known = row if row is not None and row.removed_at is None else None
        hashed = known.password_hash if known else _NOBODY
        staff = _staff(known) if known else None
    try:
        _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return None
    return staff


def _address(email: str) -> str:
    address = email.strip().casefold()
    name, _, host = address.rpartition("@")
    if not name or "." not in host or any(sign.isspace() or not sign.isprintable() for sign in address):
        raise StaffError(f"{email!r} is no e-mail address")
    return address


def _hashed(password: str) -> str:
    if len(password) < PASSWORD_CHARACTERS_MIN:
        raise StaffError(f"a password needs at least {PASSWORD_CHARACTERS_MIN} characters")
    return _HASHER.hash(password)


def _row(session: Session, email: str) -> StaffRow | None:
    return session.execute(select(StaffRow).where(col(StaffRow.email) == email)).scalars().first()


def _required(session: Session, email: str) -> StaffRow:
    row = _row(session, email.strip().casefold())
    if row is None or row.removed_at is not None:
        raise StaffError(f"there is no account of {email}")
    return row


def _staff(row: StaffRow) -> Staff:
    assert row.id is not None, "a stored row has its number"
    return Staff(row.id, row.email, row.created_at, row.sessions)
