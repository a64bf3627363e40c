"""The whole digest of a period: what is left over, planning, sending, the canary."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo

from config.settings import Settings
from config.sources import Source
from config.taxonomy import Taxonomy
from digest.bounces import CANARY_HEADER, read_mailbox
from digest.message import Mail, compose
from digest.office import open_links, open_post_office, open_renderer
from digest.planning import Kind, PlannedRun, Planner
from digest.posting import Envelope, Posted
from index.engine import SearchEngine
from index.sync import synchronise
from store import deliveries
from store.database import Database
from store.digest_rows import DigestRun

log = logging.getLogger(__name__)
BRUSSELS = ZoneInfo("Europe/Brussels")


class NotInStep(Exception):
    """The search index cannot be brought in step now; the digest waits for it."""


def week_of(day: date) -> str:
    """Return the ISO week of a day: "2026-W48"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


@dataclass(frozen=True)
class DigestService:
    """Everything a run of the digest needs.

    Attributes:
        clock: Gives the current UTC time.
    """

    settings: Settings
    db: Database
    engine: SearchEngine
    sources: Mapping[str, Source]
    taxonomy: Taxonomy
    clock: Callable[[], datetime]

    def run(self, kind: Kind, period: str) -> tuple[PlannedRun, Posted]:
        """Tell everybody what is new in a period, once; may be called again at any time.

        Args:
            kind: ``weekly`` or ``daily``.
            period: "2026-W48" or "2026-11-25".

        Raises:
            Taken: Another process plans or sends now.
            NotInStep: The search index is behind the store.
            SearchUnavailable: A saved search cannot be answered.
        """
        # What is left over goes first: a mail nobody knows of is settled before it could be superseded.
        self.post()
        if synchronise(self.db, self.engine, now=self.clock()).state == "down":
            raise NotInStep("the search index cannot be brought in step")
        planned = Planner(self.db, self.engine).plan(kind, period, self.clock())
        return planned, self.post()

    def preview(self, kind: Kind) -> PlannedRun:
        """Count what a run would tell now; nothing is written or sent."""
        return Planner(self.db, self.engine).preview(kind, self.clock())

    def post(self) -> Posted:
        """Send what is waiting and due, and close the runs that are through.

        Raises:
            Taken: Another process is sending.
        """
        renderer = open_renderer(self.settings, self.sources, self.taxonomy)
        office = open_post_office(self.settings, self.db, self.sources, renderer, clock=self.clock)
        posted = office.post()
        for run in deliveries.runs_to_finish(self.db):
            if run.kind != "letter" and self.settings.canary:
                office.send_extra(self._canary(run))
            deliveries.finish_digest_run(self.db, run.id, self.clock())
        return posted

    def read_mailbox(self) -> Mapping[str, int]:
        """Take in bounces, complaints and canaries; nothing without ``PORTAL_MAILDIR``."""
        if not self.settings.maildir:
            return {}
        folder = Path(self.settings.maildir)
        return read_mailbox(self.db, open_links(self.settings), folder, self.clock())

    def _canary(self, run: DigestRun) -> Envelope:
        """Return the mail that proves, once it is in the canary's mailbox, that a run went out."""
        counts = next((one for one in deliveries.run_counts(self.db) if one.run.id == run.id), None)
        states = (
            ", ".join(f"{count} {state}" for state, count in sorted(counts.states.items())) if counts else ""
        )
        told = f"{states or 'no mail'}, {run.quiet} with nothing to tell"
        text = f"The {run.kind} digest {run.period} is through: {told}."
        address = parseaddr(self.settings.mail_from)[1]
        mail = Mail(
            sender=self.settings.mail_from,
            recipient=self.settings.canary,
            subject=f"Canary: {run.kind} digest {run.period}",
            text=f"{text}\n",
            html=f"<p>{text}</p>",
            message_id=f"<canary.{run.kind}.{run.period}@{address.rpartition('@')[2]}>",
            at=self.clock(),
            language="en",
            headers=[
                ("Auto-Submitted", "auto-generated"),
                (CANARY_HEADER, f"{run.id}.{open_links(self.settings).mac('canary', run.id)}"),
            ],
        )
        return Envelope(self.settings.bounce_address or address, self.settings.canary, compose(mail))
