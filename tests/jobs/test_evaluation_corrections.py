"""Corrections as a regression set: a real archived record, read anew."""

from pathlib import Path

import pytest

from config.settings import Settings
from jobs.evaluation.corrections import judged, main, print_report
from jobs.harvest import normalise_records
from normalize.corrections import Override
from normalize.tagging import Tagger
from store.archive import Archive
from store.corrections import correct
from store.database import Database, migrate, open_database
from store.publishing import publish
from store.runs import start_run
from tests.conftest import NOW
from tests.sources.samples import SOURCES, raw_records

AREAS = ("clean.hydrogen", "bio.medicines")


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    database = open_database(Settings())
    migrate(database)
    return database


def harvested(db: Database, tagger: Tagger) -> str:
    """Archive and publish the samples of a source; return the id of its first call, about hydrogen."""
    source = SOURCES["fr_idf_aides"]
    raws = raw_records(source)
    run_id = start_run(db, source.id, NOW)
    Archive(db).add_records(run_id, raws)
    calls = normalise_records(raws, source, now=NOW, tagger=tagger).calls
    publish(db, run_id, source.id, calls, NOW)
    return calls[0].id


def say(db: Database, call_id: str, override: Override) -> None:
    assert correct(db, call_id, override, by="ada@cluster.example", areas=AREAS, now=NOW)


def test_the_record_is_judged_as_we_read_it_not_as_it_was_corrected(db: Database, tagger: Tagger) -> None:
    call_id = harvested(db, tagger)
    say(db, call_id, Override("tags.clean.hydrogen", False, "only a name"))
    say(db, call_id, Override("tags.bio.medicines", False, "never had it"))
    say(db, call_id, Override("title", "Another title", "the page says so"))

    found = {one.correction.field: one.agrees for one in judged(db, SOURCES, tagger, now=NOW)}

    assert found == {"tags.clean.hydrogen": False, "tags.bio.medicines": True, "title": False}
    db.close()


def test_a_correction_without_its_record_is_said_and_not_counted(
    db: Database, tagger: Tagger, capsys: pytest.CaptureFixture[str]
) -> None:
    call_id = harvested(db, tagger)
    say(db, call_id, Override("title", "Another title", "the page says so"))

    print_report(judged(db, {}, tagger, now=NOW))

    printed = capsys.readouterr().out
    assert "title                     0      0" in printed
    assert "its record is not in the archive (the page says so)" in printed
    db.close()


def test_a_fresh_checkout_says_that_it_has_none(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "no corrections in the store" in capsys.readouterr().out
    db.close()
