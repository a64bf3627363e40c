"""Show the records of the sheet, raw facts beside what they became; ``--write`` writes the sheet anew.

    python -m tests.normalize.sheet [SOURCE] [--write]

Whoever writes it has compared every line with its raw record.
"""

import json
import sys
from typing import Any

from config.taxonomy import load_taxonomy
from normalize.tagging import Tagger
from tests.normalize.sheet.reading import SHEET, facts_of, picked

_SHOWN = {
    "eu_ft": "deadlineDate startDate deadlineModel budgetOverview budget cftEstimatedTotalProcedureValue",
    "es_bdns": "fechaInicioSolicitud fechaFinSolicitud textInicio textFin presupuestoTotal regiones"
    " tiposBeneficiarios instrumentos",
    "fr_aides_territoires": "start_date submission_deadline recurrence subvention_rate_lower_bound"
    " subvention_rate_upper_bound subvention_rate loan_amount recoverable_advance_amount perimeter"
    " targeted_audiences",
}
_CUT = 330


def main(arguments: list[str]) -> None:
    """Print, or write."""
    names = [word for word in arguments if not word.startswith("--")]
    sheet = []
    for number, (source, record, call) in enumerate(picked(Tagger(load_taxonomy())), 1):
        facts = {"source": source.id, "native_id": call.native_id} | facts_of(call)
        sheet.append(facts)
        if not names or source.id in names:
            _show(number, source.id, record, facts, call.deadline_note)
    if "--write" in arguments:
        lines = ",\n".join(json.dumps(line, ensure_ascii=False) for line in sheet)
        SHEET.write_text(f"[\n{lines}\n]\n", "utf-8")
        print(f"{len(sheet)} records written")


def _show(
    number: int, source_id: str, record: dict[str, Any], facts: dict[str, Any], note: str | None
) -> None:
    flat = {**record.get("metadata", {}), **(record.get("detail") or {})} or record
    keys = _SHOWN[source_id].split() if source_id in _SHOWN else tuple(flat)
    raw = {key: flat[key] for key in keys if flat.get(key) not in (None, "", [], {})}
    print(f"\n{number} {facts['native_id']}")
    for key, value in raw.items():
        print(f"   {key}: {json.dumps(value, ensure_ascii=False)[:_CUT]}")
    said = {key: value for key, value in facts.items() if key not in ("source", "native_id") and value}
    print(f"   => {json.dumps(said, ensure_ascii=False)}")
    if note:
        print(f"   note: {note[:200]}")


if __name__ == "__main__":
    main(sys.argv[1:])
