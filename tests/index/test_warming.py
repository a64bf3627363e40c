"""Ready means warm."""

import threading
from datetime import datetime
from typing import Any

from index.engine import SearchEngine
from index.warming import Warmth
from tests.calls import call
from tests.conftest import NOW
from tests.index.conftest import Fill


class Slow:
    """An engine whose first read takes until it is let go."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self.started, self.go = threading.Event(), threading.Event()
        self.reads = 0

    def read_ahead(self) -> None:
        self.reads += 1
        self.started.set()
        self.go.wait(60)
        self._engine.read_ahead()

    def search(self, query: Any, *, now: datetime, facets: Any = ()) -> Any:  # noqa: ANN401
        return self._engine.search(query, now=now, facets=facets)


def test_nobody_is_told_ready_before_the_index_was_read(fill: Fill) -> None:
    slow = Slow(fill([call(1)]))
    warmth = Warmth(slow)  # type: ignore[arg-type]  # only what warming needs
    first = threading.Thread(target=warmth.ensure, args=(NOW,))
    first.start()
    assert slow.started.wait(60)

    while_reading = warmth.ensure(NOW)
    slow.go.set()
    first.join()

    assert (while_reading, warmth.ensure(NOW), slow.reads) == (False, True, 1)
