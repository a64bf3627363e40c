"""The order of the stages: crawl, archive, normalise, judge, publish, index."""

import json
import logging
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from config.settings import Settings
from config.sources import Source
from index.engine import SearchEngine
from index.sync import Synced, synchronise
from jobs.environment import environment_of
from jobs.judging import Counts, judge
from normalize.call import Call
from normalize.errors import NotACall, RecordError
from normalize.pipeline import TextTagger, normalize
from normalize.record import RawRecord
from normalize.tagging import Tagger
from store.absence import note_absent
from store.archive import Archive
from store.database import Database
from store.groups import regroup
from store.publishing import Published, Reread, publish
from store.reading import get_calls
from store.runs import (
    Reject,
    RunResult,
    add_rejects,
    crawl_outcome,
    finish_run,
    last_healthy_run,
    start_run,
)

log = logging.getLogger(__name__)

CRAWL_LIMIT_S = 3 * 60 * 60
"""A crawl still running after this is killed; the largest source needs about an hour."""
CRAWLS_AT_ONCE = 2
"""Crawl processes side by side: each waits for its one host most of the time."""

Clock = Callable[[], datetime]


class Progress(Protocol):
    """Where a run says how far it is; called from several threads."""

    def __call__(self, source_id: str, stage: str, done: int, total: int | None) -> None:
        """Report ``done`` of ``total`` (None: not known yet) in ``stage`` of a source."""


@dataclass(slots=True)
class Normalised:
    """What normalising made of raw records."""

    calls: list[Call] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    not_calls: Counter[str] = field(default_factory=Counter)
    records: int = 0


@dataclass(frozen=True, slots=True)
class RunReport:
    """One source's run, as told to the person who started it."""

    source_id: str
    run_id: int
    result: Literal["healthy", "unhealthy", "crashed"]
    records: int
    calls: int
    rejected: int
    not_calls: Mapping[str, int]
    new: int
    changed: int
    unchanged: int
    events: int
    problems: tuple[str, ...]


def normalise_records(
    records: Iterable[RawRecord],
    source: Source,
    *,
    now: datetime,
    tagger: TextTagger,
    progress: Callable[[int], None] = lambda _done: None,
) -> Normalised:
    """Normalise records one by one; the one place of the house where a bad record is caught.

    Args:
        records: Raw records of ``source``.
        source: Their entry.
        now: The moment of the run, UTC.
        tagger: Built once a process.
        progress: Told how many are done, every hundred records.
    """
    made = Normalised()
    for raw in records:
        made.records += 1
        if made.records % 100 == 0:
            progress(made.records)
        try:
            made.calls.append(normalize(raw, source, now=now, tagger=tagger))
        except NotACall as finding:
            made.not_calls[finding.reason] += 1
        except RecordError as error:
            made.rejects.append(Reject.of(raw, error))
            facts = {
                "source": source.id,
                "record": raw.native_id,
                "field": error.field,
                "reason": error.reason,
            }
            log.warning("record rejected", extra=facts)
    return made


