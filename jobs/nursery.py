"""Crawls forked off one process that has everything imported: what a harvest of many sources starts."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from config.settings import Settings
from jobs.crawling import CRAWL_LIMIT_S, Progress, arguments_of, crawl_in_process, tell
from jobs.environment import environment_of
from store.runs import RunKind

IDLE_S = 60.0
"""How long the process waits for another crawl; its hundred megabytes are not held all day."""


class Nursery:
    """Starts the process of `crawlers.nursery` at the first crawl and ends it when none came for a minute.

    Where there is none (no Linux, it was killed), a crawl is a process that imports everything itself.

    Args:
        settings: Of the crawls; handed on through the environment.

    Attributes:
        running: How many crawls it was asked for and did not end.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self.running = 0
        self._closed = False
        self._idle: threading.Timer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def crawl(
        self, settings: Settings, source_id: str, run_id: int, kind: RunKind, progress: Progress
    ) -> None:
        """Run one crawl to its end, whatever that is; its outcome is read from the store."""
        told = self._begin(settings, arguments_of(source_id, run_id, kind))
        if told is not None:
            try:
                begun = _follow(told, source_id, progress)
            finally:
                self._end()
            if begun or self._closed:
                return
        crawl_in_process(settings, source_id, run_id, kind, progress)

    def close(self) -> None:
        """End the process; crawls that still run are asked to stop."""
        with self._lock:
            self._closed = True
            self._close()

    def _close_if_idle(self) -> None:
        with self._lock:
            if not self.running:
                self._close()

    def _close(self) -> None:
        if self._idle:
            self._idle.cancel()
        if self._socket:
            self._socket.close()
        if self._process:
            self._process.wait()
        self._socket = self._process = None

    def _begin(self, settings: Settings, arguments: list[str]) -> int | None:
        """Ask for a crawl; return the end of the pipe on which it tells how far it is, None if refused."""
        if settings != self._settings or sys.platform != "linux":
            return None
        with self._lock:
            if self._idle:
                self._idle.cancel()
            if self._process and self._process.poll() is not None:  # it was killed
                self._close()
            if self._socket is None:
                self._socket = self._start()
            told, says = os.pipe()
            try:
                socket.send_fds(self._socket, [json.dumps(arguments).encode()], [says])
            except OSError:  # it is being killed; the next crawl starts another
                os.close(told)
                self._close()
                return None
            finally:
                os.close(says)
            self.running += 1
            return told

    def _end(self) -> None:
        with self._lock:
            self.running -= 1
            if not self.running:
                self._idle = threading.Timer(IDLE_S, self._close_if_idle)
                self._idle.daemon = True
                self._idle.start()

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "crawlers.nursery"],
                stdin=theirs.fileno(),
                env=environment_of(self._settings),
            )
        return ours


def _follow(told: int, source_id: str, progress: Progress) -> bool:
    """Follow a crawl to its end; return whether it began.

    It did not if the nursery died with the message unread: a socket takes one until the last moment.
    """
    with open(told, encoding="utf-8") as lines:
        process = _process_of(lines.readline())
        if process is None:
            return False
        timer = threading.Timer(CRAWL_LIMIT_S, _kill, [process])
        timer.daemon = True
        timer.start()
        try:
            for line in lines:
                tell(source_id, line, progress)
        finally:
            timer.cancel()
    return True


def _process_of(line: str) -> int | None:
    """Read the line a crawl begins with; None when it ended before it."""
    try:
        return int(json.loads(line)["process"])
    except (ValueError, KeyError, TypeError):
        return None


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
