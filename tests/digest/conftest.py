"""One small installation a test: on SQLite always, on PostgreSQL when PORTAL_TEST_POSTGRES_URL names one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from store.database import open_database
from tests.digest.installation import Installation, open_installation, settings_for
from tests.store.conftest import NEEDS_POSTGRES, POSTGRES


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=NEEDS_POSTGRES)])
def portal(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Installation]:
    url = ""
    if request.param == "postgresql":
        schema = f"digest_{worker_id}"
        admin = open_database(settings_for(tmp_path, POSTGRES))
        with admin.engine.begin() as connection:
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))
            connection.execute(text(f'CREATE SCHEMA "{schema}"'))
        admin.close()
        url = f"{POSTGRES}?options=-csearch_path%3D{schema}"
    installation = open_installation(tmp_path, url)
    yield installation
    installation.db.close()
