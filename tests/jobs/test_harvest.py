"""The main job, end to end: real crawl processes, real server on loopback, real store and index."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from config.sources import Source, load_sources
from index.opening import open_engine
from index.query import SearchQuery
from index.sync import compare
from jobs.demo.server import SampleServer
from jobs.harvest import Harvester, RunReport
from jobs.replay import replay
from normalize.tagging import Tagger
from store.database import Database, migrate, open_database
from store.health import source_states
from store.reading import call_ids, events_of, get_call, last_change
from store.runs import rejects_of_run
from tests.conftest import NOW
from tests.sources.samples import FOLDER, SOURCES, sample_payloads

SOURCE = "fr_idf_aides"


class House:
    """One installation that harvests from a sample server."""

    def __init__(self, folder: Path, tagger: Tagger) -> None:
        self.folder, self.tagger, self.now = folder, tagger, NOW
        self.entry: dict[str, Any] = {}
        """What this house's entry says otherwise."""
        settings = Settings(data_dir=folder)
        self.db: Database = open_database(settings)
        migrate(self.db)
        self.engine = open_engine(settings)

    def harvest(
        self, records: Mapping[str, list[dict[str, Any]]] | None = None, *ids: str
    ) -> list[RunReport]:
        with SampleServer(SOURCES, FOLDER, records=records) as server:
            settings = Settings(data_dir=self.folder, sample_origin=server.origin, allow_hosts=("127.0.0.1",))
            harvester = Harvester(
                settings,
                {k: s.model_copy(update=self.entry) for k, s in served(server.origin).items()},
                self.db,
                self.engine,
                tagger=self.tagger,
                clock=lambda: self.now,
                progress=lambda *_: None,
            )
            return harvester.harvest(list(ids or [SOURCE]))


def served(origin: str) -> dict[str, Source]:
    return {name: source.served_from(origin) for name, source in load_sources(Settings().sources).items()}


