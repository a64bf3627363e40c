"""Milestones of a call that really was published, changed and published again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import Settings
from normalize.call import Call, Deadline
from portal_api.milestones import Milestone, milestones_of
from store.database import Database, migrate, open_database
from store.publishing import publish
from store.reading import events_of, get_call
from store.runs import start_run
from tests.calls import call, deadline
from tests.chance import examples
from tests.conftest import NOW

ZONE = "Europe/Brussels"


def on(day: int, month: int = 3, **changes: Any) -> Deadline:  # noqa: ANN401 - any field's value
    return deadline(datetime(2027, month, day, 16, tzinfo=UTC), **changes)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    database = open_database(Settings(data_dir=tmp_path))
    migrate(database)
    return database


def after(db: Database, *versions: Sequence[Deadline] | Call) -> list[list[Milestone]]:
    """Publish versions of a call one after the other; return its milestones after each."""
    seen = []
    for version in versions:
        one = version if isinstance(version, Call) else call(1, deadlines=tuple(version))
        publish(db, start_run(db, "xx_test", NOW), "xx_test", [one], NOW)
        stored = get_call(db, one.id)
        assert stored
        seen.append(milestones_of(stored, events_of(db, one.id), ZONE))
    return seen


def uids(milestones: Sequence[Milestone], *, cancelled: bool = False) -> list[str]:
    return [milestone.uid for milestone in milestones if milestone.cancelled == cancelled]


def test_a_deadline_keeps_its_name_however_often_it_moves(db: Database) -> None:
    versions = after(db, [on(1)], [on(9)], [on(20, 5)], [on(2)])

    assert len({milestone.uid for version in versions for milestone in version}) == 1
    assert [version[0].day.isoformat() for version in versions] == [
        "2027-03-01", "2027-03-09", "2027-05-20", "2027-03-02",
    ]  # fmt: skip


def test_a_cut_off_keeps_its_name_when_an_earlier_one_goes(db: Database) -> None:
    first, second = on(1, kind="cut_off"), on(1, 6, kind="cut_off")

    before, later = after(db, [first, second], [second])

    assert uids(later) == uids(before)[1:]
    assert uids(later, cancelled=True) == uids(before)[:1]


def test_a_deadline_that_is_new_has_a_name_of_its_own(db: Database) -> None:
    before, later = after(db, [on(1, kind="cut_off")], [on(1, kind="cut_off"), on(1, 6, kind="cut_off")])

    assert uids(later)[0] == uids(before)[0]
    assert len(set(uids(later))) == 2


def test_a_deadline_that_comes_back_is_the_same_again(db: Database) -> None:
    first, second = on(1, kind="cut_off"), on(1, 6, kind="cut_off")

    before, gone, back = after(db, [first, second], [first], [first, second])

    assert uids(gone, cancelled=True) == uids(before)[1:]
    assert uids(back) == uids(before)
    assert uids(back, cancelled=True) == []


def test_a_deadline_replaced_by_no_end_is_cancelled(db: Database) -> None:
    before, later = after(db, [on(1)], [deadline(None, kind="continuous", precision="day")])

    assert uids(later, cancelled=True) == uids(before)
    assert later[0].day.isoformat() == "2027-03-01"


def test_everything_of_a_withdrawn_call_is_cancelled(db: Database) -> None:
    opening = datetime(2027, 1, 31, 23, tzinfo=UTC)
    listed = call(1, opens_at=opening)

    before, later = after(db, listed, listed.model_copy(update={"withdrawn": True}))

    assert [one.uid for one in later] == uids(before) == uids(later, cancelled=True)


def test_an_opening_at_midnight_is_a_day_and_any_other_a_moment() -> None:
    midnight = call(1, opens_at=datetime(2027, 1, 31, 23, tzinfo=UTC))
    morning = call(1, opens_at=datetime(2027, 2, 1, 8, tzinfo=UTC))

    opens, begins = milestones_of(midnight, (), ZONE)[0], milestones_of(morning, (), ZONE)[0]

    assert (opens.day.isoformat(), opens.at) == ("2027-02-01", None)
    assert (begins.uid, begins.at) == (opens.uid, morning.opens_at)


def test_no_hour_is_claimed_that_nobody_stated() -> None:
    (milestone,) = milestones_of(call(1, deadlines=(on(1, precision="day"),)), (), ZONE)

    assert (milestone.at, milestone.day.isoformat()) == (None, "2027-03-01")


days = st.lists(st.integers(1, 28).map(lambda day: on(day, kind="cut_off")), min_size=1, max_size=4)


@given(versions=st.lists(days, min_size=1, max_size=5))
@settings(max_examples=examples(40))
def test_names_are_never_shared_and_never_lost(
    versions: list[list[Deadline]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    db = open_database(Settings(data_dir=tmp_path_factory.mktemp("milestones")))
    migrate(db)

    known: set[str] = set()
    for seen, version in zip(after(db, *versions), versions, strict=True):
        named = [milestone.uid for milestone in seen]
        assert len(named) == len(set(named))
        assert known <= set(named), "a calendar that knew it is never told"
        known = set(named)
        shown = {milestone.at for milestone in seen if not milestone.cancelled}
        assert shown == {one.at for one in version}
    db.close()
