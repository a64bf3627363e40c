"""250 real records whose every date, amount, place and applicant a person has compared."""

import json
from typing import Any

import pytest

from jobs.evaluation.field_verdicts import FIELDS, read_verdicts, verdicts_by_field
from normalize.tagging import Tagger
from tests.normalize.sheet.reading import SHEET, facts_of, picked
from tests.sources import recast

recorded = pytest.mark.skipif(not recast.available(), reason="no recorded records beside the project")


@recorded
def test_every_fact_is_as_it_was_checked(tagger: Tagger) -> None:
    checked: list[dict[str, Any]] = json.loads(SHEET.read_text("utf-8"))
    found = [
        {"source": source.id, "native_id": call.native_id} | facts_of(call)
        for source, _, call in picked(tagger)
    ]

    assert len(checked) == 250
    assert found == checked


def test_every_field_of_every_line_has_a_verdict_and_none_is_wrong() -> None:
    counted = read_verdicts()

    assert {field: counted[field].total() for field in FIELDS} == dict.fromkeys(FIELDS, 250)
    assert not any(counted[field]["wrong"] for field in FIELDS)


def test_a_verdict_of_a_record_that_is_not_on_the_sheet_is_refused() -> None:
    found = [{"source": "eu_ft", "field": "deadlines", "verdict": "right", "ids": ["of nothing"]}]

    with pytest.raises(ValueError, match="of nothing"):
        verdicts_by_field([], found)
