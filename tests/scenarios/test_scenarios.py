"""Whatever a source does, the last good data stays, and the run says what is wrong."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.sources import Source
from jobs.demo.server import LoopbackServer
from normalize.tagging import Tagger
from store.reading import call_ids, events_of, get_call, last_change
from tests.scenarios.agency import Reply, entry, feed_entry, pages, records
from tests.scenarios.house import AgencyHouse
from tests.scenarios.spoiled import SPOILED, SPOILED_FEEDS, Spoiled, feed

Made = Callable[[str], Source]


def harvested(house: AgencyHouse, made: Made, reply: Reply, **how: bool) -> tuple[str, tuple[str, ...]]:
    """Harvest from a server that answers so; return result and problems."""
    with LoopbackServer(reply) as server:
        # The agency's name is allowed, its address is not: a redirect to 127.0.0.1 leads into private space.
        report = house.harvest(made(server.origin.replace("127.0.0.1", "localhost")), **how)
    assert report is not None
    return report.result, report.problems


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory, tagger: Tagger) -> Path:
    """A data folder in which both sources were harvested on a good day."""
    folder = tmp_path_factory.mktemp("good")
    house = AgencyHouse(folder, tagger, ("localhost",))
    assert harvested(house, entry, pages(records())) == ("healthy", ())
    assert harvested(house, feed_entry, feed()) == ("healthy", ())
    house.db.close()
    return folder


@pytest.fixture
def house(good: Path, tmp_path: Path, tagger: Tagger) -> Iterator[AgencyHouse]:
    made = AgencyHouse(Path(shutil.copytree(good, tmp_path / "var")), tagger, ("localhost",))
    yield made
    made.db.close()


@pytest.mark.parametrize(
    ("spoiled", "made"),
    [*((one, entry) for one in SPOILED), *((one, feed_entry) for one in SPOILED_FEEDS)],
    ids=[one.name for one in (*SPOILED, *SPOILED_FEEDS)],
)
def test_the_last_good_data_stays_and_the_run_says_why(
    house: AgencyHouse, spoiled: Spoiled, made: Made
) -> None:
    before, number = call_ids(house.db), last_change(house.db)

    result, problems = harvested(house, made, spoiled.reply())

    assert (call_ids(house.db), last_change(house.db)) == (before, number)
    said = "; ".join(problems)
    assert (result, bool(said)) == (("unhealthy", True) if spoiled.words else ("healthy", False)), said
    assert spoiled.words in said
    state = house.state(made("http://agency.example"))
    assert state.health == result
    if spoiled.words:
        assert spoiled.words in state.words
        assert "showing the data of 2026-11-2" in state.words


def test_after_a_bad_night_the_next_good_one_is_healthy(house: AgencyHouse) -> None:
    number = last_change(house.db)
    for spoiled in SPOILED[2:6]:
        harvested(house, entry, spoiled.reply())

    assert harvested(house, entry, pages(records())) == ("healthy", ())
    assert last_change(house.db) == number


def test_a_shorter_list_that_is_right_is_accepted_by_a_person(house: AgencyHouse) -> None:
    half = pages(records()[:20])

    assert harvested(house, entry, half)[0] == "unhealthy"
    assert harvested(house, entry, half, accept=True) == ("healthy", ())
    assert harvested(house, entry, half) == ("healthy", ())


def test_a_call_that_is_gone_is_withdrawn_after_two_good_nights_and_returns(house: AgencyHouse) -> None:
    without = pages(records()[1:])

    harvested(house, entry, without)
    harvested(house, entry, SPOILED[2].reply())
    first = get_call(house.db, "xx_agency:C-001")
    harvested(house, entry, without)
    second = get_call(house.db, "xx_agency:C-001")
    harvested(house, entry, pages(records()))

    assert first is not None
    assert second is not None
    assert (first.withdrawn, second.withdrawn) == (False, True)
    kinds = [(event.kind, event.cause) for event in events_of(house.db, "xx_agency:C-001")]
    assert kinds == [("new", "source"), ("withdrawn", "source"), ("returned", "source")]


def test_one_new_word_is_named_and_stops_nothing(house: AgencyHouse) -> None:
    odd = [record | ({"who": "Start-up"} if record["id"] == "C-007" else {}) for record in records()]

    assert harvested(house, entry, pages(odd)) == ("healthy", ())
    (note,) = house.state(entry("http://agency.example")).notes
    assert note.startswith("words its lookups do not know: applicants 'Start-up' (1)")


def test_a_source_seen_only_in_code_is_unproven_until_its_first_healthy_live_run(
    tmp_path: Path, tagger: Tagger
) -> None:
    house = AgencyHouse(tmp_path, tagger, ("localhost",))
    source = entry("http://agency.example")

    assert not house.state(source).proven
    harvested(house, entry, SPOILED[2].reply())
    assert not house.state(source).proven
    harvested(house, entry, pages(records()))
    assert house.state(source).proven
    house.db.close()


def test_a_recheck_tells_of_a_moved_deadline_and_withdraws_nothing(house: AgencyHouse) -> None:
    moved = [
        record | ({"closes": "2027-03-20"} if record["id"] == "C-002" else {}) for record in records()[1:]
    ]
    source = entry("http://agency.example")
    assert house.harvest(source, recheck=True) is None, "nothing closes within 14 days: nothing is asked"

    house.now = datetime(2027, 2, 20, 12, tzinfo=UTC)
    assert harvested(house, entry, pages(moved), recheck=True) == ("healthy", ())
    assert harvested(house, entry, pages(moved), recheck=True) == ("healthy", ())
    assert harvested(house, entry, SPOILED[2].reply(), recheck=True)[0] == "unhealthy"

    (event,) = [event for event in events_of(house.db, "xx_agency:C-002") if event.kind != "new"]
    assert (event.kind, event.old["at"][:10], event.new["at"][:10]) == (
        "deadline_extended",
        "2027-03-03",
        "2027-03-20",
    )
    gone = get_call(house.db, "xx_agency:C-001")
    assert gone is not None
    assert not gone.withdrawn
    assert house.state(source).health == "stale", "only a full run says how the source is"


def test_a_source_that_publishes_nothing_new_for_long_is_called_silent(house: AgencyHouse) -> None:
    source = entry("http://agency.example")
    seldom = source.model_copy(update={"expect": source.expect.model_copy(update={"max_silence_days": 5})})
    for _night in range(7):
        harvested(house, entry, pages(records()))

    assert house.state(source).health == "healthy"
    state = house.state(seldom)
    assert state.health == "stale"
    assert state.words.startswith("silent: nothing new since 2026-11-25 (")
