"""One crawl process, from its start to its end."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Protocol

from config.settings import Settings
from jobs.environment import environment_of
from store.runs import RunKind

log = logging.getLogger(__name__)

CRAWL_LIMIT_S = 3 * 60 * 60
"""A crawl still running after this is killed; the largest source needs about an hour."""


class Progress(Protocol):
    """Where a run says how far it is; called from several threads."""

    def __call__(self, source_id: str, stage: str, done: int, total: int | None) -> None:
        """Report ``done`` of ``total`` (None: not known yet) in ``stage`` of a source."""


Crawl = Callable[[Settings, str, int, RunKind, Progress], None]
"""Crawls a source into the archive under an open run, and leaves the crawl's outcome there."""


def crawl_in_process(
    settings: Settings, source_id: str, run_id: int, kind: RunKind, progress: Progress
) -> None:
    """Run one crawl process to its end, whatever that is; its outcome is read from the store."""
    _run(arguments_of(source_id, run_id, kind), settings, source_id, progress)


def arguments_of(source_id: str, run_id: int, kind: RunKind) -> list[str]:
    """Return the command line of a crawl, without the program."""
    return [source_id, "--run", str(run_id), *(["--recheck"] if kind == "recheck" else [])]


def crawl_pages(settings: Settings, source_id: str, run_id: int, pages: int) -> None:
    """Crawl no more than a few answers of a source: a look, not a harvest."""
    _run([source_id, "--run", str(run_id), "--pages", str(pages)], settings, source_id, lambda *_: None)


def _run(arguments: list[str], settings: Settings, source_id: str, progress: Progress) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "crawlers", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment_of(settings),
    ) as process:
        timer = threading.Timer(CRAWL_LIMIT_S, process.kill)
        timer.start()
        try:
            for line in process.stdout or ():
                tell(source_id, line, progress)
        finally:
            timer.cancel()


def tell(source_id: str, line: str, progress: Progress) -> None:
    """Hand on what a crawl says of how far it is."""
    try:
        told = json.loads(line)
        progress(source_id, "crawling", int(told["records"]), told.get("total"))
    except (ValueError, KeyError, TypeError):
        log.debug("crawl process said", extra={"source": source_id, "line": line.rstrip()})
