"""Characters a database does not take lose themselves, not the run."""

from normalize.record import RawRecord
from store.archive import Archive
from store.database import Database
from store.reading import get_call
from store.runs import Reject, add_rejects, rejects_of_run, start_run
from tests.conftest import NOW

NUL, HALF, MENDED = "a\x00b", "a\ud800b", "a\ufffdb"


def test_a_reject_with_an_unstorable_value_is_kept(db: Database) -> None:
    run_id = start_run(db, "xx_test", NOW)
    odd = [Reject("xx_test", value, "https://agency.example", "title", value, value) for value in (NUL, HALF)]

    add_rejects(db, run_id, odd)

    assert [reject.value for reject in rejects_of_run(db, run_id)] == [MENDED, MENDED]


def test_a_record_with_an_unstorable_key_is_kept(db: Database) -> None:
    run_id = start_run(db, "xx_test", NOW)
    raw = RawRecord("xx_test", NUL, f"https://agency.example/{HALF}", NOW, "application/json\x00", b"{}")

    Archive(db).add_records(run_id, [raw])

    (kept,) = Archive(db).records_of_run(run_id)
    assert (kept.native_id, kept.url) == (MENDED, f"https://agency.example/{MENDED}")


def test_asking_for_an_unstorable_id_finds_nothing(db: Database) -> None:
    assert get_call(db, NUL) is None
    assert get_call(db, HALF) is None
