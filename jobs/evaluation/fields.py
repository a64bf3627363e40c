"""Field by field: the share of calls that state it, by source; and what a check by hand found.

What nobody states nobody can filter by. The store is the one that the settings name; after
``python -m tests.harvest_recorded`` it holds the recorded records.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from config.settings import Settings
from jobs.evaluation.field_verdicts import print_verdicts, read_verdicts
from normalize.call import Call
from store.database import migrate, open_database
from store.reading import iter_calls

FIELDS: Mapping[str, Callable[[Call], object]] = {
    "deadline": lambda call: call.deadlines,
    "note": lambda call: call.deadline_note,
    "opens": lambda call: call.opens_at,
    "budget": lambda call: call.budget_total,
    "grant": lambda call: call.grant_max or call.grant_min,
    "rate": lambda call: call.funding_rate_max,
    "place": lambda call: call.countries or call.regions or call.everywhere,
    "region": lambda call: call.regions,
    "applicants": lambda call: call.applicants,
    "trl": lambda call: call.trl_min,
    "tags": lambda call: call.tags,
}
"""Column -> what a call must state to be counted in it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the shares.

    Returns:
        0; an empty store is said in words.
    """
    db = open_database(Settings())
    try:
        migrate(db)
        print_coverage(iter_calls(db))
        print_verdicts(read_verdicts())
    finally:
        db.close()
    return 0


def coverage(calls: Iterable[Call]) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Return source -> number of calls, and source -> field -> calls that state it."""
    totals: Counter[str] = Counter()
    stated: dict[str, Counter[str]] = defaultdict(Counter)
    for call in calls:
        totals[call.source_id] += 1
        stated[call.source_id].update(name for name, states in FIELDS.items() if states(call))
    return totals, stated


def print_coverage(calls: Iterable[Call]) -> None:
    """Print a line a source, and one for all."""
    totals, stated = coverage(calls)
    if not totals:
        print("no calls in the store")
        return
    print(f"{'share of calls that state':28}" + "".join(f"{name:>11}" for name in FIELDS))
    for source_id in sorted(totals):
        _print_line(source_id, totals[source_id], stated[source_id])
    _print_line("all", totals.total(), sum(stated.values(), Counter()))


def _print_line(name: str, total: int, stated: Mapping[str, int]) -> None:
    print(f"{name:22}{total:6}" + "".join(f"{stated.get(field, 0) / total:11.0%}" for field in FIELDS))


if __name__ == "__main__":
    sys.exit(main())
