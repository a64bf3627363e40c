"""What is configured, reachable, writable and stale, and how to mend it."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from config.errors import ConfigError
from config.settings import Settings
from config.sources import Source, load_sources
from config.taxonomy import load_taxonomy
from index.engine import SearchEngine, SearchUnavailable
from index.opening import open_engine
from index.sync import compare
from store.database import Database, DatabaseFault, check, migrate, open_database
from store.health import source_states


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        what: The thing.
        ok: Whether it is as it should be.
        words: What was seen.
        mend: What to do about it; empty when nothing is needed.
    """

    what: str
    ok: bool
    words: str
    mend: str = ""


def examine(now: datetime) -> list[Finding]:
    """Look at everything an installation needs; never raises for what it finds.

    Args:
        now: The moment of the examination, UTC.
    """
    settings = Settings()
    findings = list(_configuration(settings))
    if not all(finding.ok for finding in findings):
        return findings
    sources = load_sources(settings.sources)
    findings += _keys(sources)
    try:
        db = open_database(settings)
        migrate(db)
    except (DatabaseFault, OSError) as error:
        mend = "check PORTAL_DATABASE_URL and the rights on PORTAL_DATA_DIR"
        return [*findings, Finding("database", ok=False, words=str(error), mend=mend)]
    findings.append(_database(db))
    findings += _index(db, open_engine(settings))
    findings += _sources(sources, db, now)
    return findings


def _configuration(settings: Settings) -> Iterator[Finding]:
    try:
        sources = load_sources(settings.sources)
        yield Finding("sources", ok=True, words=f"{len(sources)} entries in {settings.sources}")
        taxonomy = load_taxonomy()
        yield Finding("taxonomy", ok=True, words=f"version {taxonomy.version}")
    except ConfigError as error:
        yield Finding("configuration", ok=False, words=str(error), mend=f"correct {error.file}")
    folder = settings.data_dir
    writable = os.access(folder, os.W_OK) if folder.exists() else os.access(folder.absolute().parent, os.W_OK)
    mend = "" if writable else f"give this user the right to write to {folder.absolute()}"
    yield Finding("data folder", ok=writable, words=str(folder.absolute()), mend=mend)


def _keys(sources: Mapping[str, Source]) -> Iterator[Finding]:
    for source in sources.values():
        if source.enabled and source.why_off:
            yield Finding(
                f"key of {source.id}", ok=True, words=source.why_off, mend=f"ask for one at {source.homepage}"
            )


def _database(db: Database) -> Finding:
    facts = check(db)
    return Finding("database", ok=True, words=", ".join(f"{name} {value}" for name, value in facts.items()))


def _index(db: Database, engine: SearchEngine) -> Iterator[Finding]:
    try:
        found = compare(db, engine)
    except SearchUnavailable as error:
        yield Finding(
            "search index", ok=False, words=str(error), mend="start the engine PORTAL_SEARCH_URL names"
        )
        return
    same = not found.missing and not found.extra and found.cursor == found.last_change
    gap = f"{len(found.missing)} calls missing, {len(found.extra)} too many"
    words = f"at change {found.cursor} of {found.last_change}, {gap}"
    yield Finding("search index", ok=same, words=words, mend="" if same else "portal reindex")


def _sources(sources: Mapping[str, Source], db: Database, now: datetime) -> Iterator[Finding]:
    for state in source_states(sources, db, now):
        ok = state.health in ("healthy", "off")
        mend = "" if ok else f"portal harvest {state.source_id}"
        yield Finding(f"source {state.source_id}", ok=ok, words=state.words, mend=mend)
