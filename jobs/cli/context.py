"""What every command opens: settings, sources, store, engine.

Imported inside commands, so that ``portal --help`` does not pay for a web framework and a crawler.
"""

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

import typer

from config.errors import ConfigError
from config.settings import Settings
from config.sources import Source, load_sources
from index.engine import SearchEngine
from store.database import Database


def utc_now() -> datetime:
    """Return the current moment, UTC: the only clock of the command line."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """One command's open doors."""

    settings: Settings
    sources: Mapping[str, Source]
    db: Database
    engine: SearchEngine

    def chosen(self, source_ids: Sequence[str]) -> list[str]:
        """Return the asked sources, or every one that is on; an unknown id ends the program."""
        unknown = [source_id for source_id in source_ids if source_id not in self.sources]
        if unknown:
            fail(f"no such source: {', '.join(unknown)}; there are {', '.join(self.sources)}")
        return list(source_ids) or [source.id for source in self.sources.values() if not source.why_off]


def open_context() -> Context:
    """Open everything the settings name, the schema brought up to date.

    A mistake in the configuration ends the program with its message.
    """
    from index.opening import open_engine
    from store.database import migrate, open_database

    settings = Settings()
    try:
        sources = load_for(settings)
        db = open_database(settings)
        migrate(db)
        return Context(settings, sources, db, open_engine(settings))
    except ConfigError as error:
        fail(str(error))


def load_for(settings: Settings) -> Mapping[str, Source]:
    """Read the sources, pointed at the samples where the settings name an origin.

    Raises:
        ConfigError: An entry is wrong.
    """
    sources = load_sources(settings.sources)
    if not settings.sample_origin:
        return sources
    return {source.id: source.served_from(settings.sample_origin) for source in sources.values()}


def print_json(document: Any) -> None:  # noqa: ANN401 - JSON
    """Print one JSON document on stdout."""
    print(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def fail(message: str) -> NoReturn:
    """Say what is wrong on stderr and end with exit code 2."""
    typer.secho(f"portal: {message}", err=True, fg=typer.colors.RED)
    raise typer.Exit(2)


def log_to_stderr(*, verbose: bool) -> None:
    """Send log lines to stderr as one JSON object each; errors only unless ``verbose``."""
    import structlog

    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, handlers=[handler], force=True)
