"""Serve an application on a loopback port of its own, for a real browser."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

START_TIMEOUT_S = 30


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve ``app`` and give its origin, such as ``http://127.0.0.1:40123``; stops at the end."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        limit = time.monotonic() + START_TIMEOUT_S
        while not server.started:
            if time.monotonic() > limit or not thread.is_alive():
                raise RuntimeError("the portal did not start")
            thread.join(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
