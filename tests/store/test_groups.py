"""Groups are kept, shown with their reasons, and stay undone once staff undid them."""

import pytest

from normalize.call import Call
from store.database import Database
from store.groups import all_groups, group_of, groups_of, put_together_again, regroup, take_out, undo_group
from store.publishing import publish
from store.reading import changed_since, events_of, get_call, last_change
from store.runs import start_run
from tests.conftest import NOW
from tests.normalize.test_duplicates import SOLAR, a_call

IDS = ["es_aa:1", "es_bb:1", "es_cc:1"]


def store(db: Database, *calls: Call) -> None:
    for call in calls:
        publish(db, start_run(db, call.source_id, NOW), call.source_id, [call], NOW)


@pytest.fixture
def grouped(db: Database) -> Database:
    store(
        db, *(a_call(call_id, SOLAR) for call_id in IDS), a_call("es_dd:1", "Otra cosa muy distinta de todas")
    )
    regroup(db)
    return db


def test_a_group_says_who_leads_and_why_each_belongs(grouped: Database) -> None:
    group = group_of(grouped, "es_bb:1")

    assert group is not None
    assert sorted(member.call_id for member in group.members) == IDS
    assert group.members[0].call_id == group.lead_id == group.group_id
    assert {member.reason for member in group.members} == {"same title and deadline 2027-03-01"}
    assert {member.source_id for member in group.members} == {"es_aa", "es_bb", "es_cc"}
    assert group_of(grouped, "es_dd:1") is None
    assert all_groups(grouped) == [group]
    assert groups_of(grouped, [*IDS, "es_dd:1"]) == dict.fromkeys(IDS, group)


def test_the_index_hears_of_it_and_nobody_else(db: Database) -> None:
    store(db, *(a_call(call_id, SOLAR) for call_id in IDS))
    number = last_change(db)

    found = regroup(db)

    assert (found.groups, found.calls, found.changed) == (1, 3, 3)
    assert {call.id for _number, call in changed_since(db, number, 10)} == set(IDS)
    call = get_call(db, "es_aa:1")
    assert call is not None
    assert call.group_id in IDS
    assert (call.revision, [event.kind for event in events_of(db, "es_aa:1")]) == (1, ["new"])


def test_looking_again_writes_nothing(grouped: Database) -> None:
    number = last_change(grouped)

    assert regroup(grouped).changed == 0
    assert last_change(grouped) == number


def test_the_next_harvest_leaves_the_group_alone(grouped: Database) -> None:
    number = last_change(grouped)

    store(grouped, a_call("es_aa:1", SOLAR))

    assert last_change(grouped) == number
    assert group_of(grouped, "es_aa:1") is not None


def test_an_undone_group_stays_undone(grouped: Database) -> None:
    (group,) = all_groups(grouped)

    assert (
        undo_group(grouped, group.group_id, by="ana@cluster.example", reason="three towns", now=NOW) == group
    )
    assert all_groups(grouped) == []
    assert regroup(grouped).groups == 0
    assert undo_group(grouped, group.group_id, by="ana@cluster.example", reason="again", now=NOW) is None


def test_one_call_is_taken_out_and_the_others_stay(grouped: Database) -> None:
    take_out(grouped, "es_aa:1", by="ana@cluster.example", reason="another town", now=NOW)
    regroup(grouped)

    (group,) = all_groups(grouped)
    assert sorted(member.call_id for member in group.members) == ["es_bb:1", "es_cc:1"]
    assert group_of(grouped, "es_aa:1") is None


def test_staff_can_change_their_mind(grouped: Database) -> None:
    undo_group(grouped, all_groups(grouped)[0].group_id, by="ana@cluster.example", reason="no", now=NOW)

    assert put_together_again(grouped, IDS) == 3
    assert regroup(grouped).groups == 1


def test_a_group_ends_when_its_calls_differ(grouped: Database) -> None:
    store(grouped, a_call("es_aa:1", "Un título que ya no tiene nada que ver"))
    regroup(grouped)

    assert group_of(grouped, "es_aa:1") is None
    assert group_of(grouped, "es_bb:1") is not None
