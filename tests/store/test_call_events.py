from datetime import timedelta

from store.call_events import call_stamps, count_calls, events_of_calls, last_events
from store.database import Database
from store.publishing import publish
from store.runs import start_run
from tests.calls import call, deadline
from tests.conftest import NOW

LATER = NOW + timedelta(days=1)


def published(db: Database, *numbers: int, later: bool = False, **changes: object) -> None:
    now = LATER if later else NOW
    run_id = start_run(db, "xx_test", now)
    publish(db, run_id, "xx_test", [call(number, **changes) for number in numbers], now)


def test_the_call_that_changed_last_comes_first(db: Database) -> None:
    published(db, 1, 2, 3)
    published(db, 2, later=True, title="Another")

    first, *others = last_events(db)

    assert (first.call_id, first.at) == ("xx_test:2", LATER)
    assert {(event.call_id, event.at) for event in others} == {("xx_test:1", NOW), ("xx_test:3", NOW)}
    assert [event.call_id for event in last_events(db, ["xx_test:1", "xx_test:9"])] == ["xx_test:1"]
    assert last_events(db, []) == []


def test_a_change_without_an_event_moves_nothing(db: Database) -> None:
    published(db, 1, 2)
    before = last_events(db)

    published(db, 1, later=True, keywords=("jitter",))

    assert last_events(db) == before


def test_events_of_many_calls_are_read_at_once(db: Database) -> None:
    published(db, *range(1200))
    published(db, 7, later=True, deadlines=(deadline(LATER),))

    found = events_of_calls(db, [f"xx_test:{number}" for number in range(1300)])

    assert len(found) == 1200
    assert [event.kind for event in found["xx_test:7"]] == ["new", "deadline_shortened"]
    assert len(last_events(db, list(found))) == 1200


def test_stamps_are_read_page_by_page(db: Database) -> None:
    published(db, *range(5))
    published(db, 4, later=True, title="Another")

    pages = [call_stamps(db, offset=offset, limit=2) for offset in (0, 2, 4, 6)]

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert pages[2] == [("xx_test:4", LATER)]
    assert count_calls(db) == 5
