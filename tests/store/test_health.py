"""A source's state in words, from its runs."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.settings import CONFIG_DIR
from config.sources import Source, load_sources
from store.database import Database
from store.health import SourceState, source_states
from store.runs import Result, RunResult, finish_run, start_run
from tests.conftest import NOW

LATER = NOW + timedelta(hours=2)


@pytest.fixture(scope="module")
def source() -> Source:
    entry = next(iter(load_sources(Path(CONFIG_DIR / "sources.toml")).values()))
    return entry.model_copy(update={"id": "xx_test", "enabled": True, "token_env": None})


def ended(db: Database, result: Result, *, at: datetime = NOW, problems: tuple[str, ...] = ()) -> None:
    finish_run(db, start_run(db, "xx_test", at), RunResult(at, result, 9, 7, 2, {}, 7, 0, 0, problems))


def state(db: Database, source: Source, now: datetime = LATER) -> SourceState:
    (found,) = source_states({"xx_test": source}, db, now)
    return found


def test_before_the_first_run_it_says_so(db: Database, source: Source) -> None:
    assert (state(db, source).health, state(db, source).words) == ("never", "not harvested yet")


def test_a_healthy_run_counts_calls_and_rejects(db: Database, source: Source) -> None:
    ended(db, "healthy")

    assert state(db, source).health == "healthy"
    assert state(db, source).words == "7 calls on 2026-11-24 13:00 UTC, 2 records rejected"


def test_a_run_under_way_hides_nothing_of_the_last_one(db: Database, source: Source) -> None:
    ended(db, "healthy")
    start_run(db, "xx_test", LATER)

    assert state(db, source).health == "healthy"


def test_a_broken_run_tells_why_and_what_is_shown_meanwhile(db: Database, source: Source) -> None:
    ended(db, "healthy")
    ended(db, "unhealthy", at=LATER, problems=("page 2 is HTML",))

    found = state(db, source)

    assert found.health == "unhealthy"
    assert found.words == "last run failed: page 2 is HTML; showing the data of 2026-11-24 13:00 UTC"
    assert found.last_healthy_at == NOW


def test_two_nights_without_a_run_are_stale(db: Database, source: Source) -> None:
    ended(db, "healthy")

    assert state(db, source, NOW + timedelta(hours=37)).health == "stale"


def test_a_source_switched_off_is_off(db: Database, source: Source) -> None:
    assert state(db, source.model_copy(update={"enabled": False})).health == "off"
