"""A backup is whole, can be put back, and the last seven are kept."""

import os
import shutil
import sqlite3
import subprocess
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from config.settings import Settings
from store.backup import KEPT, BackupFailed, back_up
from store.database import Database, open_database
from store.publishing import publish
from store.reading import get_calls
from store.runs import start_run
from tests.calls import call
from tests.conftest import NOW
from tests.store.conftest import NEEDS_POSTGRES, POSTGRES


@pytest.fixture
def lite(tmp_path: Path) -> Database:
    from store.database import migrate

    database = open_database(Settings(data_dir=tmp_path / "var"))
    migrate(database)
    return database


def fill(db: Database, first: int, count: int) -> list[str]:
    calls = [call(number) for number in range(first, first + count)]
    publish(db, start_run(db, "xx_test", NOW), "xx_test", calls, NOW)
    return [each.id for each in calls]


def test_a_backup_put_in_the_place_of_the_store_has_every_call(lite: Database, tmp_path: Path) -> None:
    ids = fill(lite, 0, 30)
    path = back_up(lite, tmp_path / "backups", NOW)
    lite.close()
    restored = Settings(data_dir=tmp_path / "restored")
    restored.data_dir.mkdir()
    shutil.copy(path, restored.data_dir / Path(str(lite.engine.url.database)).name)

    db = open_database(restored)
    found = get_calls(db, ids)
    db.close()

    assert [each.id for each in found] == ids
    assert path.stat().st_mode & 0o077 == 0  # addresses of subscribers are in it


def test_a_backup_taken_while_somebody_writes_is_one_whole_state(lite: Database, tmp_path: Path) -> None:
    stop = threading.Event()
    written: list[str] = []

    def write() -> None:
        first = 0
        while not stop.is_set():
            written.extend(fill(lite, first, 20))
            first += 20

    writer = threading.Thread(target=write)
    writer.start()
    try:
        paths = [back_up(lite, tmp_path / "backups", NOW + timedelta(seconds=n)) for n in range(5)]
    finally:
        stop.set()
        writer.join()
    lite.close()

    assert len(set(paths)) == 5
    for path in paths:
        with closing(sqlite3.connect(path)) as copy:
            (calls,) = copy.execute("SELECT count(*) FROM call").fetchone()
            (events,) = copy.execute("SELECT count(*) FROM event").fetchone()
        assert calls == events  # each new call has its event: no half of a transaction
        assert calls <= len(written)


def test_the_last_seven_are_kept_and_nothing_else_is_touched(lite: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "notes.txt").write_text("by hand")
    paths = [back_up(lite, folder, NOW + timedelta(days=n)) for n in range(KEPT + 3)]
    lite.close()

    assert sorted(folder.iterdir()) == sorted([*paths[3:], folder / "notes.txt"])


def test_a_backup_that_fails_leaves_the_earlier_ones_and_no_half(
    lite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    earlier = back_up(lite, folder, NOW)
    monkeypatch.setenv("PATH", str(tmp_path))  # no pg_dump here
    postgres = open_database(
        Settings(data_dir=tmp_path, database_url="postgresql+psycopg://nobody@127.0.0.1:9/none")
    )

    with pytest.raises(BackupFailed, match="pg_dump"):
        back_up(postgres, folder, NOW)
    lite.close()
    postgres.close()

    assert list(folder.iterdir()) == [earlier]


@NEEDS_POSTGRES
def test_a_dump_of_postgresql_is_restored_elsewhere(db: Database, tmp_path: Path) -> None:
    if db.is_sqlite:
        pytest.skip("SQLite is tried above")
    if not (shutil.which("pg_dump") and shutil.which("pg_restore")):
        pytest.skip("no pg_dump: apt-get install postgresql-client")
    fill(db, 0, 30)
    path = back_up(db, tmp_path / "backups", NOW)
    url = make_url(POSTGRES)
    names = {"PGHOST": url.host, "PGPORT": str(url.port or 5432), "PGUSER": url.username}
    environment = {**os.environ, **{name: value for name, value in names.items() if value}}
    listed = subprocess.run(
        ["pg_restore", "--list", str(path)], capture_output=True, text=True, check=True, env=environment
    ).stdout
    restored = subprocess.run(
        ["pg_restore", "--data-only", "--table=call", "--file=-", str(path)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    ).stdout

    assert "TABLE DATA" in listed
    assert restored.count("xx_test:") >= 30
    with db.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM call")).scalar_one() == 30
