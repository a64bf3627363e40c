"""The engines that every contract test runs on."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import pytest

from index.embedded import EmbeddedEngine
from index.engine import SearchEngine
from normalize.call import Call
from tests.conftest import NOW

Fill = Callable[..., SearchEngine]


@pytest.fixture
def engine(tmp_path: Path) -> SearchEngine:
    return EmbeddedEngine(tmp_path / "index")


@pytest.fixture
def fill(engine: SearchEngine) -> Fill:
    """Return a function that puts calls into the engine and returns it."""

    def put(calls: Iterable[Call], now: datetime = NOW, cursor: int = 1) -> SearchEngine:
        with engine.writer() as writer:
            writer.upsert(calls, now=now)
            writer.commit(cursor=cursor)
        return engine

    return put
