"""`portal serve` in several processes: all answer, and all end with it."""

import socket
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.portal_process import TIMEOUT_S, portal_serving, run_portal

CLIENTS = 32
"""That come at once: by chance one of two processes has them all once in two thousand million times."""
ASKED = b"GET /api/v1/calls HTTP/1.1\r\nHost: portal\r\n\r\n"


def test_several_processes_share_the_clients_and_end_together(tmp_path: Path) -> None:
    with portal_serving(tmp_path, workers=2) as (origin, server), ExitStack() as held:
        children = psutil.Process(server.pid).children()
        workers = [one for one in children if "spawn_main" in str(one.cmdline())]
        until = time.monotonic() + TIMEOUT_S
        while not all(_connections(one, "LISTEN") for one in workers) and time.monotonic() < until:
            time.sleep(0.05)  # one answers, the other is still starting
        host, port = str(urlsplit(origin).hostname), int(urlsplit(origin).port or 0)
        clients = [held.enter_context(socket.create_connection((host, port))) for _ in range(CLIENTS)]
        for client in clients:
            client.sendall(ASKED)
        answers = {client.recv(12) for client in clients}
        served = [_connections(worker, "ESTABLISHED") for worker in workers]

    assert answers == {b"HTTP/1.1 200"}
    assert len(workers) == 2
    assert all(served)
    assert sum(served) >= CLIENTS
    gone, alive = psutil.wait_procs(workers, timeout=TIMEOUT_S)
    assert (len(gone), alive) == (2, [])


def _connections(process: psutil.Process, status: str) -> int:
    return sum(one.status == status for one in process.net_connections())


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_that_somebody_has_is_said(tmp_path: Path, workers: str) -> None:
    with portal_serving(tmp_path, workers=2) as (origin, _):
        port = origin.rpartition(":")[2]
        second = run_portal(tmp_path, "serve", "--port", port, "--workers", workers)

    assert second.returncode != 0
    assert "address already in use" in second.stderr.lower()
