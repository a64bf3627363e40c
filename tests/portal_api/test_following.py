import time
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest
from fastapi.testclient import TestClient

from config.settings import Settings
from index.query import SearchQuery
from portal_api import following
from portal_api.app import create_app
from store.publishing import publish
from store.runs import start_run
from tests.calls import call
from tests.conftest import NOW


def test_what_is_published_while_the_portal_runs_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "SYNC_EVERY_S", 0.02)
    app = create_app(Settings(data_dir=tmp_path), clock=lambda: NOW)
    portal = app.state.portal
    with TestClient(app) as client:
        publish(portal.db, start_run(portal.db, "xx_test", NOW), "xx_test", [call(1, title="Brand new")], NOW)

        limit = time.monotonic() + 10
        while time.monotonic() < limit and not client.get("/api/v1/calls?q=brand").json()["total"]:
            Event().wait(0.02)

        assert client.get("/api/v1/calls?q=brand").json()["total"] == 1


def test_a_fault_of_one_round_is_told_and_the_next_round_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(following, "SYNC_EVERY_S", 0.02)
    asked = 0
    went_on = Event()

    def clock() -> datetime:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise OSError("disk full")
        went_on.set()
        return NOW

    app = create_app(Settings(data_dir=tmp_path), clock=clock)
    with TestClient(app):
        assert went_on.wait(10)

    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        "the index cannot follow the store; it is tried again"
    ]


def test_stopping_waits_for_the_round_under_way(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path), clock=lambda: NOW)
    with TestClient(app):
        pass

    # The store is closed and the writer's lock is free: another process can go on at once.
    with app.state.portal.engine.writer() as writer:
        writer.commit(cursor=0)
    assert app.state.portal.engine.search(SearchQuery(), now=NOW).total == 0
