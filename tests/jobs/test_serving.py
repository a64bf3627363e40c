"""`portal serve` in several processes: all answer, and all end with it."""

from pathlib import Path

import httpx
import psutil

from tests.portal_process import TIMEOUT_S, portal_serving


def test_several_processes_answer_and_end_together(tmp_path: Path) -> None:
    with portal_serving(tmp_path, workers=2) as (origin, server):
        children = psutil.Process(server.pid).children()
        workers = [one for one in children if "spawn_main" in str(one.cmdline())]
        # Each question on a connection of its own: the system hands them to whoever is free.
        answers = [httpx.get(f"{origin}/api/v1/calls").json()["total"] for _ in range(20)]

    assert answers == [0] * 20
    gone, alive = psutil.wait_procs(workers, timeout=TIMEOUT_S)
    assert (len(gone), alive) == (2, [])
