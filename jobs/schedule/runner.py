"""Runs what is due, each planned time once, and makes up for what was missed."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.schedule.timetable import Timetable
from store import jobs
from store.database import Database
from store.jobs import JobPlan, JobResult

log = logging.getLogger(__name__)
Work = Callable[[datetime], str]
"""Does a job planned for a time (UTC); returns what it did, in words."""


class NotNow(Exception):
    """A job cannot be done now and shall be tried again; the message says why."""


@dataclass(frozen=True)
class Job:
    """One kind of work and when it is due.

    Attributes:
        name: Such as ``harvest eu_ft``; unique.
        title: For the page and the list.
        work: Does it.
        pool: ``harvest`` or ``short``: a long harvest never holds up the digest.
        attempts_max: How often a planned run is tried when it fails.
        at_first: Whether a planned time from before the scheduler ever ran is made up for.
    """

    name: str
    title: str
    timetable: Timetable
    work: Work
    pool: str = "short"
    attempts_max: int = 3
    at_first: bool = False


class Runner:
    """Decides by the job_run table what is due, and does it.

    Args:
        db: The store.
        jobs: All jobs.
        clock: Gives the current UTC time.
    """

    def __init__(self, db: Database, jobs: Sequence[Job], clock: Callable[[], datetime]) -> None:
        self._db = db
        self.jobs = {job.name: job for job in jobs}
        self._clock = clock

    def settle_in(self) -> None:
        """Begin: runs left open are marked crashed; what was planned before the first start is let be."""
        now = self._clock()
        crashed = jobs.mark_crashed(self._db, now)
        if crashed:
            log.warning("jobs ended without a word", extra={"jobs": crashed})
        known = jobs.newest_runs(self._db)
        for job in self.jobs.values():
            planned = job.timetable.latest(now)
            if job.name not in known and planned is not None and not job.at_first:
                jobs.skip_job(self._db, job.name, planned, now, "planned before the scheduler first ran")
        self.say_plans()

    def say_plans(self) -> None:
        """Write down when each job comes next, for whoever shows it."""
        now = self._clock()
        plans = [
            JobPlan(job.name, job.title, job.timetable.following(now), now) for job in self.jobs.values()
        ]
        jobs.say_plans(self._db, plans)

    def due(self) -> list[str]:
        """Return the names of jobs whose last planned time has no finished run."""
        now = self._clock()
        newest = jobs.newest_runs(self._db)
        found = []
        for job in self.jobs.values():
            planned, last = job.timetable.latest(now), newest.get(job.name)
            if planned is None:
                continue
            made = last is not None and last.planned_for >= planned
            again = (
                last is not None and last.result in ("failed", "crashed") and last.attempts < job.attempts_max
            )
            if not made or again:
                found.append(job.name)
        return found

    def run(self, name: str) -> bool:
        """Do a job if its last planned time is still due; returns whether it was done here."""
        job, now = self.jobs[name], self._clock()
        planned = job.timetable.latest(now)
        if planned is None:
            return False
        missed = self._missed(job, planned)
        run_id = jobs.begin_job(self._db, name, planned, now, missed=missed, attempts_max=job.attempts_max)
        if run_id is None:
            return False
        log.info("job begins", extra={"job": name, "planned_for": planned.isoformat(), "missed": missed})
        result, words = self._outcome(job, planned)
        jobs.finish_job(self._db, run_id, self._clock(), result, words)
        return True

    def _outcome(self, job: Job, planned: datetime) -> tuple[JobResult, str]:
        """Do the work; its fault is taken as a value, written down, and ends nothing else."""
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix=job.name) as alone:
            future = alone.submit(job.work, planned)
            error = future.exception()
        if error is None:
            return "done", future.result()
        if isinstance(error, NotNow):
            return "failed", f"not now: {error}"
        log.error("job failed", exc_info=error, extra={"job": job.name})
        return "failed", f"{type(error).__name__}: {error}"

    def _missed(self, job: Job, planned: datetime) -> int:
        """Count the planned times since the last one that has a row; one run stands for them all."""
        last = jobs.newest_planned(self._db, job.name)
        if last is None or planned - last > timedelta(days=60):
            return 0
        return sum(1 for _ in job.timetable.between(last, planned - timedelta(microseconds=1)))
