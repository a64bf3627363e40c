"""Publishing writes whole batches, numbers without a gap, and nothing that says nothing new."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import text

from config.settings import Settings
from normalize.call import Call
from store.database import Database
from store.publishing import BATCH, Published, publish
from store.reading import call_ids, events_of, get_call, last_change
from store.runs import start_run
from tests.calls import DAY, call, deadline
from tests.conftest import NOW

LATER = NOW + DAY


def publish_all(db: Database, calls: list[Call], *, seen: bool = True) -> Published:
    return publish(db, start_run(db, "xx_test", LATER), "xx_test", calls, LATER, seen=seen)


def numbers(db: Database) -> list[int]:
    """Return every number given, to rows and to events, in order."""
    query = text("SELECT change_number FROM call UNION ALL SELECT number FROM event ORDER BY 1")
    with db.read() as session:
        return list(session.execute(query).scalars())


def counter(db: Database) -> int:
    with db.read() as session:
        return int(session.execute(text("SELECT value FROM counter")).scalar_one())


@pytest.mark.parametrize("statement", ["INSERT INTO call", "INSERT INTO event", "UPDATE counter"])
def test_a_kill_before_the_commit_leaves_only_the_batches_before(
    db: Database, settings: Settings, statement: str
) -> None:
    environment = os.environ | {
        "PORTAL_DATA_DIR": str(settings.data_dir),
        "PORTAL_DATABASE_URL": settings.database,
    }
    command = [sys.executable, "-m", "tests.store.killed_publisher", "700", statement, "3"]

    died = subprocess.run(command, env=environment, timeout=60, check=False)

    assert died.returncode == -signal.SIGKILL
    assert len(call_ids(db)) == 2 * BATCH
    assert numbers(db) == list(range(1, 4 * BATCH + 1))
    assert counter(db) == 4 * BATCH


def test_a_second_run_completes_what_a_killed_one_began(db: Database) -> None:
    calls = [call(f"{number:05}") for number in range(450)]
    publish_all(db, calls[:BATCH])

    assert publish_all(db, calls) == Published(new=250, changed=0, unchanged=200, events=250)
    assert numbers(db) == list(range(1, 901))


def test_a_second_publish_touches_nothing_but_last_seen(db: Database) -> None:
    publish_all(db, [call(1), call(2)])
    rows = text(
        "SELECT id, document, content_hash, change_number, changed_at, revision FROM call ORDER BY id"
    )
    with db.read() as session:
        before = session.execute(rows).all()

    publish_all(db, [call(2), call(1)])

    with db.read() as session:
        assert session.execute(rows).all() == before
    assert counter(db) == 4


def test_white_space_alone_writes_nothing(db: Database) -> None:
    publish_all(db, [call(1, description="<p>Wind and sun</p>")])

    assert publish_all(db, [call(1, description="<p>Wind  and\r\nsun</p>\n")]).unchanged == 1


def test_markup_alone_is_a_change_to_index_but_no_event(db: Database) -> None:
    publish_all(db, [call(1, description="<p>Wind</p>")])

    assert publish_all(db, [call(1, description="<p><b>Wind</b></p>")]) == Published(0, 1, 0, 0)


def test_a_call_from_the_archive_was_not_seen_just_now(db: Database) -> None:
    run_id = start_run(db, "xx_test", NOW)
    publish(db, run_id, "xx_test", [call(1), call(2)], NOW)

    publish_all(db, [call(1), call(2, title="Read better now")], seen=False)

    assert [get_call(db, f"xx_test:{number}") for number in (1, 2)] == [
        call(1, first_seen_at=NOW, last_seen_at=NOW, changed_at=NOW, revision=1),
        call(2, title="Read better now", first_seen_at=NOW, last_seen_at=NOW, changed_at=LATER, revision=2),
    ]


def test_of_two_calls_with_one_id_the_later_wins(db: Database) -> None:
    result = publish_all(db, [call(1, title="First"), call(1, title="Second")])

    stored = get_call(db, "xx_test:1")
    assert result.new == 1
    assert stored is not None
    assert stored.title == "Second"


def test_a_call_absent_from_a_run_stays(db: Database) -> None:
    publish_all(db, [call(1), call(2)])

    publish_all(db, [call(2)])

    assert call_ids(db) == {"xx_test:1", "xx_test:2"}
    assert [event.kind for event in events_of(db, "xx_test:1")] == ["new"]


def test_what_a_publisher_says_of_life_is_not_believed(db: Database) -> None:
    publish_all(db, [call(1, first_seen_at=NOW - 99 * DAY, revision=99)])

    stored = get_call(db, "xx_test:1")
    assert stored is not None
    assert (stored.first_seen_at, stored.revision) == (LATER, 1)


def test_each_event_has_its_own_number_above_its_rows(db: Database) -> None:
    publish_all(db, [call(1)])

    publish_all(db, [call(1, title="Another", deadlines=(deadline(NOW + timedelta(days=400)),))])

    assert last_change(db) == 3
    assert [(event.number, event.kind) for event in events_of(db, "xx_test:1")] == [
        (2, "new"),
        (4, "deadline_extended"),
        (5, "text_changed"),
    ]
