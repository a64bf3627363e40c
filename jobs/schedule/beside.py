"""The scheduler in a process of its own beside the portal, for as long as the portal runs."""

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

AGAIN_S = 30.0
"""How long after it ended by itself it is started again."""
ENDS_WITHIN_S = 10.0


@contextmanager
def scheduler_beside() -> Iterator[None]:
    """Keep `portal schedule` running; it ends with this process, however that ends.

    Harvesting and posting then never hold the interpreter that answers readers. Settings reach it through the
    environment. It waits where another scheduler runs, and is started again when it ended by itself.
    """
    stop = threading.Event()
    keeper = threading.Thread(target=_keep, args=[stop], name="scheduler", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join(ENDS_WITHIN_S + 5)


def _keep(stop: threading.Event) -> None:
    while not stop.is_set():
        # Its input ends when this process does, killed or not: that is what it waits for.
        command = [sys.executable, "-m", "jobs.cli", "schedule", "--attached"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as scheduler:
            while scheduler.poll() is None and not stop.wait(0.2):
                continue
            assert scheduler.stdin is not None
            scheduler.stdin.close()
            try:
                code = scheduler.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                scheduler.kill()
                continue
        if not stop.wait(1):  # a signal may have ended both
            log.error("the scheduler ended by itself; it is started again", extra={"code": code})
            stop.wait(AGAIN_S)
