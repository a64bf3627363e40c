"""Change events against what really changed: the EU portal's list, day by day, through our own stages.

Five months of recorded daily lists are normalised and published one after the other into an empty
store, once as recorded and once with noise of our own on top (seconds, line ends, entities, order of
keys and values). Each event is held against the truth, which is read from the recorded values alone.
"""

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from config.settings import Settings
from config.sources import Source, load_sources
from jobs.evaluation.changes_truth import Happened, Truth, moment_words
from jobs.evaluation.daily_lists import Day, Grant, Recorded, differences, hit_of
from jobs.harvest import normalise_records
from normalize.mappers.sedia_record import native_id_of
from normalize.record import RawRecord
from normalize.tagging import TagResult, TagText
from store.absence import note_absent
from store.archive import Archive
from store.call_events import events_of_run
from store.database import Database, migrate, open_database
from store.publishing import publish
from store.reading import StoredEvent
from store.runs import start_run

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures" / "eu"
SOURCE = "eu_ft"
WITHDRAW_AFTER = 3
"""Runs, where the entry says nothing else."""


class NoTags:
    """A tagger that finds nothing: tags never make an event, and reading them takes most of the time."""

    version = "none"

    def tag(self, text: TagText) -> TagResult:
        """Return no tag."""
        return TagResult()


@dataclass(slots=True)
class Score:
    """Events found and events due, as (day, record, kind)."""

    right: Counter[str] = field(default_factory=Counter)
    false: list[Happened] = field(default_factory=list)
    missed: list[Happened] = field(default_factory=list)
    days: int = 0
    records: int = 0
    rejected: int = 0
    seconds_only: int = 0
    short_gaps: int = 0

    @property
    def jitter(self) -> int:
        """Return how many events tell of a change that was none."""
        return len(self.false)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print precision and recall by kind of event.

    Returns:
        0; 1 when an event is wrong or missing; 0 with a word when the recorded lists are not there.
    """
    parser = argparse.ArgumentParser(prog="changes", description=__doc__)
    parser.add_argument("--fixtures", type=Path, default=FIXTURES, help="folder of the recorded lists")
    parser.add_argument("--days", type=int, default=None, help="only so many days")
    given = parser.parse_args(arguments)
    if not (given.fixtures / "daily").is_dir():
        print(f"the recorded lists are not here: {given.fixtures}")
        return 0
    recorded = Recorded(given.fixtures)
    days = list(recorded.days())[: given.days]
    for day in days:
        if day.day in recorded.snapshots:
            apart = differences(day.listed, recorded.snapshots[day.day])
            print(f"{day.day}: {len(day.listed)} records, {len(apart)} values unlike the recorded snapshot")
    worst = 0
    for name, noise in (("as recorded", False), ("with noise added", True)):
        score = replay_days(days, noise=noise)
        print_score(name, score)
        worst = max(worst, int(bool(score.false or score.missed)))
    return worst


def replay_days(days: Sequence[Day], *, noise: bool) -> Score:
    """Publish day after day into an empty store and compare the events with the truth."""
    source = load_sources(Settings().sources)[SOURCE]
    after_runs = source.expect.withdraw_after_runs or WITHDRAW_AFTER
    score, truth = Score(), Truth(after_runs)
    with tempfile.TemporaryDirectory(prefix="portal-changes-") as folder:
        db = open_database(Settings(data_dir=Path(folder)))
        migrate(db)
        for day in days:
            now = datetime.combine(day.day, time(12), UTC)
            found = _publish_day(db, source, day, now, after_runs, score, noise=noise)
            _compare(score, found, truth.of_day(day, now))
        db.close()
    score.seconds_only, score.short_gaps = truth.seconds_only, truth.short_gaps
    return score


def _publish_day(
    db: Database, source: Source, day: Day, now: datetime, after_runs: int, score: Score, *, noise: bool
) -> list[Happened]:
    run_id = start_run(db, source.id, now)
    raws = [
        _raw(source, noisy(grant, day.day) if noise else hit_of(grant), now) for grant in day.listed.values()
    ]
    Archive(db).add_records(run_id, raws)
    made = normalise_records(raws, source, now=now, tagger=NoTags())
    publish(db, run_id, source.id, made.calls, now)
    listed = {raw.native_id for raw in raws}
    note_absent(db, run_id, source.id, listed, after_runs=after_runs, now=now)
    score.days += 1
    score.records += made.records
    score.rejected += len(made.rejects)
    return [_happened(event) for event in events_of_run(db, run_id)]


def _raw(source: Source, hit: Mapping[str, Any], now: datetime) -> RawRecord:
    body = json.dumps(hit, ensure_ascii=False).encode()
    return RawRecord(source.id, str(native_id_of(hit)), source.url, now, "application/json", body)


def _happened(event: StoredEvent) -> Happened:
    native_id = event.call_id.partition(":")[2]
    if event.kind.startswith("deadline"):
        return Happened(native_id, event.kind, _deadline(event.old), _deadline(event.new))
    return Happened(native_id, event.kind)


def _deadline(value: Mapping[str, Any] | None) -> str:
    return moment_words(value["at"], value["precision"]) if value else ""


def _compare(score: Score, found: Sequence[Happened], due: Sequence[Happened]) -> None:
    left = list(due)
    for event in found:
        if event in left:
            left.remove(event)
            score.right[event.kind] += 1
        else:
            score.false.append(event)
    score.missed += left


def noisy(grant: Grant, day: date) -> dict[str, Any]:
    """Return the hit of a record with what sources do to it without saying anything new.

    The same record is noisy in another way each day, and in the same way each time this runs.
    """
    chance = random.Random(f"{grant['id']} {day}")
    hit = hit_of(grant)
    metadata: dict[str, Any] = hit["metadata"]
    for name in ("startDate", "deadlineDate"):
        metadata[name] = [_other_seconds(text, chance) for text in metadata[name]]
    metadata["title"] = [_other_spaces(text, chance) for text in metadata["title"]]
    metadata["callTitle"] = [_other_spaces(text, chance) for text in metadata["callTitle"]]
    metadata["descriptionByte"] = [_other_markup(text, chance) for text in metadata["descriptionByte"]]
    metadata["keywords"] = chance.sample(["hydrogen", "storage", "pilot line"], 3)
    metadata["es_SortDate"] = [str(chance.randrange(10**12))]
    shuffled = list(metadata.items())
    chance.shuffle(shuffled)
    return hit | {"metadata": dict(shuffled), "weight": chance.random()}


def _other_seconds(text: str, chance: random.Random) -> str:
    """Put other seconds into a moment that has an hour; a day's moment has none to tremble."""
    return text if "T00:00" in text else f"{text[:17]}{chance.randrange(60):02}{text[19:]}"


