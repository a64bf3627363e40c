"""Pruning forgets what no replay and no run kept needs, and nothing else."""

import pytest
from sqlalchemy import text

from normalize.record import RawRecord
from store.archive import Archive, Pruned
from store.database import Database
from store.runs import Result, RunResult, finish_run, start_run
from tests.conftest import NOW


def raw(native_id: str, payload: bytes) -> RawRecord:
    return RawRecord("xx_test", native_id, "https://agency.example", NOW, "application/json", payload)


def harvested(db: Database, *records: RawRecord, answer: bytes, result: Result = "healthy") -> int:
    archive, run_id = Archive(db), start_run(db, "xx_test", NOW)
    archive.add_answer(
        run_id,
        url="https://agency.example",
        status=200,
        media_type="application/json",
        fetched_at=NOW,
        body=answer,
    )
    archive.add_records(run_id, records)
    finish_run(db, run_id, RunResult(NOW, result, len(records), 0, 0, {}, 0, 0, 0, ()))
    return run_id


def contents(db: Database) -> int:
    with db.read() as session:
        return int(session.execute(text("SELECT count(*) FROM blob")).scalar_one())


def latest(db: Database) -> dict[str, bytes]:
    return {found.native_id: found.payload for found in Archive(db).latest_records("xx_test")}


def test_old_runs_are_forgotten_with_what_only_they_used(db: Database) -> None:
    old = harvested(db, raw("a", b"a1"), raw("b", b"same"), answer=b"first")
    new = harvested(db, raw("a", b"a2"), raw("b", b"same"), answer=b"second")

    pruned = Archive(db).prune(keep_runs=1)

    assert pruned == Pruned(answers=1, records=2, blobs=2)
    assert list(Archive(db).records_of_run(old)) == []
    assert [found.payload for found in Archive(db).records_of_run(new)] == [b"a2", b"same"]
    assert contents(db) == 3


def test_a_replay_finds_after_pruning_what_it_found_before(db: Database) -> None:
    harvested(db, raw("gone from the list", b"g"), raw("a", b"a1"), answer=b"1")
    harvested(db, raw("a", b"a2"), answer=b"2")
    harvested(db, raw("a", b"a3"), answer=b"3")
    before = latest(db)

    Archive(db).prune(keep_runs=1)

    assert latest(db) == before == {"gone from the list": b"g", "a": b"a3"}


def test_a_replay_of_several_pages_finds_each_newest_record_once(db: Database) -> None:
    for night in (b"old", b"new"):
        harvested(db, *[raw(str(number), night) for number in range(450)], answer=night)
    harvested(db, raw("7", b"newest"), answer=b"last")

    found = list(Archive(db).latest_records("xx_test"))

    assert len(found) == len({record.native_id for record in found}) == 450
    assert {record.native_id: record.payload for record in found if record.payload != b"new"} == {
        "7": b"newest"
    }


def test_the_newest_healthy_run_is_kept_however_old(db: Database) -> None:
    healthy = harvested(db, raw("a", b"good"), answer=b"1")
    for attempt in (b"2", b"3", b"4"):
        harvested(db, raw("a", b"broken" + attempt), answer=attempt, result="unhealthy")

    Archive(db).prune(keep_runs=1)

    assert [found.payload for found in Archive(db).records_of_run(healthy)] == [b"good"]


def test_pruning_again_finds_nothing_more(db: Database) -> None:
    harvested(db, raw("a", b"a1"), answer=b"1")
    harvested(db, raw("a", b"a2"), answer=b"2")
    Archive(db).prune(keep_runs=1)

    assert Archive(db).prune(keep_runs=1) == Pruned(0, 0, 0)


def test_more_contents_than_a_sweep_takes_at_once_all_go(db: Database) -> None:
    harvested(db, *[raw(str(number), b"old%d" % number) for number in range(1100)], answer=b"1")
    harvested(db, *[raw(str(number), b"new") for number in range(1100)], answer=b"2")

    assert Archive(db).prune(keep_runs=1).blobs == 1101
    assert contents(db) == 2


def test_keeping_no_run_at_all_is_refused(db: Database) -> None:
    with pytest.raises(ValueError, match="newest run"):
        Archive(db).prune(keep_runs=0)
