"""Reading many calls: all of them, exactly as stored, in flat memory."""

import tracemalloc
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from config.settings import Settings
from normalize.call import Money
from store import reading
from store.database import Database, migrate, open_database
from store.publishing import publish
from store.reading import READ_BATCH, get_call, get_calls, iter_calls
from store.runs import start_run
from tests.calls import call, tag
from tests.conftest import NOW

LIFE = {"first_seen_at": NOW, "last_seen_at": NOW, "changed_at": NOW, "revision": 1}


def test_a_call_comes_back_exactly(db: Database) -> None:
    given = call(
        1,
        title="Förderung für Wasserstoff · Ελλάδα · 🌍",
        budget_total=Money(amount=Decimal("12345678901234.56"), currency="EUR"),
        funding_rate_max=Decimal("0.3333"),
        tags=(tag("clean.hydrogen", "hydrogen"),),
        opens_at=NOW,
    )

    publish(db, start_run(db, "xx_test", NOW), "xx_test", [given], NOW)

    assert get_call(db, "xx_test:1") == given.model_copy(update=LIFE)


def test_a_call_is_the_same_object_until_its_row_is_another(db: Database) -> None:
    run_id = start_run(db, "xx_test", NOW)
    publish(db, run_id, "xx_test", [call(1), call(2)], NOW)
    first, second = get_calls(db, ["xx_test:1", "xx_test:2"])
    assert get_calls(db, ["xx_test:2", "xx_test:1"]) == [second, first]
    assert get_calls(db, ["xx_test:1"])[0] is first

    later = NOW + timedelta(days=1)
    publish(db, start_run(db, "xx_test", later), "xx_test", [call(1, title="Another"), call(2)], later)
    changed, seen = get_calls(db, ["xx_test:1", "xx_test:2"])

    assert (changed.title, changed.revision, changed.changed_at) == ("Another", 2, later)
    assert (seen.title, seen.last_seen_at, seen.changed_at) == (second.title, later, NOW)


def test_two_databases_keep_their_calls_apart(db: Database, tmp_path: Path) -> None:
    other = open_database(Settings(data_dir=tmp_path / "other"))
    migrate(other)
    for where, title in ((db, "Here"), (other, "There")):
        publish(where, start_run(where, "xx_test", NOW), "xx_test", [call(1, title=title)], NOW)

    assert [get_calls(where, ["xx_test:1"])[0].title for where in (db, other, db)] == [
        "Here",
        "There",
        "Here",
    ]
    other.close()


def test_more_ids_than_a_statement_takes_are_found_in_order(db: Database) -> None:
    count = READ_BATCH + 10
    publish(db, start_run(db, "xx_test", NOW), "xx_test", [call(number) for number in range(count)], NOW)
    wanted = [f"xx_test:{number}" for number in reversed(range(count))] + ["xx_test:unknown"] * 70_000

    assert [found.id for found in get_calls(db, wanted)] == wanted[:count]


def test_walking_over_all_calls_keeps_memory_flat(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READ_BATCH", 10)
    calls = [call(f"{number:03}", description="wind " * 10_000) for number in range(200)]
    publish(db, start_run(db, "xx_test", NOW), "xx_test", calls, NOW)
    whole = sum(len(found.description or "") for found in calls)
    del calls

    tracemalloc.start()
    count = sum(1 for _ in iter_calls(db))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 200
    assert peak < whole / 3
