"""Two hundred real records whose every date, amount, place and applicant a person has compared."""

import json
from typing import Any

import pytest

from normalize.tagging import Tagger
from tests.normalize.sheet.reading import SHEET, facts_of, picked
from tests.sources import recast

pytestmark = pytest.mark.skipif(not recast.available(), reason="no recorded records beside the project")


def test_every_fact_is_as_it_was_checked(tagger: Tagger) -> None:
    checked: list[dict[str, Any]] = json.loads(SHEET.read_text("utf-8"))
    found = [
        {"source": source.id, "native_id": call.native_id} | facts_of(call)
        for source, _, call in picked(tagger)
    ]

    assert len(checked) == 200
    assert found == checked
