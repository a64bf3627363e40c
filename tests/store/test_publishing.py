"""Publishing: numbers in order, events that mean something, nothing written twice."""

import multiprocessing
import os
import signal
import time
from datetime import timedelta

import pytest

from config.settings import Settings
from store.database import Database, open_database
from store.publishing import Published, publish
from store.reading import (
    call_ids,
    changed_since,
    count_by_source,
    events_of,
    get_call,
    get_calls,
    iter_calls,
    last_change,
)
from store.runs import start_run
from tests.calls import DAY, call, deadline, euros
from tests.conftest import NOW

LATER = NOW + timedelta(hours=24)


def published(db: Database, *calls: object, at: object = NOW) -> Published:
    run_id = start_run(db, "xx_test", NOW)
    return publish(db, run_id, "xx_test", list(calls), at)  # type: ignore[arg-type]  # calls of tests.calls


def test_a_new_call_is_read_back_with_its_life(db: Database) -> None:
    result = published(db, call(1))

    stored = get_call(db, "xx_test:1")
    assert result == Published(new=1, changed=0, unchanged=0, events=1)
    assert stored is not None
    assert (stored.first_seen_at, stored.last_seen_at, stored.changed_at, stored.revision) == (
        NOW,
        NOW,
        NOW,
        1,
    )
    assert stored.deadlines == call(1).deadlines
    assert [event.kind for event in events_of(db, "xx_test:1")] == ["new"]


def test_a_second_harvest_with_nothing_new_writes_no_number_and_no_event(db: Database) -> None:
    published(db, call(1), call(2))
    before = last_change(db)

    result = published(db, call(1), call(2), at=LATER)

    assert result == Published(new=0, changed=0, unchanged=2, events=0)
    assert last_change(db) == before
    stored = get_call(db, "xx_test:1")
    assert stored is not None
    assert (stored.last_seen_at, stored.changed_at, stored.revision) == (LATER, NOW, 1)


def test_the_order_of_keywords_is_no_change(db: Database) -> None:
    published(db, call(1, keywords=("wind", "sun")))

    assert published(db, call(1, keywords=("sun", "wind"))).unchanged == 1


def test_a_moved_deadline_makes_its_event_with_both_values(db: Database) -> None:
    published(db, call(1, deadlines=(deadline(NOW + 10 * DAY),)))

    result = published(db, call(1, deadlines=(deadline(NOW + 24 * DAY),)), at=LATER)

    event = events_of(db, "xx_test:1")[-1]
    assert result == Published(new=0, changed=1, unchanged=0, events=1)
    assert event.kind == "deadline_extended"
    assert (event.old["at"], event.new["at"]) == ("2026-12-04T13:00:00Z", "2026-12-18T13:00:00Z")


def test_retagging_is_a_change_to_index_but_no_event(db: Database) -> None:
    published(db, call(1, taxonomy_version="1"))
    before = last_change(db)

    result = published(db, call(1, taxonomy_version="2"))

    assert (result.changed, result.events) == (1, 0)
    assert last_change(db) > before


def test_followers_read_each_change_once_in_order(db: Database) -> None:
    published(db, *[call(number) for number in range(450)])
    cursor, seen = 0, []
    while batch := changed_since(db, cursor, 100):
        cursor = batch[-1][0]
        seen += [found.id for _, found in batch]
    published(db, call(7, budget_total=euros("100")))

    assert len(seen) == len(set(seen)) == 450
    assert [found.id for _, found in changed_since(db, cursor, 100)] == ["xx_test:7"]


def test_calls_are_read_in_the_order_asked_and_all_of_them(db: Database) -> None:
    published(db, *[call(number) for number in range(3)])

    assert [found.native_id for found in get_calls(db, ["xx_test:2", "nope", "xx_test:0"])] == ["2", "0"]
    assert (
        {found.id for found in iter_calls(db)} == call_ids(db) == {f"xx_test:{number}" for number in range(3)}
    )
    assert count_by_source(db) == {"xx_test": 3}


def test_a_call_of_another_source_is_refused(db: Database) -> None:
    with pytest.raises(ValueError, match="yy_other:1 is no call of xx_test"):
        published(db, call(1, id="yy_other:1", source_id="yy_other"))


def _publish_many(settings: Settings, first: int, count: int) -> None:
    db = open_database(settings)
    run_id = start_run(db, f"xx_{first}", NOW)
    calls = [call(number, source_id=f"xx_{first}") for number in range(first, first + count)]
    publish(db, run_id, f"xx_{first}", calls, NOW)
    db.close()


def test_a_follower_misses_nothing_while_two_processes_publish(db: Database, settings: Settings) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_publish_many, args=(settings, first, 600)) for first in (0, 10_000)]
    for writer in writers:
        writer.start()
    cursor, seen = 0, []
    while any(writer.is_alive() for writer in writers):
        for number, found in changed_since(db, cursor, 50):
            cursor = number
            seen.append(found.id)
    for writer in writers:
        writer.join()
    seen += [found.id for _, found in changed_since(db, cursor, 5_000)]

    assert [writer.exitcode for writer in writers] == [0, 0]
    assert len(seen) == len(set(seen)) == 1_200


def test_a_kill_leaves_whole_batches_and_a_second_run_completes(db: Database, settings: Settings) -> None:
    spawn = multiprocessing.get_context("spawn")
    writer = spawn.Process(target=_publish_many, args=(settings, 0, 20_000))
    writer.start()
    until = time.monotonic() + 60
    while not last_change(db) and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(writer.pid or 0, signal.SIGKILL)
    writer.join()

    kept = len(call_ids(db))
    _publish_many(settings, 0, 1_000)

    assert kept % 200 == 0
    assert len(call_ids(db)) == max(kept, 1_000)
