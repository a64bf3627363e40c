"""Ready means warm: the first question must not pay for reading an index from a cold disk."""

import threading
from datetime import datetime

from index.engine import SearchEngine
from index.query import FACETS, SearchQuery

_QUESTIONS = (
    SearchQuery(),
    SearchQuery(sort="deadline"),
    SearchQuery(text="innovation energy "),
    SearchQuery(text="Förderung Forschung "),
    SearchQuery(text="subvention inno"),
    SearchQuery(text="hidrogeno enrgía "),
)
"""One of each kind: everything by deadline, words, a beginning, a typing error; with every facet."""


class Warmth:
    """Warms an engine once. Threads may share it."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._done = False

    def ensure(self, now: datetime) -> bool:
        """Warm the engine if nobody has; tell whether it is warm, without waiting for somebody who is at it.

        Raises:
            SearchUnavailable: The engine cannot answer; it is tried again the next time.
        """
        if self._done or not self._lock.acquire(blocking=False):
            return self._done
        try:
            if not self._done:
                warm(self._engine, now)
                self._done = True
        finally:
            self._lock.release()
        return True


def warm(engine: SearchEngine, now: datetime) -> None:
    """Read what questions need, then ask one of each kind.

    Raises:
        SearchUnavailable: The engine cannot answer.
    """
    engine.read_ahead()
    for query in _QUESTIONS:
        engine.search(query, now=now, facets=FACETS)
