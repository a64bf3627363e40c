"""`python -m crawlers.nursery`: imports all that a crawl needs, and forks a process for each one asked for.

Scrapy, Twisted and SQLAlchemy take longer to import than a page takes to read, and a night has forty crawls.
Standard input is a Unix socket. A message on it is the arguments of one crawl, as a JSON list, with the
descriptor of a pipe that becomes its standard output; the first line there names its process. The nursery
ends when the socket is closed: crawls that still run then work for nobody, and are asked to stop.
"""

import gc
import json
import logging
import os
import signal
import socket
import sys
from importlib import import_module

from scrapy.settings import default_settings

from crawlers.__main__ import main as crawl_one
from crawlers.configuration import PROTOCOL_SPIDERS

MESSAGE_MAX = 65_536
_NAMED_ONCE = (
    "DOWNLOADER",
    "DUPEFILTER_CLASS",
    "HTTPCACHE_STORAGE",
    "ITEM_PROCESSOR",
    "LOG_FORMATTER",
    "REFERRER_POLICY",
    "ROBOTSTXT_PARSER",
    "SCHEDULER",
    "SCHEDULER_MEMORY_QUEUE",
    "SCHEDULER_PRIORITY_QUEUE",
    "SPIDER_LOADER_CLASS",
    "STATS_CLASS",
)


def _loaded_by_scrapy() -> set[str]:
    """Return the modules that Scrapy loads by name when a crawl begins."""
    names = {str(getattr(default_settings, name)) for name in _NAMED_ONCE}
    names |= {default_settings.DOWNLOAD_HANDLERS_BASE[scheme] for scheme in ("http", "https")}
    names |= set(default_settings.DOWNLOADER_MIDDLEWARES_BASE)
    names |= set(default_settings.SPIDER_MIDDLEWARES_BASE) | set(default_settings.EXTENSIONS_BASE)
    return {name.rpartition(".")[0] for name in names}


def preload() -> None:
    """Import what any crawl will; nothing is opened and no thread started, so that a fork is safe."""
    own = {f"crawlers.{name}" for name in ("addresses", "archiving", "caching", "retrying", "robots")}
    spiders = {f"crawlers.protocols.{protocol}" for protocol in PROTOCOL_SPIDERS}
    for module in sorted(_loaded_by_scrapy() | own | spiders):
        import_module(module)


def main() -> int:
    """Serve until the socket is closed; in the process of a crawl, crawl. Return the exit code."""
    preload()
    gc.freeze()  # what was imported is never looked at again: its pages stay shared
    running: set[int] = set()
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as parent:
        try:
            crawl = _serve(parent, running)
        except KeyboardInterrupt:
            return 130
    if crawl is not None:
        return crawl_one(crawl)
    _reap(running)
    for process in running:
        os.kill(process, signal.SIGTERM)
    _reap(running, wait=True)
    return 0


def _serve(parent: socket.socket, running: set[int]) -> list[str] | None:
    """Fork until the socket is closed; return a crawl's arguments in its process, None in the nursery."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(parent, MESSAGE_MAX, 1)
        _reap(running)
        if not message:
            return None
        (pipe,) = descriptors
        process = os.fork()
        if process == 0:
            _talk_to(pipe)
            arguments: list[str] = json.loads(message)
            return arguments
        running.add(process)
        os.close(pipe)


def _talk_to(pipe: int) -> None:
    """Make a pipe this process's output and nothing its input; say who it is."""
    os.dup2(pipe, sys.stdout.fileno())
    os.close(pipe)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    sys.stdout.write(json.dumps({"process": os.getpid()}) + "\n")
    sys.stdout.flush()


def _reap(running: set[int], *, wait: bool = False) -> None:
    """Take leave of crawls that ended, so that their processes and their CPU time are accounted for."""
    for process in sorted(running):
        ended, _ = os.waitpid(process, 0 if wait else os.WNOHANG)
        if ended:
            running.remove(process)


if __name__ == "__main__":
    logging.captureWarnings(capture=True)
    sys.exit(main())
