"""Backups of the store while everything runs."""

import os
import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from store.database import Database

KEPT = 7
"""Backups kept; older ones are removed once a new one is whole."""
DUMP_LIMIT_S = 3600


class BackupFailed(Exception):
    """No backup was made; the message says why. Earlier ones are untouched."""


def back_up(db: Database, folder: Path, now: datetime) -> Path:
    """Write a backup beside the earlier ones; returns its path.

    SQLite is copied by its online backup, which never blocks a writer, and the copy is checked;
    PostgreSQL is dumped with ``pg_dump`` (its custom format, for ``pg_restore``). A backup gets its
    name only when it is whole.

    Raises:
        BackupFailed: The copy is broken, or there is no ``pg_dump``, or it failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"portal-{now:%Y%m%dT%H%M%SZ}"
    path = folder / (f"{name}.sqlite" if db.is_sqlite else f"{name}.pgdump")
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        if db.is_sqlite:
            _copy(Path(str(db.engine.url.database)), unfinished)
        else:
            _dump(db, unfinished)
        unfinished.chmod(0o600)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    for old in sorted(folder.glob(f"portal-*{path.suffix}"))[:-KEPT]:
        old.unlink()
    return path


def _copy(database: Path, path: Path) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy, pages=2000, sleep=0.01)
        (verdict,) = copy.execute("PRAGMA quick_check").fetchone()
    if verdict != "ok":
        raise BackupFailed(f"the copy is broken: {verdict}")


def _dump(db: Database, path: Path) -> None:
    url = make_url(db.engine.url)
    settings = {
        "PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }  # fmt: skip
    given = {name: str(value) for name, value in settings.items() if value}
    command = ["pg_dump", "--format=custom", "--no-password", f"--file={path}"]
    try:
        done = subprocess.run(
            command, env={**os.environ, **given}, capture_output=True, text=True, timeout=DUMP_LIMIT_S
        )
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise BackupFailed(f"pg_dump: {error}") from error
    if done.returncode:
        raise BackupFailed(f"pg_dump: {done.stderr.strip()[:500]}")
