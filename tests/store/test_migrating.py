"""A store of an older version, with rows in it, comes up to date and loses none."""

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from config.settings import Settings
from store.database import MIGRATIONS, Database, migrate, open_database

FIRST = "0002"
"""The version of the first release."""
NOW = "'2026-11-20 03:00:00+00:00'"
ROWS = (
    "INSERT INTO blob (hash, size_bytes, body) VALUES ('h', 2, '{}')",
    f"INSERT INTO run (id, source_id, started_at, result, records, calls, rejected, new, changed, unchanged)"
    f" VALUES (1, 'xx_test', {NOW}, 'healthy', 1, 1, 0, 1, 0, 0)",
    f"INSERT INTO answer (id, run_id, url, status, media_type, fetched_at, blob_hash)"
    f" VALUES (1, 1, 'https://x.example', 200, 'application/json', {NOW}, 'h')",
    f"INSERT INTO raw_record (id, run_id, source_id, native_id, url, media_type, fetched_at, blob_hash)"
    f" VALUES (1, 1, 'xx_test', '1', 'https://x.example', 'application/json', {NOW}, 'h')",
    f"INSERT INTO call (id, source_id, native_id, document, content_hash, change_number, first_seen_at,"
    f" last_seen_at, changed_at, revision)"
    f" VALUES ('xx_test:1', 'xx_test', '1', '{{}}', 'h', 1, {NOW}, {NOW}, {NOW}, 1)",
    f"INSERT INTO event (number, call_id, kind, at, run_id) VALUES (2, 'xx_test:1', 'new', {NOW}, 1)",
)
TABLES = ("blob", "run", "answer", "raw_record", "call", "event")


def at_version(db: Database, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = db.engine.execution_options(portal_write=True) if db.is_sqlite else db.engine
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)


def test_a_store_with_runs_and_calls_comes_up_to_date_and_keeps_them(settings: Settings) -> None:
    db = open_database(settings)
    at_version(db, FIRST)
    with db.write() as session:
        for statement in ROWS:
            session.execute(text(statement))

    migrate(db)

    with db.read() as session:
        counts = [session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES]
        cause, kind = session.execute(text("SELECT cause, kind FROM event")).one()
    assert counts == [1] * len(TABLES)
    assert (cause, kind) == ("source", "new")
    db.close()
