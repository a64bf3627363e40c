"""Writing: upsert, delete, one writer, rebuild beside and swap, in step with the store."""

import multiprocessing
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.settings import Settings
from index.embedded import EmbeddedEngine
from index.engine import IndexBusy, SearchEngine, SearchUnavailable
from index.meili import MeiliEngine
from index.opening import open_engine
from index.query import FACETS, SearchQuery
from index.sync import compare, reindex, synchronise
from normalize.call import Call
from store.database import Database, migrate, open_database
from store.publishing import publish
from store.runs import start_run
from tests.calls import DAY, call, deadline
from tests.conftest import NOW
from tests.index.conftest import Fill, Place
from tests.portal_process import kill_while_indexing


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = open_database(Settings(data_dir=tmp_path))
    migrate(database)
    yield database
    database.close()


def store(db: Database, *calls: Call) -> None:
    publish(db, start_run(db, "xx_test", NOW), "xx_test", calls, NOW)


def total(engine: SearchEngine, text: str = "") -> int:
    return engine.search(SearchQuery(text=text), now=NOW).total


def test_a_call_written_again_replaces_itself(fill: Fill) -> None:
    engine = fill([call(1, title="Old words")])
    fill([call(1, title="New words")], cursor=2)

    assert (total(engine, "old"), total(engine, "new"), engine.cursor()) == (0, 1, 2)


def test_a_call_deleted_is_gone(fill: Fill, engine: SearchEngine) -> None:
    fill([call(1), call(2)])
    with engine.writer() as writer:
        writer.delete(["xx_test:1", "unknown"])
        writer.commit(cursor=3)

    assert engine.call_ids() == {"xx_test:2"}


def test_what_was_not_committed_is_dropped(engine: SearchEngine) -> None:
    with engine.writer() as writer:
        writer.upsert([call(1)], now=NOW)

    assert total(engine) == 0


def test_an_engine_opened_again_holds_what_was_committed(fill: Fill, place: Place) -> None:
    fill([call(1)], cursor=17)

    again = place.open()

    assert (total(again), again.cursor()) == (1, 17)


def _write(place: Place, started: threading.Event) -> None:
    with place.open().writer():
        started.set()
        time.sleep(60)


def test_a_second_writer_is_told_that_the_index_is_busy(
    engine: SearchEngine, db: Database, place: Place
) -> None:
    store(db, call(1))
    spawn = multiprocessing.get_context("spawn")
    started = spawn.Event()
    other = spawn.Process(target=_write, args=(place, started))
    other.start()
    assert started.wait(60)

    with pytest.raises(IndexBusy), engine.writer():
        pass
    assert synchronise(db, engine, now=NOW).state == "busy"

    other.kill()
    other.join()
    assert synchronise(db, engine, now=NOW).state == "done"
    assert total(engine) == 1


def test_the_index_follows_the_store_and_then_rests(engine: SearchEngine, db: Database) -> None:
    store(db, *[call(number) for number in range(30)])

    first = synchronise(db, engine, now=NOW, batch=7)
    second = synchronise(db, engine, now=NOW)
    store(db, call(3, title="Changed words"))
    third = synchronise(db, engine, now=NOW)

    assert (first.count, second.count, third.count) == (30, 0, 1)
    assert total(engine, "changed") == 1


def test_an_index_of_another_store_is_built_anew(engine: SearchEngine, db: Database, fill: Fill) -> None:
    fill([call("from elsewhere")], cursor=10_000)
    store(db, call(1), call(2))

    synchronise(db, engine, now=NOW)

    gap = compare(db, engine)
    assert (gap.missing, gap.extra, gap.cursor) == (frozenset(), frozenset(), gap.last_change)


def test_an_emptied_store_empties_the_index(engine: SearchEngine, db: Database, fill: Fill) -> None:
    fill([call("from elsewhere")], cursor=10_000)

    synchronise(db, engine, now=NOW)

    assert (engine.call_ids(), engine.cursor()) == (set(), 0)