def _other_spaces(text: str, chance: random.Random) -> str:
    space = chance.choice(["\r\n", "\n\n", "  ", "\t", "\u00a0"])
    return f"{text.replace(' ', space, 1)}{chance.choice(['', ' ', chr(13) + chr(10)])}"


def _other_markup(text: str, chance: random.Random) -> str:
    plain = text.replace("&", chance.choice(["&amp;", "&#38;", "&#x26;"]))
    plain = plain.replace("’", chance.choice(["’", "&rsquo;", "&#8217;"]))
    return plain.replace("\n", chance.choice(["\n", "\r\n"]))


def print_score(name: str, score: Score) -> None:
    """Print one replay's figures."""
    print(f"\n{name}: {score.days} days, {score.records} records in, {score.rejected} rejected")
    print(f"{'':20} {'right':>6} {'false':>6} {'missed':>6} {'precision':>9} {'recall':>7}")
    false, missed = Counter(one.kind for one in score.false), Counter(one.kind for one in score.missed)
    for kind in sorted({*score.right, *false, *missed}):
        print(_line(kind, score.right[kind], false[kind], missed[kind]))
    print(_line("all", score.right.total(), false.total(), missed.total()))
    print(
        f"{score.seconds_only} deadlines moved by seconds alone, {score.short_gaps} records were gone too "
        f"briefly to be withdrawn; events that tell of no change (jitter): {score.jitter}"
    )
    for word, ones in (("false", score.false), ("missed", score.missed)):
        for one in ones[:10]:
            print(f"  {word}: {one}")


def _line(kind: str, right: int, false: int, missed: int) -> str:
    precision = right / (right + false) if right + false else 1.0
    recall = right / (right + missed) if right + missed else 1.0
    return f"{kind:20} {right:6} {false:6} {missed:6} {precision:9.3f} {recall:7.3f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
