"""The portal as a process of its own: asked once, serving, or killed while it writes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnProcess
from pathlib import Path

import httpx

from index.engine import SearchEngine

TIMEOUT_S = 60.0


def run_portal(data_dir: Path, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run `portal` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "jobs.cli", *arguments],
        env=os.environ | {"PORTAL_DATA_DIR": str(data_dir)},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def portal_serving(
    data_dir: Path, workers: int, command: str = "serve"
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve a portal's folder on loopback; give its origin, ready and warm, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    asked = [sys.executable, "-m", "jobs.cli", command, "--port", str(port), "--workers", str(workers)]
    server = subprocess.Popen(asked, env=os.environ | {"PORTAL_DATA_DIR": str(data_dir)})
    try:
        until = time.monotonic() + TIMEOUT_S
        while not _is_ready(f"http://127.0.0.1:{port}"):
            if time.monotonic() > until or server.poll() is not None:
                raise RuntimeError("the portal did not start")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.terminate()
        server.wait(TIMEOUT_S)


def _is_ready(origin: str) -> bool:
    try:
        return httpx.get(f"{origin}/readyz").status_code == 200
    except httpx.HTTPError:
        return False


def kill_while_indexing(indexing: SpawnProcess, engine: SearchEngine) -> None:
    """Start a process that writes to an engine's index, and kill it after its first commit."""
    first = engine.cursor()
    indexing.start()
    until = time.monotonic() + TIMEOUT_S
    while engine.cursor() == first and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(indexing.pid or 0, signal.SIGKILL)
    indexing.join()
