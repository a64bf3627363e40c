"""Crawls and a pruning write to the archive at once: each order that could harm, step by step."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from normalize.record import RawRecord
from store.archive import Archive, Pruned
from store.database import Database
from store.runs import start_run
from tests.conftest import NOW

LOW, HIGH = sorted((b"one", b"two"), key=lambda body: sha256(body).hexdigest())
ADD_CONTENT = "INSERT INTO blob (hash, size_bytes, body) VALUES (:hash, 1, :body) ON CONFLICT DO NOTHING"
ADD_ANSWER = (
    "INSERT INTO answer (run_id, url, status, media_type, fetched_at, blob_hash) "
    "VALUES (:run_id, '', 200, '', '2026-11-24 13:00:00', :hash)"
)


def raw(native_id: str, payload: bytes) -> RawRecord:
    return RawRecord("xx_test", native_id, "https://agency.example", NOW, "text/html", payload)


def digest(body: bytes) -> str:
    return sha256(body).hexdigest()


def add_content(session: Session, body: bytes) -> None:
    session.execute(text(ADD_CONTENT), {"hash": digest(body), "body": b"x"})


def until_waiting(db: Database, other: Future[Any]) -> None:
    """Return once the other transaction waits for ours, or is through.

    On SQLite it waits before its first statement, so there is nothing to see.
    """
    until = time.monotonic() + 20
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    while not db.is_sqlite and not other.done() and time.monotonic() < until:
        with db.engine.connect() as connection:
            if connection.execute(waits).scalar_one():
                return


def test_two_crawls_with_the_same_contents_do_not_wait_for_each_other(db: Database) -> None:
    run_id = start_run(db, "xx_test", NOW)
    # In the other order than the contents of the crawl beside it are added.
    records = [raw("1", HIGH), raw("2", LOW)]

    with ThreadPoolExecutor(1) as pool, db.write() as session:
        add_content(session, LOW)
        beside = pool.submit(Archive(db).add_records, run_id, records)
        until_waiting(db, beside)
        add_content(session, HIGH)

    assert beside.exception() is None
    with db.read() as session:
        assert session.execute(text("SELECT count(*) FROM raw_record")).scalar_one() == 2


def test_pruning_takes_no_content_from_under_a_crawl(db: Database) -> None:
    run_id = start_run(db, "xx_test", NOW)
    with db.write() as session:
        add_content(session, LOW)  # nobody uses it yet

    with ThreadPoolExecutor(1) as pool, db.write() as session:
        add_content(session, LOW)  # found there
        pruning = pool.submit(Archive(db).prune, 1)
        until_waiting(db, pruning)
        session.execute(text(ADD_ANSWER), {"run_id": run_id, "hash": digest(LOW)})
        session.commit()
        pruned = pruning.result(timeout=60)

    assert pruned == Pruned(0, 0, 0)
    assert Archive(db).count_answers(run_id) == 1
