"""Judge a run: healthy, or what is wrong with it in plain words. ``docs/health.md`` explains each."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from config.sources import Source
from normalize.call import Call
from store.outcome import CrawlOutcome
from store.runs import Reject, RunView


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a run's records.

    Attributes:
        records: Raw records read.
        rejected: Records with a fault, each a row in the rejects.
        not_calls: Reason -> records that nobody can apply to, left out on purpose.
        commonest: The fault most of the rejected records have, in words.
    """

    records: int
    rejected: int
    not_calls: Mapping[str, int] = field(default_factory=dict)
    commonest: str = ""

    @classmethod
    def of(cls, records: int, rejects: Sequence[Reject], not_calls: Mapping[str, int]) -> "Counts":
        """Count a run's records."""
        faults = Counter((reject.field or "record", reject.reason) for reject in rejects).most_common(1)
        words = ""
        if faults:
            (name, reason), _count = faults[0]
            value = next(
                one.value for one in rejects if (one.field or "record", one.reason) == (name, reason)
            )
            words = f"{name}: {reason} ({value!r})"
        return cls(records, len(rejects), not_calls, words)


DROP_COUNTS_FROM = 10
"""Calls a list must have had before losing some of them tells anything."""
COLLAPSED = 0.5
"""A field that fewer than this share of its former calls still have has collapsed."""
COLLAPSE_COUNTS_FROM = 10
"""Calls that must have lost a field before it is no accident of a short list."""
WATCHED = (
    "deadlines", "opens_at", "summary", "description", "eligibility", "applicants", "budget_total",
    "grant_max", "funding_rate_max", "programme", "funder", "action_type", "regions", "instrument",
    "keywords", "documents",
)  # fmt: skip
"""Fields whose fill rate is kept with each run. Tags are ours, not the source's, and not among them."""
WORDS_SHOWN = 5


def judge(
    source: Source,
    outcome: CrawlOutcome | None,
    counts: Counts,
    calls: Sequence[Call],
    *,
    before: RunView | None = None,
) -> list[str]:
    """Return what is wrong with a full run; nothing when it is healthy.

    An unhealthy run publishes nothing: the last good data stays. The floors are the entry's
    (``expect``); a crawl process that ended without an outcome has crashed.

    Args:
        source: The entry.
        outcome: What the crawl process said; None when it ended without a word.
        counts: What became of the records.
        calls: What came out.
        before: The last healthy full run; None when there was none, or when a person said that what
            has changed since is right.
    """
    if problems := crawl_problems(outcome):
        # The floors would only say the same again, in numbers.
        return problems
    expect = source.expect
    if len(calls) < expect.min_records:
        problems.append(f"{len(calls)} calls, at least {expect.min_records} expected")
    if before and before.calls >= DROP_COUNTS_FROM and len(calls) < before.calls * (1 - expect.max_drop):
        problems.append(f"{len(calls)} calls, the last healthy run had {before.calls}: too many gone at once")
    problems += _rejected_too_many(source, counts)
    problems += _thin_fields(calls, expect.fill)
    return problems + (list(_collapsed_fields(calls, before)) if before else [])


def judge_recheck(source: Source, outcome: CrawlOutcome | None, counts: Counts) -> list[str]:
    """Return what is wrong with a re-check of a few calls: the floors of a whole list say nothing there."""
    return crawl_problems(outcome) or _rejected_too_many(source, counts)


def crawl_problems(outcome: CrawlOutcome | None) -> list[str]:
    """Return what the crawl itself says is wrong."""
    if outcome is None:
        return ["the crawl process ended without saying how (crashed or was killed)"]
    if outcome.problems:
        return list(outcome.problems)
    return (
        [] if outcome.finish_reason == "finished" else [f"the crawl stopped early: {outcome.finish_reason}"]
    )


def fill_rates(calls: Sequence[Call]) -> Mapping[str, float]:
    """Return watched field -> share of the calls that have it, 0 to 1."""
    if not calls:
        return {}
    filled = {name: sum(1 for call in calls if getattr(call, name)) for name in WATCHED}
    return {name: round(count / len(calls), 4) for name, count in filled.items()}


def notes_on(rejects: Sequence[Reject]) -> list[str]:
    """Return what a person should see to although the run is healthy: words no table of the entry holds."""
    words = Counter((reject.field, reject.value) for reject in rejects if reject.reason == "unknown word")
    if not words:
        return []
    shown = [f"{name} {word!r} ({count})" for (name, word), count in words.most_common(WORDS_SHOWN)]
    more = f" and {len(words) - WORDS_SHOWN} more" if len(words) > WORDS_SHOWN else ""
    unknown = f"words its lookups do not know: {', '.join(shown)}{more}"
    return [f"{unknown}; add them to the entry, then `portal replay`"]


def _rejected_too_many(source: Source, counts: Counts) -> list[str]:
    share = counts.rejected / counts.records if counts.records else 0
    if share <= source.expect.max_reject_ratio:
        return []
    most = f"; most often {counts.commonest}" if counts.commonest else ""
    allowed = source.expect.max_reject_ratio
    return [f"{share:.0%} of the records rejected, at most {allowed:.0%} expected{most}"]


def _thin_fields(calls: Sequence[Call], floors: Mapping[str, float]) -> list[str]:
    problems = []
    for name, floor in floors.items():
        filled = sum(1 for call in calls if getattr(call, name))
        if calls and filled / len(calls) < floor:
            problems.append(
                f"only {filled / len(calls):.0%} of the calls have {name}, at least {floor:.0%} expected"
            )
    return problems


def _collapsed_fields(calls: Sequence[Call], before: RunView) -> Iterator[str]:
    now = fill_rates(calls)
    for name, share in before.fill.items():
        lost = (share - now.get(name, share)) * len(calls)
        if lost >= COLLAPSE_COUNTS_FROM and now[name] < share * COLLAPSED:
            yield (
                f"only {now[name]:.0%} of the calls have {name}, {share:.0%} had it in the last healthy run: "
                "was a field renamed, or its format changed?"
            )
