"""One look at a source: a few pages into a store that is thrown away, and what is seen there in words."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from config.sources import Source
from crawlers.walls import wall_of
from jobs.crawling import crawl_pages
from jobs.harvest import Normalised, normalise_records
from jobs.judging import fill_rates
from normalize.pipeline import TextTagger
from normalize.record import RawRecord
from normalize.text import plain_text
from store.archive import Archive
from store.database import migrate, open_database
from store.outcome import CrawlOutcome
from store.runs import crawl_outcome, start_run

PAGES = 5
"""Answers fetched: robots.txt, a login, a list page and a detail or two."""
STOPPED = "closespider_pagecount"


@dataclass(frozen=True, slots=True)
class Look:
    """What a few pages of a source held.

    Attributes:
        answers: Address and body of each answer.
        records: The raw records in them.
        outcome: What the crawl said; None when it ended without a word.
    """

    source: Source
    answers: tuple[tuple[str, bytes], ...]
    records: tuple[RawRecord, ...]
    outcome: CrawlOutcome | None

    @property
    def problems(self) -> tuple[str, ...]:
        """Return what went wrong; having stopped after a few pages is not."""
        if self.outcome is None:
            return ("the crawl process ended without saying how (crashed or was killed)",)
        ended = self.outcome.finish_reason in ("finished", STOPPED)
        return self.outcome.problems or (() if ended else (f"it stopped: {self.outcome.finish_reason}",))


def look_at(settings: Settings, source: Source, *, now: datetime, pages: int = PAGES) -> Look:
    """Fetch a few pages of a source; nothing is kept.

    Args:
        settings: Address of samples, allowed hosts and the rest; its store is left alone.
        source: The entry.
        now: UTC.
        pages: Answers to fetch at most.
    """
    with _throwaway(settings) as apart:
        db = open_database(apart)
        migrate(db)
        run_id = start_run(db, source.id, now)
        crawl_pages(apart, source.id, run_id, pages)
        archive = Archive(db)
        look = Look(
            source,
            tuple(archive.answers_of_run(run_id)),
            tuple(archive.records_of_run(run_id)),
            crawl_outcome(db, run_id),
        )
        db.close()
    return look


@contextmanager
def _throwaway(settings: Settings) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="portal-look-") as folder:
        yield settings.model_copy(update={"data_dir": Path(folder), "database_url": ""})


def explained(look: Look, tagger: TextTagger, *, now: datetime) -> list[str]:
    """Return in lines what was seen: answers, records, calls, rejects, fields, one call as an example."""
    lines = [f"{look.source.id}: {look.source.protocol} at {look.source.url}"]
    lines += [f"  answer: {url} ({_kind(body)})" for url, body in look.answers]
    lines += [f"  problem: {problem}" for problem in look.problems]
    total = look.outcome.reported_total if look.outcome else None
    promised = f"; the source says it has {total}" if total is not None else ""
    lines.append(f"  {len(look.records)} records in {len(look.answers)} answers{promised}")
    if not look.records:
        return lines
    made = normalise_records(look.records, look.source, now=now, tagger=tagger)
    return lines + list(_made(made, now))


def _kind(body: bytes) -> str:
    start = body.lstrip()[:1]
    what = {b"{": "JSON", b"[": "JSON", b"<": "markup", b"P": "perhaps a ZIP", b"": "empty"}.get(
        start, "text"
    )
    wall = wall_of(body) if start == b"<" else None
    return f"{len(body):,} bytes, {what}{f', looks like {wall}' if wall else ''}"


def _made(made: Normalised, now: datetime) -> Iterator[str]:
    yield f"  {len(made.calls)} calls, {len(made.rejects)} rejected, {made.not_calls.total()} not calls"
    for reason, count in made.not_calls.most_common():
        yield f"    not a call, {count}: {reason}"
    faults = Counter((reject.field, reject.reason) for reject in made.rejects)
    for (field, reason), count in faults.most_common(8):
        value = next(one.value for one in made.rejects if (one.field, one.reason) == (field, reason))
        yield f"    rejected, {count}: {field or 'record'}: {reason} ({value!r})"
    if not made.calls:
        return
    filled = sorted(fill_rates(made.calls).items(), key=lambda item: -item[1])
    yield "  fields: " + ", ".join(f"{name} {share:.0%}" for name, share in filled)
    call = made.calls[0]
    deadline = call.next_deadline_at(now)
    yield f"  first call: {call.id} {call.title!r}, {call.status_at(now)}"
    yield f"    {call.url}"
    yield f"    next deadline: {f'{deadline.at} ({deadline.zone})' if deadline else 'none'}"
    if call.summary:
        yield f"    {plain_text(call.summary)[:200]}"
