"""Locks between processes that a killed process cannot leave behind."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from sqlalchemy import text

from store.database import Database


class Taken(Exception):
    """Another process holds the lock; the message names it."""


@contextmanager
def only_one(db: Database, name: str) -> Iterator[None]:
    """Hold a lock of the whole installation; whoever comes second is told at once.

    On SQLite a lock on a file beside the database, on PostgreSQL an advisory lock of one
    connection: both end with their process, however that ends.

    Args:
        db: The store that the processes share.
        name: What is locked, such as ``scheduler``.

    Raises:
        Taken: Another process holds it.
    """
    if db.is_sqlite:
        with _file_locked(Path(str(db.engine.url.database)), name):
            yield
        return
    with db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        # Two installations may share a database, each in a schema of its own.
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
        number = int.from_bytes(sha256(f"portal {schema} {name}".encode()).digest()[:8], "big", signed=True)
        asked = connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": number})
        if not asked.scalar_one():
            raise Taken(f"another process holds the lock {name!r}")
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})


@contextmanager
def _file_locked(database: Path, name: str) -> Iterator[None]:
    path = database.with_name(f"{database.name}.{name}.lock")
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode("ascii", "replace")
            raise Taken(f"process {holder} holds the lock {name!r}") from None
        os.truncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        os.close(handle)
