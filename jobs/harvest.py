"""The order of the stages: crawl, archive, normalise, judge, publish, index."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from config.settings import Settings
from config.sources import Source
from index.engine import SearchEngine
from index.sync import Synced, synchronise
from jobs.crawling import Crawl, Progress, crawl_in_process
from jobs.judging import Counts, fill_rates, judge, judge_recheck, notes_on
from jobs.renamed import renamed_keys
from normalize.call import Call
from normalize.errors import NotACall, RecordError
from normalize.pipeline import TextTagger, normalize
from normalize.record import RawRecord
from normalize.tagging import Tagger
from store.absence import note_absent
from store.archive import Archive
from store.closing import CLOSES_WITHIN, closing_soon
from store.database import Database
from store.groups import regroup
from store.outcome import CrawlOutcome
from store.publishing import Published, Reread, publish
from store.reading import get_calls
from store.runs import (
    Reject,
    RunKind,
    RunResult,
    add_rejects,
    crawl_outcome,
    finish_run,
    last_healthy_run,
    start_run,
)

log = logging.getLogger(__name__)

CRAWLS_AT_ONCE = 2
"""Crawl processes side by side: each waits for its one host most of the time."""
RECHECK_ANSWERS_MAX = 40
"""A source that cannot be asked for single calls is re-checked only where its whole list is this short."""

Clock = Callable[[], datetime]


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
    kind: RunKind = "full"
    notes: tuple[str, ...] = ()


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
        crawl: Fetches one source into the archive; a process of its own unless given.
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
        crawl: Crawl = crawl_in_process,
    ) -> None:
        self._settings = settings
        self._sources = sources
        self._db = db
        self._engine = engine
        self._tagger = tagger
        self._clock = clock
        self._progress = progress
        self._crawl = crawl

    def harvest(self, source_ids: Sequence[str], *, accept: bool = False) -> list[RunReport]:
        """Crawl and publish the sources, two at a time; reports in the order asked.

        One source's failure leaves the others alone. The index follows at the end of each source; at
        the very end the same call seen through several sources is grouped.

        Args:
            source_ids: Which.
            accept: Whether a person has looked and says that a shorter list or an emptier field is
                right: the runs are not compared with the last healthy ones. The entry's floors hold.
        """
        return self._run_all(source_ids, "full", accept=accept)

    def recheck(self, source_ids: Sequence[str]) -> list[RunReport]:
        """Ask again, between two nights, for the calls that close within 14 days.

        Where a source can be asked for single calls only those are asked; another is read as a whole
        when its list is short, else left until night. A source with nothing that closes soon is not
        asked. Changes are published; nothing is withdrawn, and the sources' health stays as it was.
        """
        return self._run_all([one for one in source_ids if self._is_to_recheck(one)], "recheck", accept=False)

    def _is_to_recheck(self, source_id: str) -> bool:
        if not closing_soon(self._db, source_id, self._clock(), CLOSES_WITHIN):
            return False
        if self._sources[source_id].can_ask_single_calls:
            return True
        last = last_healthy_run(self._db, source_id)
        outcome = crawl_outcome(self._db, last.run_id) if last else None
        return outcome is not None and outcome.answers <= RECHECK_ANSWERS_MAX

    def _run_all(self, source_ids: Sequence[str], kind: RunKind, *, accept: bool) -> list[RunReport]:
        def run(source_id: str) -> RunReport:
            return self._harvest_one(source_id, kind, accept=accept)

        with ThreadPoolExecutor(max_workers=CRAWLS_AT_ONCE, thread_name_prefix="harvest") as pool:
            reports = list(pool.map(run, source_ids))
        found = regroup(self._db)
        log.info("looked for duplicates", extra={"groups": found.groups, "changed": found.changed})
        self.synchronise()
        return reports

    def synchronise(self) -> Synced | None:
        """Bring the index in step with the store; None without an engine."""
        return synchronise(self._db, self._engine, now=self._clock()) if self._engine else None

    def _harvest_one(self, source_id: str, kind: RunKind, *, accept: bool) -> RunReport:
        source = self._sources[source_id]
        live = not self._settings.sample_origin
        run_id = start_run(self._db, source_id, self._clock(), kind=kind, live=live)
        self._crawl(self._settings, source_id, run_id, kind, self._progress)
        report = self._publish_run(source, run_id, kind, accept=accept)
        self.synchronise()
        self._progress(source_id, report.result, report.calls, report.calls)
        return report

    def _publish_run(self, source: Source, run_id: int, kind: RunKind, *, accept: bool) -> RunReport:
        made = normalise_records(
            Archive(self._db).records_of_run(run_id),
            source,
            now=self._clock(),
            tagger=self._tagger,
            progress=lambda done: self._progress(source.id, "normalising", done, None),
        )
        outcome = crawl_outcome(self._db, run_id)
        problems = self._judge(source, outcome, made, run_id, kind, accept=accept)
        add_rejects(self._db, run_id, made.rejects)
        published = Published(0, 0, 0, 0)
        if not problems:
            published = publish(
                self._db, run_id, source.id, made.calls, self._clock(), reread=self._reread(source, run_id)
            )
            if kind == "full":
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
            kind=kind,
            notes=tuple(notes_on(made.rejects)),
        )
        finish_run(self._db, run_id, _result_row(report, fill_rates(made.calls), self._clock()))
        level = logging.INFO if report.result == "healthy" else logging.ERROR
        log.log(
            level, "run finished", extra={"source": source.id, "result": report.result, "problems": problems}
        )
        return report

    def _judge(
        self,
        source: Source,
        outcome: CrawlOutcome | None,
        made: Normalised,
        run_id: int,
        kind: RunKind,
        *,
        accept: bool,
    ) -> list[str]:
        """Return what is wrong with the run, and where its records changed their keys, that too."""
        counts = Counts.of(made.records, made.rejects, made.not_calls)
        if kind == "recheck":
            return judge_recheck(source, outcome, counts)
        last = last_healthy_run(self._db, source.id)
        problems = judge(source, outcome, counts, made.calls, before=None if accept else last)
        if problems and last:
            archive = Archive(self._db)
            renamed = renamed_keys(archive.records_of_run(last.run_id), archive.records_of_run(run_id))
            problems += [renamed] if renamed else []
        return problems

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


def _result_row(report: RunReport, fill: Mapping[str, float], now: datetime) -> RunResult:
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
        fill=fill,
        notes=report.notes,
    )
