"""The EU portal's budgets in words, for topics of which the overview says nothing."""

from typing import Any

import pytest

from config.settings import Settings
from config.sources import load_sources
from normalize.mappers.eu_ft import map_record
from tests.sources.samples import sample_payloads

EU = load_sources(Settings().sources)["eu_ft"]


def topic(description: str, overview: str = "") -> dict[str, Any]:
    """Return a sample topic with another description, and no overview unless one is given."""
    sample = sample_payloads(EU)[0]
    metadata = sample["metadata"] | {"descriptionByte": [description], "budgetOverview": [overview]}
    return sample | {"metadata": metadata}


@pytest.mark.parametrize(
    ("description", "budget"),
    [
        (
            "<p>Actions.</p><p>Indicative budget: EUR 25 000 000 for this topic under the call.</p>",
            "EUR 25 000 000",
        ),
        (
            "Actions.Indicative budget: EUR 30 000 000 to support this topic and EUR 1 000 000 else",
            "EUR 30 000 000",
        ),
        ("The total indicative budget for the topic is EUR 7.50 million. Forms follow.", "EUR 7.50 million"),
        (
            "The total indicative budget for the topic is EUR 7 million for area A and 5 million for area B.",
            None,
        ),
        (
            "Indicative budget: EUR 5 000 000 for this topic. Indicative budget: EUR 6 000 000.",
            None,
        ),
        ("The indicative budget is small.", None),
        ("", None),
    ],
)
def test_a_budget_in_words_is_read_where_it_is_the_only_one(description: str, budget: str | None) -> None:
    assert map_record(topic(description), EU).budget_total == budget


def test_the_overview_wins() -> None:
    sample = sample_payloads(EU)[0]
    overview = sample["metadata"]["budgetOverview"][0]
    words = "Indicative budget: EUR 1 000 000 for this topic."

    assert map_record(topic(words, overview), EU).budget_total == map_record(sample, EU).budget_total
