"""kill -9 while the index is written: the doctor names the gap, reindexing mends it, nothing is lost."""

import multiprocessing
from pathlib import Path

from config.settings import Settings
from index.opening import open_engine
from index.sync import synchronise
from store.database import migrate, open_database
from store.publishing import publish
from store.runs import start_run
from tests.calls import call
from tests.conftest import NOW
from tests.portal_process import kill_while_indexing, run_portal

CALLS = 1_500


def _index(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir)
    synchronise(open_database(settings), open_engine(settings), now=NOW, batch=50)


def portal(data_dir: Path, *arguments: str) -> tuple[int, str]:
    done = run_portal(data_dir, *arguments)
    return done.returncode, done.stdout + done.stderr


def test_the_doctor_finds_the_gap_and_reindexing_mends_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    db, engine = open_database(settings), open_engine(settings)
    migrate(db)
    publish(db, start_run(db, "xx_test", NOW), "xx_test", [call("first")], NOW)
    synchronise(db, engine, now=NOW)  # an empty index would be built beside, all or nothing
    more = [call(number, description="<p>word</p>" * 200) for number in range(CALLS)]
    publish(db, start_run(db, "xx_test", NOW), "xx_test", [call("first"), *more], NOW)

    spawn = multiprocessing.get_context("spawn")
    kill_while_indexing(spawn.Process(target=_index, args=(tmp_path,)), engine)
    missing = CALLS + 1 - len(engine.call_ids())
    code, found = portal(tmp_path, "doctor")
    mended_code, mended = portal(tmp_path, "reindex")
    _, after = portal(tmp_path, "doctor")

    assert missing > 0
    assert code == 1
    assert f"{missing} calls missing, 0 too many" in found
    assert "portal reindex" in found
    assert mended_code == 0, mended
    assert "ok   search index" in after
    assert "0 calls missing, 0 too many" in after
    assert len(open_engine(settings).call_ids()) == CALLS + 1
    db.close()
