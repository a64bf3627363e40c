"""A call that is listed no more is withdrawn late, and comes back as itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from normalize.call import Call
from normalize.corrections import Override
from store.absence import note_absent
from store.corrections import correct
from store.database import Database
from store.publishing import publish
from store.reading import events_of, get_call
from store.runs import start_run
from tests.calls import DAY, call, deadline
from tests.conftest import NOW


def run(db: Database, *calls: Call, after_runs: int = 2, now: datetime = NOW) -> int:
    """Publish a healthy full run; return how many calls it withdrew."""
    run_id = start_run(db, "xx_test", now)
    publish(db, run_id, "xx_test", calls, now)
    listed = {one.native_id for one in calls}
    return note_absent(db, run_id, "xx_test", listed, after_runs=after_runs, now=now)


def kinds(db: Database, number: int = 1) -> list[str]:
    return [event.kind for event in events_of(db, f"xx_test:{number}")]


def is_withdrawn(db: Database, number: int = 1) -> bool:
    found = get_call(db, f"xx_test:{number}")
    assert found is not None
    return found.withdrawn


def test_a_call_is_withdrawn_after_as_many_runs_as_the_entry_says(db: Database) -> None:
    run(db, call(1), call(2))

    assert run(db, call(2)) == 0
    assert not is_withdrawn(db)
    assert run(db, call(2)) == 1
    assert is_withdrawn(db)
    assert kinds(db) == ["new", "withdrawn"]
    assert kinds(db, 2) == ["new"]


def test_it_is_withdrawn_once(db: Database) -> None:
    run(db, call(1), call(2))

    assert [run(db, call(2)) for _ in range(4)] == [0, 1, 0, 0]


def test_being_listed_in_between_starts_the_count_anew(db: Database) -> None:
    run(db, call(1), call(2))
    run(db, call(2))
    run(db, call(1), call(2))

    assert run(db, call(2)) == 0


def test_it_comes_back_under_its_id_with_its_history(db: Database) -> None:
    run(db, call(1), call(2))
    run(db, call(2))
    run(db, call(2))

    run(db, call(1), call(2))

    assert not is_withdrawn(db)
    assert kinds(db) == ["new", "withdrawn", "returned"]


def test_what_changed_while_it_was_away_is_told_too(db: Database) -> None:
    run(db, call(1), call(2))
    run(db, call(2))
    run(db, call(2))

    run(db, call(1, deadlines=(deadline(datetime.fromisoformat("2027-04-01T16:00Z")),)), call(2))

    assert kinds(db) == ["new", "withdrawn", "returned", "deadline_extended"]


def test_a_call_whose_deadline_is_over_is_closed_not_withdrawn(db: Database) -> None:
    run(db, call(1, deadlines=(deadline(NOW - DAY),)), call(2))

    assert [run(db, call(2)) for _ in range(3)] == [0, 0, 0]
    assert kinds(db) == ["new"]


def test_a_call_of_another_source_is_not_missed(db: Database) -> None:
    run_id = start_run(db, "yy_other", NOW)
    other = call(1, id="yy_other:1", source_id="yy_other")
    publish(db, run_id, "yy_other", [other], NOW)

    run(db, call(2), after_runs=1)

    assert [event.kind for event in events_of(db, "yy_other:1")] == ["new"]


def test_a_replay_does_not_bring_it_back(db: Database) -> None:
    run(db, call(1), call(2))
    run(db, call(2))
    run(db, call(2))

    publish(db, start_run(db, "xx_test", NOW), "xx_test", [call(1, title="Read otherwise")], NOW, seen=False)

    assert is_withdrawn(db)
    assert [(event.kind, event.cause) for event in events_of(db, "xx_test:1")][-1] == (
        "text_changed",
        "parser",
    )


def test_what_we_read_otherwise_is_ours_and_what_the_source_says_otherwise_is_its_own(db: Database) -> None:
    moved = (deadline(datetime.fromisoformat("2027-04-01T16:00Z")),)
    run(db, call(1, title="Read badly"))

    publish(
        db,
        start_run(db, "xx_test", NOW),
        "xx_test",
        [call(1, title="Read well", deadlines=moved)],
        NOW,
        reread=lambda ids: {call_id: call(1, title="Read well") for call_id in ids},
    )

    told = [(event.kind, event.cause) for event in events_of(db, "xx_test:1")]
    assert told == [("new", "source"), ("text_changed", "parser"), ("deadline_extended", "source")]


def test_only_calls_that_change_are_read_again(db: Database) -> None:
    run(db, call(1), call(2))
    asked: list[str] = []

    def reread(ids: Sequence[str]) -> dict[str, Call]:
        asked.extend(ids)
        return {}

    publish(
        db,
        start_run(db, "xx_test", NOW),
        "xx_test",
        [call(1), call(2, title="New"), call(3)],
        NOW,
        reread=reread,
    )

    assert asked == ["xx_test:2"]


def test_a_correction_is_no_change_of_the_parser_s(db: Database) -> None:
    run(db, call(1, title="Wrong"))
    correct(db, "xx_test:1", Override("title", "Right", "so"), by="a@b.example", areas=(), now=NOW)

    publish(
        db,
        start_run(db, "xx_test", NOW + timedelta(days=1)),
        "xx_test",
        [call(1, title="Wrong", summary="New words.")],
        NOW,
        reread=lambda ids: {call_id: call(1, title="Wrong") for call_id in ids},
    )

    last = events_of(db, "xx_test:1")[-1]
    assert (last.kind, last.cause, last.new) == ("text_changed", "source", {"summary": "New words."})
