"""A fresh store for each test: SQLite always, PostgreSQL when PORTAL_TEST_POSTGRES_URL names one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from config.settings import Settings
from store.database import Database, migrate, open_database

POSTGRES = os.environ.get("PORTAL_TEST_POSTGRES_URL", "")
NEEDS_POSTGRES = pytest.mark.skipif(not POSTGRES, reason="PORTAL_TEST_POSTGRES_URL names no server")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=NEEDS_POSTGRES)])
def settings(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Settings]:
    if request.param == "sqlite":
        yield Settings(data_dir=tmp_path)
        return
    schema = f"test_{worker_id}"
    admin = open_database(Settings(data_dir=tmp_path, database_url=POSTGRES))
    with admin.engine.begin() as connection:
        connection.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))
        connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    yield Settings(data_dir=tmp_path, database_url=f"{POSTGRES}?options=-csearch_path%3D{schema}")
    admin.close()


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    migrate(database)
    yield database
    database.close()
