"""All jobs of an installation: what each does and when."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.settings import Settings
from config.sources import Source
from config.taxonomy import Taxonomy
from digest.planning import PlannedRun
from digest.posting import Posted
from digest.service import BRUSSELS, DigestService, NotInStep, week_of
from index.engine import SearchEngine, SearchUnavailable
from index.sync import synchronise
from jobs.environment import environment_of
from jobs.harvest import Harvester
from jobs.nursery import Nursery
from jobs.schedule.business_days import is_digest_day
from jobs.schedule.runner import Job, NotNow
from jobs.schedule.timetable import Timetable
from normalize.tagging import Tagger
from store import deliveries, jobs
from store.archive import Archive
from store.backup import back_up
from store.database import Database
from store.link_checks import dead_links, forget_checks
from store.locks import Taken
from store.privacy import erase_due
from store.subscribers import count_subscribers

KEPT_RUNS = 14
"""Runs of a source whose answers are kept: two weeks of nights."""
KEPT_MAIL = timedelta(days=90)
KEPT_JOBS = timedelta(days=180)
LINKS_LIMIT_S = 6 * 60 * 60
NEVER_MIND = 100
"""Tries of a digest: it is tried every ten minutes until the next one is due."""


@dataclass(frozen=True)
class Installation:
    """What the jobs work with."""

    settings: Settings
    sources: Mapping[str, Source]
    db: Database
    engine: SearchEngine
    taxonomy: Taxonomy
    clock: Callable[[], datetime]

    @property
    def digest(self) -> DigestService:
        """Return the digest of this installation."""
        return DigestService(self.settings, self.db, self.engine, self.sources, self.taxonomy, self.clock)


def build_jobs(here: Installation) -> list[Job]:
    """Return every job; sources that are off have none."""
    tagger, nursery = Tagger(here.taxonomy), Nursery(here.settings)
    found = [
        Job(
            f"harvest {source.id}",
            f"Harvest {source.title}",
            Timetable(source.schedule),
            _harvesting(here, tagger, nursery, source.id),
            pool="harvest",
            attempts_max=2,
            at_first=True,
        )
        for source in here.sources.values()
        if not source.why_off
    ]
    weekly = Timetable("0 7 * * 1-5", on=is_digest_day)
    return [
        *found,
        Job("refresh", "Bring the index in step", Timetable("5 0-1,3-23 * * *"), lambda _at: _refresh(here)),
        Job("weekly digest", "Weekly digest", weekly, lambda at: _weekly(here, at), "mail", NEVER_MIND),
        Job(
            "daily digest",
            "Daily digest and reminders",
            Timetable("30 7 * * *"),
            lambda at: _daily(here, at),
            "mail",
            NEVER_MIND,
        ),
        Job(
            "post",
            "Send waiting mail, read bounces",
            Timetable("*/15 0-1,3-23 * * *"),
            lambda _at: _post(here),
            "mail",
            1,
        ),
        Job("clean-up", "Erase and forget what is due", Timetable("40 3 * * *"), lambda _at: _clean_up(here)),
        Job("backup", "Back the store up", Timetable("20 3 * * *"), lambda _at: _back_up(here)),
        Job("prune", "Forget old answers of sources", Timetable("10 5 * * 0"), lambda _at: _prune(here)),
        Job(
            "dead links",
            "Look whether the pages of calls are there",
            Timetable("0 6 * * 6"),
            lambda _at: _dead_links(here),
            pool="harvest",
            attempts_max=1,
        ),
    ]


def _harvesting(
    here: Installation, tagger: Tagger, nursery: Nursery, source_id: str
) -> Callable[[datetime], str]:
    def harvest(_planned: datetime) -> str:
        harvester = Harvester(
            here.settings,
            here.sources,
            here.db,
            here.engine,
            tagger=tagger,
            clock=here.clock,
            progress=lambda *_told: None,
            crawl=nursery.crawl,
        )
        (report,) = harvester.harvest([source_id])
        counted = (
            f"{report.calls} calls, {report.new} new, {report.changed} changed, {report.rejected} rejected"
        )
        if report.result != "healthy":
            raise NotNow(f"{report.result}: {'; '.join(report.problems)} ({counted})")
        return counted

    return harvest


def _refresh(here: Installation) -> str:
    synced = synchronise(here.db, here.engine, now=here.clock())
    if synced.state == "down":
        raise NotNow("the search engine does not answer")
    return f"{synced.count} calls written" if synced.state == "done" else "another process does it"


def _weekly(here: Installation, planned_for: datetime) -> str:
    return _run(here, "weekly", week_of(planned_for.astimezone(BRUSSELS).date()))


def _daily(here: Installation, planned_for: datetime) -> str:
    return _run(here, "daily", planned_for.astimezone(BRUSSELS).date().isoformat())


def _run(here: Installation, kind: str, period: str) -> str:
    try:
        planned, posted = here.digest.run(kind, period)  # type: ignore[arg-type]  # weekly or daily
    except (Taken, NotInStep, SearchUnavailable) as error:
        raise NotNow(str(error)) from error
    return f"{period}: {planned_words(planned)}; {posted_words(posted)}"


def planned_words(planned: PlannedRun) -> str:
    """Return what planning did in words."""
    parts = ", ".join(f"{count} {part}" for part, count in sorted(planned.parts.items()))
    told = f"{planned.mails} mails, {planned.quiet} people with nothing to be told"
    return f"{told} ({parts})" if parts else told


def posted_words(posted: Posted) -> str:
    """Return what sending did in words."""
    counts = ", ".join(f"{count} {what}" for what, count in sorted(posted.counts.items())) or "nothing sent"
    again = f"; {posted.recovered} sent again after a crash" if posted.recovered else ""
    return f"{counts}{again}{f'; then: {posted.problem}' if posted.problem else ''}"


def _post(here: Installation) -> str:
    read = here.digest.read_mailbox()
    try:
        posted = here.digest.post()
    except Taken as error:
        raise NotNow(str(error)) from error
    returned = ", ".join(f"{count} {kind}" for kind, count in sorted(read.items()))
    return posted_words(posted) + (f"; mailbox: {returned}" if returned else "")


def _clean_up(here: Installation) -> str:
    now = here.clock()
    erased = erase_due(here.db, now)
    mails = deliveries.forget_deliveries(here.db, now - KEPT_MAIL)
    runs = jobs.forget_runs(here.db, now - KEPT_JOBS)
    forget_checks(here.db, now - timedelta(days=60))
    left = ", ".join(f"{count} {state}" for state, count in sorted(count_subscribers(here.db).items()))
    return (
        f"{erased} people erased, {mails} mails and {runs} job runs forgotten; subscribers: {left or 'none'}"
    )


def _back_up(here: Installation) -> str:
    path = back_up(here.db, here.settings.data_dir / "backups", here.clock())
    return f"{path.name}, {path.stat().st_size / 1e6:.1f} MB"


def _prune(here: Installation) -> str:
    pruned = Archive(here.db).prune(KEPT_RUNS)
    return f"{pruned}"


def _dead_links(here: Installation) -> str:
    command = [sys.executable, "-m", "crawlers.links"]
    done = subprocess.run(
        command, env=environment_of(here.settings), capture_output=True, text=True, timeout=LINKS_LIMIT_S
    )
    if done.returncode:
        raise NotNow(f"the look at the pages failed: {done.stderr.strip()[-300:]}")
    return f"{done.stdout.strip()}; {len(dead_links(here.db))} dead for two weeks"
