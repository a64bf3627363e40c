"""The records of the hand-checked sheet: which they are, and what normalising makes of them.

The sheet (`sheet.json`) holds ids and facts only, no text of a source. Each line was compared by a
person with the raw record (`python -m tests.normalize.sheet` shows both side by side).
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from config.settings import Settings
from config.sources import Source, load_sources
from normalize.call import Call, Money
from normalize.errors import NotACall, RecordError
from normalize.pipeline import normalize
from normalize.record import RawRecord
from normalize.tagging import Tagger
from tests.conftest import NOW
from tests.sources import recast

SHEET = Path(__file__).with_name("sheet.json")
SEED = 20261125
PICKED: Mapping[str, tuple[int, Callable[[], list[dict[str, Any]]]]] = {
    "eu_ft": (60, recast.sedia_results),
    "es_bdns": (67, recast.bdns_records),
    "fr_aides_territoires": (65, recast.aides_territoires_records),
    "pt_portugal2030": (5, recast.portugal_records),
    "fr_idf_aides": (3, recast.idf_records),
    "it_lazio": (15, recast.lazio_posts),
    "it_sicilia": (15, recast.sicilia_posts),
    "it_emilia_romagna": (18, recast.emilia_romagna_items),
    "it_trento": (41, recast.trento_rows),
    "it_incentivi": (9, recast.incentivi_docs),
}
"""Source -> how many of its recorded calls are on the sheet, and where they are."""


def picked(tagger: Tagger) -> Iterator[tuple[Source, dict[str, Any], Call]]:
    """Yield the records of the sheet with what they become, chosen by a fixed seed."""
    sources = load_sources(Settings().sources)
    for name, (count, read) in PICKED.items():
        made = []
        for record in read():
            try:
                made.append((record, _call(sources[name], record, tagger)))
            except (NotACall, RecordError):
                continue
        chosen = random.Random(SEED).sample(range(len(made)), min(count, len(made)))
        for index in sorted(chosen):
            yield sources[name], *made[index]


def _call(source: Source, record: dict[str, Any], tagger: Tagger) -> Call:
    body = json.dumps(record).encode()
    raw = RawRecord(source.id, "?", "https://x.example", NOW, "application/json", body)
    return normalize(raw, source, now=NOW, tagger=tagger)


def facts_of(call: Call) -> dict[str, Any]:
    """Return what the sheet holds of a call: dates, amounts, places and applicants."""
    return {
        "deadlines": [
            " ".join(filter(None, (f"{d.at:%Y-%m-%dT%H:%M}Z" if d.at else "none", d.precision, d.kind)))
            for d in call.deadlines
        ],
        "opens_at": f"{call.opens_at:%Y-%m-%dT%H:%M}Z" if call.opens_at else None,
        "amounts": {
            name: _printed(getattr(call, name))
            for name in ("budget_total", "grant_min", "grant_max", "funding_rate_max")
            if getattr(call, name) is not None
        },
        "places": [*call.countries, *call.regions, *(["everywhere"] if call.everywhere else [])],
        "applicants": list(call.applicants),
    }


def _printed(value: object) -> str:
    return f"{value.amount} {value.currency}" if isinstance(value, Money) else str(value)
