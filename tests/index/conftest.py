"""The engines that every contract test runs on."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from index.embedded import EmbeddedEngine
from index.engine import SearchEngine
from index.meili import MeiliEngine
from normalize.call import Call
from tests.conftest import NOW

Fill = Callable[..., SearchEngine]
SERVER = os.environ.get("PORTAL_TEST_MEILI_URL", "")
KEY = os.environ.get("PORTAL_TEST_MEILI_KEY", "")
NO_SERVER = pytest.mark.skipif(not SERVER, reason="PORTAL_TEST_MEILI_URL names no server")


@dataclass(frozen=True)
class Place:
    """Where an engine of a test is: enough for another process to open it too."""

    kind: str
    path: Path
    uid: str = ""

    def open(self) -> SearchEngine:
        if self.kind == "embedded":
            return EmbeddedEngine(self.path / "index")
        return MeiliEngine(SERVER, KEY, self.path / "lock", uid=self.uid)

    def down(self) -> SearchEngine:
        """Return an engine that cannot answer."""
        if self.kind == "embedded":
            (self.path / "broken").write_text("no folder", "utf-8")
            return EmbeddedEngine(self.path / "broken")
        return MeiliEngine("http://127.0.0.1:9", "", self.path / "lock", uid=self.uid)


@pytest.fixture(params=["embedded", pytest.param("meilisearch", marks=NO_SERVER)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    found = Place(request.param, tmp_path, f"test_{uuid4().hex}")
    yield found
    if found.kind == "meilisearch":
        engine = found.open()
        assert isinstance(engine, MeiliEngine)
        engine.remove()


@pytest.fixture
def engine(place: Place) -> SearchEngine:
    return place.open()


@pytest.fixture
def fill(engine: SearchEngine) -> Fill:
    """Return a function that puts calls into the engine and returns it."""

    def put(calls: Iterable[Call], now: datetime = NOW, cursor: int = 1) -> SearchEngine:
        with engine.writer() as writer:
            writer.upsert(calls, now=now)
            writer.commit(cursor=cursor)
        return engine

    return put
