"""Publishers queue: whoever commits later has the higher numbers."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event

from config.settings import Settings
from store.database import Database, migrate, open_database
from store.publishing import publish
from store.reading import changed_since, last_change
from store.runs import start_run
from tests.calls import call
from tests.conftest import NOW

PATIENCE_S = 0.5
"""How long a publisher that should wait is given to show that it does not."""


def test_a_publisher_waits_for_the_one_before_it_to_commit(db: Database, settings: Settings) -> None:
    beside = open_database(settings)
    runs = {name: start_run(db, name, NOW) for name in ("xx_one", "xx_two")}
    at_commit, go_on = threading.Event(), threading.Event()

    def pause(_connection: object) -> None:
        at_commit.set()
        go_on.wait(timeout=60)

    def publish_as(name: str, database: Database) -> None:
        calls = [call(number, id=f"{name}:{number}", source_id=name) for number in range(3)]
        publish(database, runs[name], name, calls, NOW)

    with ThreadPoolExecutor(2) as pool:
        event.listen(db.engine, "commit", pause)
        first = pool.submit(publish_as, "xx_one", db)
        at_commit.wait(timeout=60)
        second = pool.submit(publish_as, "xx_two", beside)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            assert last_change(beside) == 0, "numbers were shown before lower ones were committed"
        go_on.set()

    assert [future.exception() for future in (first, second)] == [None, None]
    assert [found.source_id for _, found in changed_since(db, 0, 10)] == ["xx_one"] * 3 + ["xx_two"] * 3
    beside.close()


def test_on_sqlite_a_write_transaction_has_the_lock_from_its_start(tmp_path: Path) -> None:
    db = open_database(Settings(data_dir=tmp_path))
    migrate(db)
    other = sqlite3.connect(tmp_path / "portal.sqlite", timeout=0)

    with db.write() as session:
        session.connection()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")

    other.close()
    db.close()
