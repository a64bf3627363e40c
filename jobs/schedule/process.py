"""The scheduler's process: APScheduler wakes, the job_run table decides, one process at a time."""

import logging
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from jobs.harvest import CRAWLS_AT_ONCE
from jobs.schedule.runner import Runner
from jobs.schedule.timetable import BRUSSELS
from store.database import Database
from store.locks import Taken, only_one

log = logging.getLogger(__name__)
LOOK_EVERY = timedelta(minutes=10)
"""How often everything due is looked for besides: after a sleep of the machine, after a failure."""
TAKE_OVER_EVERY_S = 30.0
NICENESS = 10


def yield_to_readers() -> None:
    """Let this process, and those it starts, have the processor when nobody who reads needs it."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def schedule(db: Database, build: Callable[[], Runner], stop: threading.Event, *, wait: bool = False) -> None:
    """Run jobs until ``stop`` is set.

    Args:
        db: The store; its lock makes sure that no other scheduler runs.
        build: Makes the runner once the lock is held.
        stop: Ends it; a job under way is not waited for, its planned run is made up for.
        wait: Whether to wait for another scheduler to end and take over.

    Raises:
        Taken: Another scheduler runs, and ``wait`` is not set.
    """
    while not stop.is_set():
        try:
            with only_one(db, "scheduler"):
                _run(build(), stop)
        except Taken:
            if not wait:
                raise
        stop.wait(TAKE_OVER_EVERY_S)


def _run(runner: Runner, stop: threading.Event) -> None:
    runner.settle_in()
    scheduler = BackgroundScheduler(
        timezone=BRUSSELS,
        executors={
            "default": ThreadPoolExecutor(2),
            "short": ThreadPoolExecutor(1),
            "mail": ThreadPoolExecutor(1),
            "harvest": ThreadPoolExecutor(CRAWLS_AT_ONCE),
        },
        # A planned time is never too old (the default drops what is a second late), one run stands for
        # many, and a job that still runs is not begun again.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    for job in runner.jobs.values():
        scheduler.add_job(runner.run, job.timetable.trigger, [job.name], id=job.name, executor=job.pool)

    def look() -> None:
        """Start what is due and was not started by its own trigger, and say when each job comes next."""
        runner.say_plans()
        for name in runner.due():
            pool = runner.jobs[name].pool
            scheduler.add_job(
                runner.run, None, [name], id=f"{name}, due", executor=pool, replace_existing=True
            )

    scheduler.add_job(
        look, IntervalTrigger(seconds=int(LOOK_EVERY.total_seconds())), next_run_time=datetime.now(UTC)
    )
    scheduler.start()
    try:
        stop.wait()
    finally:
        scheduler.shutdown(wait=False)