def test_what_is_stale_and_left_the_store_leaves_the_index(
    engine: SearchEngine, db: Database, fill: Fill
) -> None:
    store(db, call(1))
    synchronise(db, engine, now=NOW)
    fill([call("gone", deadlines=(deadline(NOW + DAY),))], cursor=engine.cursor())

    synchronise(db, engine, now=NOW + 2 * DAY)

    assert engine.call_ids() == {"xx_test:1"}


def test_an_engine_that_is_down_leaves_the_work(db: Database, place: Place) -> None:
    store(db, call(1))
    down = place.down()

    assert synchronise(db, down, now=NOW).state == "down"
    with pytest.raises(SearchUnavailable):
        down.search(SearchQuery(text="hydrogen"), now=NOW, facets=FACETS)


def test_a_passed_cut_off_is_written_anew(engine: SearchEngine, db: Database) -> None:
    store(db, call(1, deadlines=(deadline(NOW + DAY), deadline(NOW + 9 * DAY))))
    synchronise(db, engine, now=NOW)

    later = NOW + 2 * DAY
    assert engine.stale_ids(later) == {"xx_test:1"}
    assert synchronise(db, engine, now=later).count == 1
    assert engine.stale_ids(later) == set()


def _index(place: Place) -> None:
    synchronise(open_database(Settings(data_dir=place.path)), place.open(), now=NOW, batch=50)


def test_a_kill_while_indexing_loses_nothing(db: Database, engine: SearchEngine, place: Place) -> None:
    store(db, call("first"))
    synchronise(db, engine, now=NOW)  # an empty index would be built beside, all or nothing
    store(db, call("first"), *[call(number, description="<p>word</p>" * 200) for number in range(1_500)])
    spawn = multiprocessing.get_context("spawn")
    kill_while_indexing(spawn.Process(target=_index, args=(place,)), engine)

    gap = compare(db, engine)
    synchronise(db, engine, now=NOW)
    mended = compare(db, engine)

    assert gap.missing
    assert gap.cursor < gap.last_change
    # What a server took before the kill may be there already; the cursor never says so too early.
    assert place.kind == "meilisearch" or len(gap.missing) % 50 == 0
    assert (mended.missing, mended.extra, mended.cursor) == (frozenset(), frozenset(), mended.last_change)


def test_a_rebuild_swaps_while_readers_search(engine: SearchEngine, db: Database) -> None:
    store(db, *[call(number) for number in range(200)])
    synchronise(db, engine, now=NOW)
    wrong: list[object] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                if total(engine) != 200:
                    wrong.append("a reader saw a part")
            except Exception as error:  # noqa: BLE001 - any fault of a reader is the finding
                wrong.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(5):
        assert reindex(db, engine, now=NOW) == 200
    stop.set()
    reader.join()

    assert wrong == []
    assert compare(db, engine).missing == frozenset()


def test_a_failed_rebuild_leaves_the_live_index(fill: Fill, engine: SearchEngine, place: Place) -> None:
    fill([call(1)])

    def broken() -> Iterator[Call]:
        yield call(2)
        raise KeyError("the store went away")

    with pytest.raises(KeyError):
        engine.rebuild(broken(), cursor=9, now=NOW)

    assert engine.call_ids() == {"xx_test:1"}
    if place.kind == "embedded":
        assert len([path for path in (place.path / "index").iterdir() if path.is_dir()]) == 1


@pytest.mark.parametrize("address", ["gopher://x", "http://", "7700", ""])
def test_an_engine_nobody_knows_is_refused_by_name(address: str) -> None:
    with pytest.raises(ConfigError, match="PORTAL_SEARCH_URL"):
        open_engine(Settings(search_url=address))


def test_a_server_is_opened_by_its_address(tmp_path: Path) -> None:
    for address in ("http://127.0.0.1:7700", "https://search.example/"):
        assert isinstance(open_engine(Settings(search_url=address, data_dir=tmp_path)), MeiliEngine)
    assert isinstance(open_engine(Settings(data_dir=tmp_path)), EmbeddedEngine)
