"""All calls as sets, kept a while: for previews and confirmations, which need them whole."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.planning import build_shelf
from digest.selection import PARTS, Selection, read_subscription
from digest.shelf import Shelf
from digest.window import Past
from portal_api.state import Portal
from store.events import number_before
from store.subscribers import Subscriber, Subscription

KEPT_FOR = timedelta(minutes=10)
MONTH = timedelta(days=30)
WEEKS = 30 / 7
TOO_MUCH_A_WEEK = 30
"""More calls a week than a mail shows."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a subscription would have brought in the last month.

    Attributes:
        fits: Calls it fits now that one may apply for.
        counts: Part of the mail -> calls.
        calls: Some of the new ones: ids.
        warning: ``too_much``, ``nothing`` or empty.
    """

    fits: int
    counts: dict[str, int]
    calls: tuple[str, ...]
    warning: str


class Shelves:
    """Keeps one shelf for ten minutes; a store that grows meanwhile is told later, not lost."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[datetime, Shelf, Past, int, int] | None = None

    def _current(self, portal: Portal) -> tuple[Shelf, Past, int, int]:
        now = portal.clock()
        with self._lock:
            if self._kept is None or not timedelta(0) <= now - self._kept[0] < KEPT_FOR:
                since = number_before(portal.db, now - MONTH)
                shelf, window = build_shelf(portal.db, portal.engine, now, since)
                self._kept = (now, shelf, Past(window, shelf), window.upto, since)
            return self._kept[1:]

    def known_now(self, portal: Portal, wanted: list[Subscription]) -> tuple[dict[int, bytes], int]:
        """Return what fits already, by subscription, and the number up to which that is true."""
        shelf, _, upto, _ = self._current(portal)
        known = {one.id: shelf.packed(read_subscription(one, shelf).fits & shelf.alive) for one in wanted}
        return known, upto

    def preview(self, portal: Portal, search: str | None, profile: str | None) -> Preview:
        """Return what a search or profile would have brought in the last 30 days."""
        shelf, past, upto, since = self._current(portal)
        now = portal.clock()
        happened = past.since(since)
        asked = Subscription(0, 0, search, profile, confirmed=True, known=b"", created_at=now)
        fits = read_subscription(asked, shelf).fits & shelf.alive
        # Known a month ago: what fits and was here already.
        before = Subscription(0, 0, search, profile, True, shelf.packed(fits & ~happened.new), now)
        nobody = Subscriber(0, None, "en", "active", "weekly", (), False, 1, since, now, now, None, None)
        plan = Selection(shelf, upto).digest(
            nobody, [read_subscription(before, shelf)], happened, frozenset(), frozenset()
        )
        items = plan.tells.get("items", [])
        more = plan.tells.get("more", {})
        counts: dict[str, int] = {
            part: sum(item["part"] == part for item in items) + more.get(part, 0) for part in PARTS
        }
        news = tuple(item["call"] for item in items if item["part"] == "new")
        warning = ""
        if counts["new"] + counts["changed"] > TOO_MUCH_A_WEEK * WEEKS:
            warning = "too_much"
        elif not fits:
            warning = "nothing"
        return Preview(fits.bit_count(), counts, news[:8], warning)
