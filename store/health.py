"""The state of each source in plain words, from its runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from config.sources import Source
from store.database import Database
from store.reading import count_by_source, last_new_by_source
from store.runs import RunView, last_runs

Health = Literal["healthy", "stale", "unhealthy", "never", "off"]
STALE_AFTER = timedelta(hours=36)
"""A source is harvested every night; a night and a half without a healthy run is a missed one."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source as `portal sources`, the API and the sources page show it.

    Attributes:
        proven: A recorded answer or a healthy run against the source itself has shown that the wire is
            as the entry says; a harvest of samples proves nothing.
        health: ``never`` before the first run, ``off`` when disabled or without its key.
        words: The state in a sentence.
        notes: What a person should see to although nothing failed.
    """

    source_id: str
    title: str
    publisher: str
    homepage: str
    protocol: str
    level: str
    country: str | None
    evidence: str
    proven: bool
    licence: str
    calls: int
    last_run_at: datetime | None
    last_healthy_at: datetime | None
    rejected: int
    problems: tuple[str, ...]
    health: Health
    words: str
    notes: tuple[str, ...] = ()


def source_states(sources: Mapping[str, Source], db: Database, now: datetime) -> list[SourceState]:
    """Return the state of each source at ``now`` (UTC), in the order of the entries."""
    newest = {run.source_id: run for run in last_runs(db, finished=True)}
    healthy = {run.source_id: run for run in last_runs(db, result="healthy")}
    live = {run.source_id for run in last_runs(db, result="healthy", live=True)}
    counts, last_new = count_by_source(db), last_new_by_source(db)
    return [
        _state(
            source,
            _Seen(newest.get(source.id), healthy.get(source.id), last_new.get(source.id), source.id in live),
            counts.get(source.id, 0),
            now,
        )
        for source in sources.values()
    ]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the store knows of a source: newest run, newest healthy one, its newest call, whether live."""

    last: RunView | None
    healthy: RunView | None
    last_new: datetime | None
    live: bool


def _state(source: Source, seen: _Seen, calls: int, now: datetime) -> SourceState:
    last, healthy = seen.last, seen.healthy
    health, words = _judge(source, seen, now)
    return SourceState(
        source_id=source.id,
        title=source.title,
        publisher=source.publisher,
        homepage=source.homepage,
        protocol=source.protocol,
        level=source.level,
        country=source.country,
        evidence=source.evidence,
        proven=source.evidence == "payload" or seen.live,
        licence=source.licence,
        calls=calls,
        last_run_at=last.finished_at if last else None,
        last_healthy_at=healthy.finished_at if healthy else None,
        rejected=last.rejected if last else 0,
        problems=last.problems if last else (),
        health=health,
        words=words,
        notes=last.notes if last else (),
    )


def _judge(source: Source, seen: _Seen, now: datetime) -> tuple[Health, str]:
    last, healthy = seen.last, seen.healthy
    if source.why_off:
        return "off", f"{source.why_off}; showing the data of {_day(healthy)}" if healthy else source.why_off
    if last is None:
        return "never", "not harvested yet"
    since = f"showing the data of {_day(healthy)}" if healthy else "nothing published yet"
    if last.result != "healthy":
        return "unhealthy", f"last run failed: {'; '.join(last.problems)}; {since}"
    if last.finished_at and now - last.finished_at > STALE_AFTER:
        return "stale", f"no run since {_day(last)}"
    if silent := _silence(source, seen.last_new, now):
        return "stale", silent
    records = "record" if last.rejected == 1 else "records"
    return "healthy", f"{last.calls} calls on {_day(last)}, {last.rejected} {records} rejected"


def _silence(source: Source, last_new: datetime | None, now: datetime) -> str | None:
    """Return in words that a source published nothing new for too long; None when it did."""
    allowed = source.expect.max_silence_days
    if allowed is None or last_new is None or (now - last_new).days <= allowed:
        return None
    return (
        f"silent: nothing new since {last_new:%Y-%m-%d} ({(now - last_new).days} days, "
        f"at most {allowed} expected); is this still its list?"
    )


def _day(run: RunView) -> str:
    return f"{run.finished_at:%Y-%m-%d %H:%M} UTC" if run.finished_at else "unknown"
