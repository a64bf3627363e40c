"""Open the database, its transactions, and its schema."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, create_engine

from config.settings import Settings

DatabaseFault = SQLAlchemyError
"""What goes wrong with a database; other rooms catch it by this name."""
DatabaseUnreachable = OperationalError
"""It cannot be reached, opened or written now; the question itself was right."""
BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for another; write transactions last well under a second."""
MIGRATIONS = Path(__file__).parent / "migrations"
_SIZE_SQLITE = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
_SIZE_POSTGRESQL = "SELECT pg_database_size(current_database())"
_ADVISORY_LOCK = 20_240_795  # any constant; the regulation's number is easy to recognise in pg_locks


class Database:
    """One open database. Transactions are short and never span a network call."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # PostgreSQL would show each statement a newer state.
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reading = engine.execution_options(**level)
        # Made once: to make them for each transaction took as long as the commit of a small one.
        self._writing = engine.execution_options(portal_write=True) if self.is_sqlite else engine

    @property
    def is_sqlite(self) -> bool:
        """Tell whether it is SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one state of the database; what it writes is thrown away."""
        with Session(self._reading) as session:
            yield session
            session.rollback()

    @contextmanager
    def read_rows(self) -> Iterator[Connection]:
        """Give a bare connection that sees one state of the database, like `read` without a session.

        For what is asked with every page: a session costs more than its rows.
        """
        with self._reading.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session in one write transaction; commits at the end, rolls back on an error.

        SQLite takes its one write lock at the start (BEGIN IMMEDIATE): two writers queue instead
        of failing half way.
        """
        with Session(self._writing) as session, session.begin():
            yield session

    @contextmanager
    def write_rows(self) -> Iterator[Connection]:
        """Give a bare connection in one write transaction, like `write` without a session.

        For the few statements that a run repeats ten thousand times: a session costs more than they.
        """
        with self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_database(settings: Settings) -> Database:
    """Open the database the settings name; the folder of a SQLite file is made.

    Args:
        settings: ``database_url`` or the default under ``data_dir``.
    """
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite":
        return Database(create_engine(url, pool_pre_ping=True))
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    # autocommit: the driver must not begin transactions on its own, `_begin` does.
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "isolation_level": None})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return Database(engine)


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    for pragma in (
        "journal_mode=WAL",  # readers never wait for the writer
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "temp_store=MEMORY",
        "cache_size=-20000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("portal_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def migrate(db: Database) -> None:
    """Bring the schema up to date; processes that start together queue."""
    # A crawl process never migrates: it need not pay for Alembic at every start.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    engine = db.engine.execution_options(portal_write=True) if db.is_sqlite else db.engine
    with engine.begin() as connection:
        if not db.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check(db: Database) -> Mapping[str, str]:
    """Return facts for `portal doctor`: address without password, revision, size, writability.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: It cannot be read or written.
    """
    from alembic.runtime.migration import MigrationContext

    with db.write() as session:
        revision = MigrationContext.configure(session.connection()).get_current_revision()
        session.execute(text("UPDATE counter SET value = value WHERE name = 'change'"))
        size_bytes = int(
            session.execute(text(_SIZE_SQLITE if db.is_sqlite else _SIZE_POSTGRESQL)).scalar_one()
        )
    at = db.engine.url.render_as_string()
    return {"at": at, "revision": str(revision), "size": f"{size_bytes / 1e6:.1f} MB", "is": "writable"}
