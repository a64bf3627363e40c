"""`portal serve` in several processes: all answer, and all end with it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil

START_TIMEOUT_S = 60.0


def test_several_processes_answer_and_end_together(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jobs.cli", "serve", "--port", str(port), "--workers", "2"]
    server = subprocess.Popen(command, env=os.environ | {"PORTAL_DATA_DIR": str(tmp_path)})
    try:
        origin = f"http://127.0.0.1:{port}"
        until = time.monotonic() + START_TIMEOUT_S
        workers = list[psutil.Process]()
        while len(workers) < 2 or not is_ready(origin):
            assert time.monotonic() < until
            assert server.poll() is None
            time.sleep(0.1)
            workers = [
                one for one in psutil.Process(server.pid).children() if "spawn_main" in str(one.cmdline())
            ]

        # Each question on a connection of its own: the system hands them to whoever is free.
        answers = [httpx.get(f"{origin}/api/v1/calls").json()["total"] for _ in range(20)]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(START_TIMEOUT_S)

    assert answers == [0] * 20
    gone, alive = psutil.wait_procs(workers, timeout=START_TIMEOUT_S)
    assert (len(gone), alive) == (2, [])


def is_ready(origin: str) -> bool:
    try:
        return httpx.get(f"{origin}/readyz").status_code == 200
    except httpx.HTTPError:
        return False
