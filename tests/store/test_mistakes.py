from pathlib import Path

import pytest

from config.settings import Settings
from store.database import Database, migrate, open_database
from store.mistakes import WORDS_MAX, count_waiting_mistakes, report_mistake, settle_mistake, waiting_mistakes
from tests.conftest import NOW


@pytest.fixture
def db(tmp_path: Path) -> Database:
    db = open_database(Settings(data_dir=tmp_path))
    migrate(db)
    return db


def test_a_report_waits_until_it_is_settled_once(db: Database) -> None:
    first = report_mistake(db, "x:1", "deadlines", "it closes on Friday", "", NOW)
    second = report_mistake(db, "x:2", "other", "typo", "ada@cluster.example", NOW)

    assert [report.number for report in waiting_mistakes(db)] == [first, second]
    assert waiting_mistakes(db)[1].email == "ada@cluster.example"
    assert settle_mistake(db, first, NOW)
    assert not settle_mistake(db, first, NOW)
    assert not settle_mistake(db, 999, NOW)
    assert count_waiting_mistakes(db) == 1
    db.close()


def test_texts_are_cut_to_what_is_kept(db: Database) -> None:
    report_mistake(db, "x:1", "f" * 500, "w" * (WORDS_MAX + 5), "e" * 500, NOW)

    (report,) = waiting_mistakes(db)
    assert (len(report.field), len(report.words), len(report.email)) == (40, WORDS_MAX, 254)
    db.close()
