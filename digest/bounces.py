"""Mail that comes back: bounces and complaints stop mail, the canary proves that a run arrived.

Read from a Maildir, where the mail server delivers what comes to the bounce and the canary address.
What a bounce says of its recipient is not believed: only the signed address it came back to is.
"""

import mailbox
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import default
from email.utils import getaddresses
from pathlib import Path
from typing import Literal

from digest.links import Links
from store import deliveries, subscribers
from store.database import Database

Kind = Literal["hard", "soft", "delayed", "complaint", "canary", "other"]
"""``delayed`` is every report that nothing has failed (yet): delayed, delivered, relayed."""
CANARY_HEADER = "X-Portal-Canary"
"""Names the run a canary mail is of, with a keyed hash."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What one mail in the mailbox is: of what kind, about whom or which run."""

    kind: Kind
    number: int | None = None


def read_mailbox(db: Database, links: Links, folder: Path, now: datetime) -> Counter[str]:
    """Take in every mail that is new in a Maildir; returns how many of each kind.

    A mail is removed from the mailbox once what it says is stored; one that says nothing to us is
    moved among the read ones, for a person to look at.

    Args:
        db: The store.
        links: To tell our own addresses from forged ones.
        folder: The Maildir.
        now: UTC.
    """
    counts: Counter[str] = Counter()
    box = mailbox.Maildir(folder, create=False)
    for key in list(box.keys()):
        if box.get_message(key).get_subdir() != "new":
            continue
        parsed = BytesParser(policy=default).parsebytes(box.get_bytes(key))
        returned = recognise(parsed, links)
        counts[returned.kind] += 1
        if _take_in(db, returned, now):
            box.remove(key)
        else:
            message = box.get_message(key)
            message.set_subdir("cur")
            box[key] = message
    box.close()
    return counts


def _take_in(db: Database, returned: Returned, now: datetime) -> bool:
    if returned.number is None:
        return False
    if returned.kind == "canary":
        deliveries.note_canary(db, returned.number, now)
    elif returned.kind == "complaint":
        subscribers.stop(db, returned.number, "complained", now)
    elif returned.kind in ("hard", "soft"):
        subscribers.note_bounce(db, returned.number, hard=returned.kind == "hard", now=now)
    elif returned.kind != "delayed":
        return False
    return True


def recognise(mail: EmailMessage | Message, links: Links) -> Returned:
    """Tell what a mail is: a delivery report (RFC 3464), a complaint (RFC 5965), our canary, or other."""
    said = str(mail.get(CANARY_HEADER, ""))
    run, _, mac = said.partition(".")
    if run.isdigit() and links.same("canary", run, mac):
        return Returned("canary", int(run))
    whose = _whose(mail, links)
    kind = mail.get_content_type()
    report = str(mail.get_param("report-type") or "").lower()
    if kind == "multipart/report" and report == "delivery-status":
        return Returned(_severity(mail), whose)
    if kind == "multipart/report" and report == "feedback-report":
        # The complaint's copy of our mail names whom it went to, in its signed return path.
        return Returned("complaint", whose or _whose_inside(mail, links))
    return Returned("other", None)


def _severity(mail: Message) -> Kind:
    """Tell what a delivery report says (RFC 3464, 2.3.3 and 2.3.4; RFC 3463 for the codes).

    Only the action ``failed`` is a bounce: servers also report that a mail is late, or was passed on.
    A 5.1.x or 5.2.1 (no such mailbox, disabled) is for good; every other failure may pass.
    """
    failed = [status for action, status in _recipients(mail) if action == "failed"]
    if not failed:
        return "delayed"
    return "hard" if any(status.startswith("5.1.") or status == "5.2.1" for status in failed) else "soft"


def _recipients(mail: Message) -> Iterator[tuple[str, str]]:
    """Yield (action, status code) of each recipient a report is about."""
    for part in mail.walk():
        blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else ()
        for block in blocks if isinstance(blocks, list) else ():
            if isinstance(block, Message) and "Action" in block:
                words = str(block.get("Status", "")).split()
                yield str(block["Action"]).strip().lower(), words[0] if words else ""


def _whose(mail: Message, links: Links) -> int | None:
    fields = ("To", "Delivered-To", "X-Original-To", "Return-Path", "Original-Rcpt-To")
    return _first(links, (str(value) for name in fields for value in mail.get_all(name, [])))


def _whose_inside(mail: Message, links: Links) -> int | None:
    return next((found for part in mail.walk() if (found := _whose(part, links)) is not None), None)


def _first(links: Links, values: Iterable[str]) -> int | None:
    addresses = (address for _, address in getaddresses(list(values)))
    return next((found for address in addresses if (found := links.bounced(address)) is not None), None)
