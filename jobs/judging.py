"""Judge a run: healthy, or what is wrong with it in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.sources import Source
from normalize.call import Call
from store.outcome import CrawlOutcome


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a run's records.

    Attributes:
        records: Raw records read.
        rejected: Records with a fault, each a row in the rejects.
        not_calls: Reason -> records that nobody can apply to, left out on purpose.
    """

    records: int
    rejected: int
    not_calls: Mapping[str, int] = field(default_factory=dict)


DROP_COUNTS_FROM = 10
"""Calls a list must have had before losing some of them tells anything."""


def judge(
    source: Source,
    outcome: CrawlOutcome | None,
    counts: Counts,
    calls: Sequence[Call],
    *,
    before: int | None = None,
) -> list[str]:
    """Return what is wrong with a run; nothing when it is healthy.

    An unhealthy run publishes nothing: the last good data stays. The floors are the entry's
    (``expect``); a crawl process that ended without an outcome has crashed.

    Args:
        source: The entry.
        outcome: What the crawl process said; None when it ended without a word.
        counts: What became of the records.
        calls: What came out.
        before: Calls of the last healthy run; None when there was none.
    """
    if outcome is None:
        return ["the crawl process ended without saying how (crashed or was killed)"]
    if outcome.problems:
        # The floors would only say the same again, in numbers.
        return list(outcome.problems)
    if outcome.finish_reason != "finished":
        return [f"the crawl stopped early: {outcome.finish_reason}"]
    problems, expect = [], source.expect
    if len(calls) < expect.min_records:
        problems.append(f"{len(calls)} calls, at least {expect.min_records} expected")
    if before is not None and before >= DROP_COUNTS_FROM and len(calls) < before * (1 - expect.max_drop):
        problems.append(f"{len(calls)} calls, the last healthy run had {before}: too many gone at once")
    if counts.records and counts.rejected / counts.records > expect.max_reject_ratio:
        share = counts.rejected / counts.records
        problems.append(
            f"{share:.0%} of the records rejected, at most {expect.max_reject_ratio:.0%} expected"
        )
    return problems + _thin_fields(calls, expect.fill)


def _thin_fields(calls: Sequence[Call], floors: Mapping[str, float]) -> list[str]:
    problems = []
    for name, floor in floors.items():
        filled = sum(1 for call in calls if getattr(call, name))
        if calls and filled / len(calls) < floor:
            problems.append(
                f"only {filled / len(calls):.0%} of the calls have {name}, at least {floor:.0%} expected"
            )
    return problems
