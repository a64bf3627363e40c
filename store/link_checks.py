"""What the last look at the pages of calls found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import col

from store.database import Database
from store.reading import iter_calls
from store.tables_digest import LinkCheckRow

DEAD_AFTER = 2
"""Looks in a row that failed before a page counts as dead: a week apart, one may be a bad day."""


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """One look at a call's page; ``status`` is 0 when nothing answered."""

    call_id: str
    url: str
    status: int
    reason: str

    @property
    def is_good(self) -> bool:
        """Tell whether the page is there; a page that asks to log in or to slow down is."""
        return 200 <= self.status < 400 or self.status in (401, 403, 405, 406, 429)


def pages_to_check(db: Database, now: datetime) -> list[tuple[str, str]]:
    """Return (call, address) of every call one may still apply for."""
    alive = ("open", "forthcoming", "unknown")
    return [(call.id, call.url) for call in iter_calls(db) if call.status_at(now) in alive]


def note_checks(db: Database, checks: Sequence[LinkCheck], now: datetime) -> None:
    """Keep what was found; failures in a row are counted."""
    with db.write() as session:
        for check in checks:
            row = session.get(LinkCheckRow, check.call_id)
            if row is None:
                row = LinkCheckRow(call_id=check.call_id, url=check.url, status=0, checked_at=now)
                session.add(row)
            failed = 0 if check.is_good else (row.failures if row.url == check.url else 0) + 1
            row.url, row.status, row.reason = check.url, check.status, check.reason[:300]
            row.checked_at, row.failures = now, failed


def dead_links(db: Database) -> list[LinkCheck]:
    """Return the pages that were not there at least twice in a row, in the order of calls."""
    query = select(LinkCheckRow).where(col(LinkCheckRow.failures) >= DEAD_AFTER)
    with db.read() as session:
        rows = session.execute(query.order_by(col(LinkCheckRow.call_id))).scalars()
        return [LinkCheck(row.call_id, row.url, row.status, row.reason) for row in rows]


def forget_checks(db: Database, before: datetime) -> None:
    """Forget looks older than a moment: their calls are over."""
    with db.write() as session:
        session.execute(delete(LinkCheckRow).where(col(LinkCheckRow.checked_at) < before))
