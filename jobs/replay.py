"""Normalise the archive again, without the network, and say what that changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from config.sources import Source
from jobs.harvest import normalise_records
from jobs.judging import Counts, judge
from normalize.call import Call
from normalize.tagging import Tagger
from store.archive import Archive
from store.changes import ChangeEvent, changes_between
from store.database import Database
from store.fingerprint import content_hash
from store.outcome import CrawlOutcome
from store.publishing import publish
from store.reading import get_call
from store.runs import last_crawl_run


@dataclass(frozen=True, slots=True)
class Difference:
    """What a replay would change of one call; ``events`` is empty when only tags or markup moved."""

    call_id: str
    title: str
    kind: str
    events: tuple[ChangeEvent, ...]


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """One source's replay.

    Attributes:
        records: Archived records read: the newest of each native id.
        problems: Why nothing was published; empty when it was, or would be.
    """

    source_id: str
    records: int
    calls: int
    rejected: int
    differences: tuple[Difference, ...]
    problems: tuple[str, ...]
    published: bool


def replay(db: Database, source: Source, *, now: datetime, tagger: Tagger, dry_run: bool) -> ReplayReport:
    """Renormalise a source's archive and publish the result, unless ``dry_run``.

    The same floors hold as for a harvest: a mapping broken by an edit must not empty the portal.
    """
    made = normalise_records(Archive(db).latest_records(source.id), source, now=now, tagger=tagger)
    outcome = CrawlOutcome("finished", 0, made.records, None, ())
    counts = Counts.of(made.records, made.rejects, made.not_calls)
    problems = judge(source, outcome, counts, made.calls) if made.records else ["nothing in the archive"]
    differences = tuple(_differences(db, made.calls))
    run_id = last_crawl_run(db, source.id)
    publishable = not problems and not dry_run and run_id is not None
    if publishable and run_id is not None:
        publish(db, run_id, source.id, made.calls, now, seen=False)
    return ReplayReport(
        source.id, made.records, len(made.calls), len(made.rejects), differences, tuple(problems), publishable
    )


def _differences(db: Database, calls: list[Call]) -> Iterator[Difference]:
    for call in calls:
        stored = get_call(db, call.id)
        if stored is None:
            yield Difference(call.id, call.title, "new", ())
        elif events := tuple(changes_between(stored, call)):
            yield Difference(call.id, call.title, "changed", events)
        elif content_hash(stored) != content_hash(call):
            yield Difference(call.id, call.title, "retagged or reworded", ())