@pytest.fixture
def house(tmp_path: Path, tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("PORTAL_FR_AIDES_TERRITOIRES_KEY", "sample-key")
    built = House(tmp_path, tagger)
    yield built
    built.db.close()


Change = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


def changed(change: Change) -> dict[str, list[dict[str, Any]]]:
    return {SOURCE: change(json.loads(json.dumps(sample_payloads(SOURCES[SOURCE]))))}


ONE_A_PROTOCOL = tuple({source.protocol: source.id for source in SOURCES.values()}.values())
WHOLE_WAY = tuple(
    dict.fromkeys(("eu_ft", "es_bdns", "fr_aides_territoires", "pt_portugal2030", *ONE_A_PROTOCOL))
)
"""Every protocol, and the sources whose records need most thought; that each source is crawled and read
well is shown without a harvest (tests/crawlers/test_process.py, tests/sources)."""


@pytest.mark.timeout(900)  # a dozen real crawl processes: how long they take is the machine's business
def test_every_protocol_goes_the_whole_way_and_a_second_harvest_writes_nothing(house: House) -> None:
    first = {report.source_id: report for report in house.harvest(None, *WHOLE_WAY)}
    number = last_change(house.db)
    house.now += timedelta(days=1)
    second = house.harvest(None, *ONE_A_PROTOCOL)

    assert {name: report.result for name, report in first.items()} == dict.fromkeys(WHOLE_WAY, "healthy")
    assert all(report.new == report.calls > 2 for report in first.values())
    assert [(r.new, r.changed, r.events, r.unchanged) for r in second] == [
        (0, 0, 0, first[r.source_id].calls) for r in second
    ]
    assert last_change(house.db) == number
    assert house.engine.search(SearchQuery(text="hydrogen", sector=("clean",)), now=NOW).total >= 5
    assert compare(house.db, house.engine).missing == frozenset()


def test_a_broken_record_becomes_a_reject_and_the_run_goes_on(house: House) -> None:
    (report,) = house.harvest()

    rejects = {(r.native_id, r.field, r.reason) for r in rejects_of_run(house.db, report.run_id)}
    assert report.result == "healthy"
    assert rejects == {("IDF011", "deadlines", "a day that does not exist"), ("IDF012", "title", "missing")}


def test_a_moved_deadline_is_published_as_an_event(house: House) -> None:
    def move(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [r | {"date_cloture": "2027-02-28"} if r["id_aide"] == "IDF001" else r for r in records]

    house.harvest()
    (report,) = house.harvest(changed(move))

    assert (report.new, report.changed, report.events) == (0, 1, 1)
    assert events_of(house.db, f"{SOURCE}:IDF001")[-1].kind == "deadline_extended"


def drop(key: str) -> Change:
    return lambda records: [record for record in records if record["id_aide"] != key]


def test_a_call_missed_by_healthy_runs_is_withdrawn_and_returns(house: House) -> None:
    house.harvest()
    runs = SOURCES[SOURCE].expect.withdraw_after_runs
    assert runs is not None
    for _ in range(runs):
        house.harvest(changed(drop("IDF001")))
    gone = get_call(house.db, f"{SOURCE}:IDF001")
    house.harvest()
    back = get_call(house.db, f"{SOURCE}:IDF001")

    assert gone is not None
    assert back is not None
    assert (gone.withdrawn, back.withdrawn) == (True, False)
    assert [event.kind for event in events_of(house.db, f"{SOURCE}:IDF001")] == [
        "new",
        "withdrawn",
        "returned",
    ]


def test_an_unhealthy_run_withdraws_nothing(house: House) -> None:
    house.harvest()
    for _ in range(5):
        house.harvest(changed(lambda _records: []))

    assert [event.kind for event in events_of(house.db, f"{SOURCE}:IDF001")] == ["new"]


def test_a_rejected_record_is_not_missed(house: House) -> None:
    def spoil(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [r | {"date_cloture": "soon"} if r["id_aide"] == "IDF001" else r for r in records]

    house.harvest()
    for _ in range(5):
        house.harvest(changed(spoil))

    assert [event.kind for event in events_of(house.db, f"{SOURCE}:IDF001")] == ["new"]


def test_half_the_list_gone_at_once_is_no_healthy_run(house: House) -> None:
    house.harvest()

    (report,) = house.harvest(changed(lambda records: records[: len(records) // 2]))

    assert report.result == "unhealthy"
    assert report.problems == ("6 calls, the last healthy run had 11: too many gone at once",)


def test_a_change_of_ours_is_told_as_ours(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.harvest()
    monkeypatch.setitem(house.entry, "deadline_hour", "16:00")

    house.harvest(
        changed(
            lambda records: [
                r | {"objectif": "<p>New.</p>"} if r["id_aide"] == "IDF001" else r for r in records
            ]
        )
    )

    told = {(event.kind, event.cause) for event in events_of(house.db, f"{SOURCE}:IDF001")[1:]}
    assert ("deadline_shortened", "parser") in told
    assert ("text_changed", "source") in told


def without_key(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record whose key moved to another name."""
    return {**record, "ident": record["id_aide"], "id_aide": None, "reference_administrative": None}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda records: [], "not one record came"),
        (lambda records: [without_key(r) for r in records],
         "records have no native id: was its field renamed?"),
        (lambda records: [r | {"date_cloture": "soon"} for r in records], "of the records rejected"),
    ],
    ids=["an empty list", "a renamed key", "dates of another form"],
)  # fmt: skip
def test_a_source_that_broke_publishes_nothing_and_says_so(house: House, change: Change, words: str) -> None:
    house.harvest()
    before, number = call_ids(house.db), last_change(house.db)

    (report,) = house.harvest(changed(change))

    assert report.result == "unhealthy"
    assert any(words in problem for problem in report.problems), report.problems
    assert (call_ids(house.db), last_change(house.db)) == (before, number)
    state = next(s for s in source_states(SOURCES, house.db, house.now) if s.source_id == SOURCE)
    assert state.health == "unhealthy"
    assert "showing the data of 2026-11-24" in state.words


def test_a_crawl_that_cannot_start_is_a_crash_not_an_empty_list(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.harvest()
    before = call_ids(house.db)
    monkeypatch.setattr("sys.executable", "/bin/false")

    (report,) = house.harvest()

    assert report.result == "crashed"
    assert call_ids(house.db) == before


def test_a_replay_reads_the_archive_and_a_dry_run_writes_nothing(house: House) -> None:
    house.harvest()
    source = served("http://127.0.0.1:9")[SOURCE]
    hourly = replace_hour(source, "16:00")

    dry = replay(house.db, hourly, now=NOW, tagger=house.tagger, dry_run=True)
    untouched = get_call(house.db, f"{SOURCE}:IDF001")
    wet = replay(house.db, hourly, now=NOW, tagger=house.tagger, dry_run=False)
    moved = get_call(house.db, f"{SOURCE}:IDF001")

    assert (dry.records, dry.calls, dry.rejected, dry.published) == (13, 11, 2, False)
    assert untouched is not None
    assert untouched.deadlines[0].at is not None
    assert untouched.deadlines[0].at.hour == 22
    assert (wet.published, wet.problems) == (True, ())
    assert moved is not None
    assert moved.deadlines[0].at is not None
    assert moved.deadlines[0].at.hour == 15


def test_a_replay_of_nothing_says_so(house: House) -> None:
    report = replay(house.db, SOURCES[SOURCE], now=NOW, tagger=house.tagger, dry_run=False)

    assert report.problems == ("nothing in the archive",)


def replace_hour(source: Source, hour: str) -> Source:
    return source.model_copy(update={"deadline_hour": hour})
