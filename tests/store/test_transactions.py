"""What a transaction sees and keeps; what the schema refuses; what `portal doctor` is told."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from config.settings import Settings
from store import database
from store.database import Database, check, migrate, open_database
from store.runs import last_runs, start_run
from tests.conftest import NOW


def test_a_reading_session_sees_one_state(db: Database) -> None:
    with db.read() as session:
        before = _runs(session)
        start_run(db, "xx_test", NOW)

        assert _runs(session) == before == 0


def test_what_a_reading_session_writes_is_thrown_away(tmp_path: Path) -> None:
    db = open_database(Settings(data_dir=tmp_path))
    migrate(db)
    start_run(db, "xx_test", NOW)

    with db.read() as session:
        session.execute(text("DELETE FROM run"))

    assert [run.source_id for run in last_runs(db)] == ["xx_test"]
    db.close()


def test_a_writer_does_not_block_readers(db: Database) -> None:
    start_run(db, "xx_test", NOW)

    with db.write() as session:
        session.execute(text("UPDATE run SET source_id = 'xx_other'"))
        seen = [run.source_id for run in last_runs(db)]

    assert seen == ["xx_test"]


def test_a_row_cannot_point_to_nothing(db: Database) -> None:
    columns = "run_id, source_id, native_id, url, field, value, reason"

    with pytest.raises(IntegrityError), db.write() as session:
        session.execute(text(f"INSERT INTO reject ({columns}) VALUES (99, '', '', '', '', '', '')"))


def test_a_program_folder_may_have_a_percent_sign(
    tmp_path: Path, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "MIGRATIONS", shutil.copytree(database.MIGRATIONS, tmp_path / "100%"))

    migrate(db)

    assert check(db)["is"] == "writable"


def test_a_check_tells_the_size(db: Database) -> None:
    assert float(check(db)["size"].removesuffix(" MB")) > 0.05


def _runs(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM run")).scalar_one())
