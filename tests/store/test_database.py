"""Opening, migrating, moments and the archive."""

import multiprocessing
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import StatementError
from sqlmodel import SQLModel

from config.settings import Settings
from normalize.errors import RecordError
from normalize.record import RawRecord
from store.archive import Archive
from store.database import MIGRATIONS, Database, check, migrate, open_database
from store.outcome import CrawlOutcome
from store.runs import (
    Reject,
    RunResult,
    add_rejects,
    crawl_outcome,
    finish_crawl,
    finish_run,
    last_runs,
    rejects_of_run,
    start_run,
)
from store.tables import RunRow
from tests.conftest import NOW


def raw(native_id: str, payload: bytes = b"{}") -> RawRecord:
    return RawRecord("xx_test", native_id, "https://agency.example", NOW, "application/json", payload)


def test_the_migrations_make_the_tables_of_the_code(db: Database) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, SQLModel.metadata) == []


def _migrate(settings: Settings) -> None:
    db = open_database(settings)
    migrate(db)
    db.close()


def test_processes_that_start_together_migrate_once(settings: Settings) -> None:
    spawn = multiprocessing.get_context("spawn")
    starting = [spawn.Process(target=_migrate, args=(settings,)) for _ in range(3)]
    for process in starting:
        process.start()
    for process in starting:
        process.join()

    assert [process.exitcode for process in starting] == [0, 0, 0]
    db = open_database(settings)
    assert check(db)["revision"] == ScriptDirectory(str(MIGRATIONS)).get_current_head()
    db.close()


def test_a_moment_without_a_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone"), db.write() as session:
        session.add(RunRow(source_id="xx_test", started_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point


def test_an_error_in_a_transaction_leaves_nothing(db: Database) -> None:
    def fail() -> None:
        with db.write() as session:
            session.add(RunRow(source_id="xx_test", started_at=NOW))
            session.flush()
            raise KeyError("stop")

    with pytest.raises(KeyError):
        fail()

    assert last_runs(db) == []


def test_answers_and_records_are_kept_once_a_content(db: Database) -> None:
    archive, run_id = Archive(db), start_run(db, "xx_test", NOW)
    for url in ("https://agency.example/1", "https://agency.example/2"):
        archive.add_answer(
            run_id, url=url, status=200, media_type="application/json", fetched_at=NOW, body=b"[1]"
        )
    archive.add_records(run_id, [raw("b", b"1"), raw("a", b"2"), raw("b", b"3")])

    assert archive.count_answers(run_id) == 2
    assert [body for _, body in archive.answers_of_run(run_id)] == [b"[1]", b"[1]"]
    assert [(found.native_id, found.payload) for found in archive.records_of_run(run_id)] == [
        ("b", b"1"),
        ("a", b"2"),
    ]


def test_a_replay_reads_the_newest_record_of_each_key(db: Database) -> None:
    archive = Archive(db)
    for payload in (b"old", b"new"):
        archive.add_records(start_run(db, "xx_test", NOW), [raw("a", payload), raw(payload.decode())])

    latest = {found.native_id: found.payload for found in archive.latest_records("xx_test")}

    assert latest == {"a": b"new", "old": b"{}", "new": b"{}"}


def test_many_records_come_back_in_pages(db: Database) -> None:
    archive, run_id = Archive(db), start_run(db, "xx_test", NOW)
    archive.add_records(run_id, [raw(str(number)) for number in range(450)])

    assert [found.native_id for found in archive.records_of_run(run_id)] == [
        str(number) for number in range(450)
    ]


def test_a_run_keeps_its_outcome_result_and_rejects(db: Database) -> None:
    run_id = start_run(db, "xx_test", NOW)
    outcome = CrawlOutcome("finished", 2, 5, 5, ("page 2 is HTML",))
    finish_crawl(db, run_id, outcome)
    reject = Reject.of(raw("9"), RecordError("missing", field="title", value=""))
    add_rejects(db, run_id, [reject])
    finish_run(db, run_id, RunResult(NOW, "unhealthy", 5, 4, 1, {"news": 2}, 0, 0, 0, ("page 2 is HTML",)))

    (view,) = last_runs(db)
    assert crawl_outcome(db, run_id) == outcome
    assert (view.result, view.not_calls, view.problems) == ("unhealthy", {"news": 2}, ("page 2 is HTML",))
    assert last_runs(db, result="healthy") == []
    assert rejects_of_run(db, run_id) == [reject]


def test_a_run_left_open_is_marked_crashed_by_the_next(db: Database) -> None:
    first = start_run(db, "xx_test", NOW)
    assert crawl_outcome(db, first) is None

    start_run(db, "xx_test", NOW)

    assert [view.run_id for view in last_runs(db, result="crashed")] == [first]


def test_a_folder_that_does_not_exist_is_made(tmp_path: Path) -> None:
    db = open_database(Settings(data_dir=tmp_path / "new" / "folder"))
    migrate(db)
    db.close()

    assert (tmp_path / "new" / "folder" / "portal.sqlite").exists()
