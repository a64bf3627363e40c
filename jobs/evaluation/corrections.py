"""What staff corrected, asked again: would we now read the same record as they do?

Corrections are the regression set that an installation gathers by being used. The archived record of
each corrected call is normalised and tagged anew, without what staff said; the more corrections it
agrees with, the fewer are still needed. Read from the store the settings name; a fresh checkout has none.
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from config.settings import Settings
from config.sources import Source, load_sources
from config.taxonomy import load_taxonomy
from jobs.harvest import normalise_records
from normalize.call import Call
from normalize.corrections import TAG_PREFIX, agrees, json_value
from normalize.tagging import Tagger
from store.archive import Archive
from store.corrections import Correction, all_corrections
from store.database import Database, migrate, open_database
from store.reading import get_calls


class Judged(NamedTuple):
    """A correction, and whether the record read anew says what staff said; None without its record."""

    correction: Correction
    agrees: bool | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how many corrections are still needed.

    Returns:
        0, whatever the figures: a correction still needed is no fault.
    """
    settings = Settings()
    db = open_database(settings)
    try:
        migrate(db)
        tagger = Tagger(load_taxonomy())
        print_report(judged(db, load_sources(settings.sources), tagger, now=datetime.now(UTC)))
    finally:
        db.close()
    return 0


def judged(db: Database, sources: Mapping[str, Source], tagger: Tagger, *, now: datetime) -> list[Judged]:
    """Read the archived records of all corrected calls anew.

    Args:
        db: Where corrections and archive are.
        sources: The entries by id; a correction of a source that left them cannot be judged.
        tagger: Built once.
        now: UTC.
    """
    held = all_corrections(db)
    stored = get_calls(db, sorted({correction.call_id for correction in held}))
    wanted: dict[str, set[str]] = {}
    for call in stored:
        wanted.setdefault(call.source_id, set()).add(call.native_id)
    anew: dict[str, Call] = {}
    for source_id, native_ids in wanted.items():
        if source_id in sources:
            records = (raw for raw in Archive(db).latest_records(source_id) if raw.native_id in native_ids)
            made = normalise_records(records, sources[source_id], now=now, tagger=tagger)
            anew |= {call.id: call for call in made.calls}
    return [Judged(correction, _agrees(correction, anew.get(correction.call_id))) for correction in held]


def _agrees(correction: Correction, call: Call | None) -> bool | None:
    if call is None:
        return None
    return agrees(correction.field, correction.value, json_value(call, correction.field))


def print_report(found: Sequence[Judged]) -> None:
    """Print the figures by kind, then each correction that is still needed."""
    if not found:
        print("no corrections in the store")
        return
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for correction, same in found:
        kind = "tags" if correction.field.startswith(TAG_PREFIX) else correction.field
        total[kind] += same is not None
        right[kind] += bool(same)
    print(f"{'':20} judged agreed")
    for kind in sorted(total):
        print(f"{kind:20} {total[kind]:6} {right[kind]:6}")
    for correction, same in found:
        if not same:
            why = "still needed" if same is False else "its record is not in the archive"
            print(f"  {correction.call_id} {correction.field}: {why} ({correction.reason})")


if __name__ == "__main__":
    sys.exit(main())
