"""`portal up`: one command, a portal that answers and a scheduler beside it, and both end together."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from config.settings import Settings
from store.database import open_database
from store.locks import Taken, only_one
from tests.portal_process import TIMEOUT_S, portal_serving, run_portal


@pytest.fixture
def nothing_to_harvest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for data, and sources of which none is on: nothing goes out."""
    text = re.sub(r"^enabled .*\n", "", Settings().sources.read_text("utf-8"), flags=re.MULTILINE)
    sources = tmp_path / "sources.toml"
    sources.write_text(re.sub(r"^protocol ", "enabled = false\nprotocol ", text, flags=re.MULTILINE), "utf-8")
    monkeypatch.setenv("PORTAL_SOURCES", str(sources))
    return tmp_path / "var"


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + TIMEOUT_S
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)


def schedulers(of: int) -> list[psutil.Process]:
    return [one for one in psutil.Process(of).children(recursive=True) if "schedule" in one.cmdline()]


def is_free(data_dir: Path) -> bool:
    db = open_database(Settings(data_dir=data_dir))
    try:
        with only_one(db, "scheduler"):
            return True
    except Taken:
        return False
    finally:
        db.close()


def test_it_schedules_in_a_process_of_its_own_and_both_end_together(nothing_to_harvest: Path) -> None:
    with portal_serving(nothing_to_harvest, 1, "up") as (_origin, portal):
        (scheduler,) = schedulers(portal.pid)
        until(lambda: not is_free(nothing_to_harvest))
        assert scheduler.nice() > psutil.Process(portal.pid).nice()
        second = run_portal(nothing_to_harvest, "schedule")

    assert second.returncode == 1
    assert "it does the jobs" in second.stderr
    until(lambda: not scheduler.is_running())
    assert is_free(nothing_to_harvest)


def test_a_portal_that_is_killed_leaves_no_scheduler_behind(nothing_to_harvest: Path) -> None:
    with portal_serving(nothing_to_harvest, 1, "up") as (_origin, portal):
        (scheduler,) = schedulers(portal.pid)
        until(lambda: not is_free(nothing_to_harvest))
        portal.kill()
        portal.wait()

        until(lambda: not scheduler.is_running())
    assert is_free(nothing_to_harvest)