class Harvester:
    """Runs sources through all stages. Holds what a process builds once.

    Args:
        settings: Handed on to the crawl processes through their environment.
        sources: The entries, already pointed at samples where the settings say so.
        db: The open store.
        engine: The search engine; None leaves indexing to whoever runs the portal.
        tagger: Built from the taxonomy.
        clock: Gives the current UTC time.
        progress: Told how far each source is.
    """

    def __init__(
        self,
        settings: Settings,
        sources: Mapping[str, Source],
        db: Database,
        engine: SearchEngine | None,
        *,
        tagger: Tagger,
        clock: Clock,
        progress: Progress,
    ) -> None:
        self._settings = settings
        self._sources = sources
        self._db = db
        self._engine = engine
        self._tagger = tagger
        self._clock = clock
        self._progress = progress

    def harvest(self, source_ids: Sequence[str]) -> list[RunReport]:
        """Crawl and publish the sources, two at a time; reports in the order asked.

        One source's failure leaves the others alone. The index follows at the end of each source; at
        the very end the same call seen through several sources is grouped.
        """
        with ThreadPoolExecutor(max_workers=CRAWLS_AT_ONCE, thread_name_prefix="harvest") as pool:
            reports = list(pool.map(self._harvest_one, source_ids))
        found = regroup(self._db)
        log.info("looked for duplicates", extra={"groups": found.groups, "changed": found.changed})
        self.synchronise()
        return reports

    def synchronise(self) -> Synced | None:
        """Bring the index in step with the store; None without an engine."""
        return synchronise(self._db, self._engine, now=self._clock()) if self._engine else None

    def _harvest_one(self, source_id: str) -> RunReport:
        source = self._sources[source_id]
        run_id = start_run(self._db, source_id, self._clock())
        _crawl(self._settings, source_id, run_id, self._progress)
        records = Archive(self._db).records_of_run(run_id)
        report = self._publish_run(source, run_id, records)
        self.synchronise()
        self._progress(source_id, report.result, report.calls, report.calls)
        return report

    def _publish_run(self, source: Source, run_id: int, records: Iterable[RawRecord]) -> RunReport:
        made = normalise_records(
            records,
            source,
            now=self._clock(),
            tagger=self._tagger,
            progress=lambda done: self._progress(source.id, "normalising", done, None),
        )
        outcome = crawl_outcome(self._db, run_id)
        counts = Counts(made.records, len(made.rejects), made.not_calls)
        last = last_healthy_run(self._db, source.id)
        problems = judge(source, outcome, counts, made.calls, before=last.calls if last else None)
        add_rejects(self._db, run_id, made.rejects)
        published = Published(0, 0, 0, 0)
        if not problems:
            published = publish(
                self._db, run_id, source.id, made.calls, self._clock(), reread=self._reread(source, run_id)
            )
            self._note_absent(source, run_id, made)
        result: Literal["healthy", "unhealthy", "crashed"] = "unhealthy" if problems else "healthy"
        report = RunReport(
            source_id=source.id,
            run_id=run_id,
            result="crashed" if outcome is None else result,
            records=made.records,
            calls=len(made.calls),
            rejected=len(made.rejects),
            not_calls=dict(made.not_calls),
            new=published.new,
            changed=published.changed,
            unchanged=published.unchanged,
            events=published.events,
            problems=tuple(problems),
        )
        finish_run(self._db, run_id, _result_row(report, self._clock()))
        level = logging.INFO if report.result == "healthy" else logging.ERROR
        log.log(
            level, "run finished", extra={"source": source.id, "result": report.result, "problems": problems}
        )
        return report

    def _reread(self, source: Source, run_id: int) -> Reread:
        """Return a reader of the records that calls had before a run, by today's parser."""

        def reread(call_ids: Sequence[str]) -> Mapping[str, Call]:
            if not call_ids:
                return {}
            native_ids = [call.native_id for call in get_calls(self._db, call_ids)]
            records = Archive(self._db).records_before(run_id, source.id, native_ids)
            made = normalise_records(records, source, now=self._clock(), tagger=self._tagger)
            return {call.id: call for call in made.calls}

        return reread

    def _note_absent(self, source: Source, run_id: int, made: Normalised) -> None:
        after_runs = source.expect.withdraw_after_runs
        if after_runs is None:
            return
        listed = {call.native_id for call in made.calls} | {reject.native_id for reject in made.rejects}
        gone = note_absent(self._db, run_id, source.id, listed, after_runs=after_runs, now=self._clock())
        if gone:
            log.warning("calls withdrawn", extra={"source": source.id, "count": gone})


def _result_row(report: RunReport, now: datetime) -> RunResult:
    return RunResult(
        finished_at=now,
        result=report.result,
        records=report.records,
        calls=report.calls,
        rejected=report.rejected,
        not_calls=report.not_calls,
        new=report.new,
        changed=report.changed,
        unchanged=report.unchanged,
        problems=report.problems,
    )


def _crawl(settings: Settings, source_id: str, run_id: int, progress: Progress) -> None:
    """Run one crawl process to its end, whatever that is; its outcome is read from the store."""
    command = [sys.executable, "-m", "crawlers", source_id, "--run", str(run_id)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment_of(settings)
    ) as process:
        timer = threading.Timer(CRAWL_LIMIT_S, process.kill)
        timer.start()
        try:
            for line in process.stdout or ():
                _tell(source_id, line, progress)
        finally:
            timer.cancel()


def _tell(source_id: str, line: str, progress: Progress) -> None:
    try:
        told = json.loads(line)
        progress(source_id, "crawling", int(told["records"]), told.get("total"))
    except (ValueError, KeyError, TypeError):
        log.debug("crawl process said", extra={"source": source_id, "line": line.rstrip()})
