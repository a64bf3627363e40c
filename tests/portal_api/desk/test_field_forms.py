"""What staff type is read exactly, and what is shown can be sent back unchanged."""

from contextlib import suppress
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.call import Document, Money
from normalize.corrections import CORRECTABLE, json_value
from normalize.errors import RecordError
from portal_api.desk.field_forms import FORMS, Clock, read_typed, typed
from tests.calls import call, deadline, euros

BRUSSELS = Clock("Europe/Brussels", time(17))
FULL = call(
    1,
    title="Electrolysers",
    summary="Short.",
    description="<p>Long.</p>",
    language="en",
    keywords=("hydrogen", "offshore wind"),
    aliases=("A-1",),
    documents=(Document(title="Work programme", url="https://agency.example/wp.pdf"),),
    countries=("BE", "FR"),
    regions=("FR", "FR1", "FR10"),
    everywhere=True,
    applicants=("sme", "university"),
    instrument=("grant", "loan"),
    trl_min=4,
    trl_max=6,
    opens_at=datetime(2026, 9, 1, 22, tzinfo=UTC),
    deadlines=(
        deadline(datetime(2026, 11, 1, 16, tzinfo=UTC), kind="cut_off", label="first cut-off"),
        deadline(datetime(2026, 12, 4, 16, tzinfo=UTC), precision="day"),
        deadline(datetime(2027, 1, 4, 16, tzinfo=UTC), zone="Europe/Madrid", kind="stage_2"),
        deadline(None, kind="continuous", precision="day", label="until funds end"),
    ),
    budget_total=euros("1250000.50"),
    grant_max=Money(amount=Decimal(300000), currency="SEK"),
    funding_rate_max=Decimal("0.7"),
    expected_grants=12,
)


def test_every_field_that_may_be_corrected_has_a_form() -> None:
    assert set(FORMS) == set(CORRECTABLE)


@pytest.mark.parametrize("field", [name for name in FORMS if name != "seal"])
@pytest.mark.parametrize("shown", [FULL, call(2)], ids=["full", "bare"])
def test_what_is_shown_reads_back_as_what_was_there(shown: Any, field: str) -> None:  # noqa: ANN401 - a call
    read = read_typed(field, typed(shown, field, BRUSSELS.zone), clock=BRUSSELS)

    rebuilt = type(shown).model_validate(shown.model_dump() | {field: read})
    assert json_value(rebuilt, field) == json_value(shown, field)


@pytest.mark.parametrize(
    ("line", "at", "precision", "kind", "label"),
    [
        ("2026-09-17 17:00", datetime(2026, 9, 17, 15, tzinfo=UTC), "minute", "single", None),
        ("2026-09-17 9:30 UTC", datetime(2026, 9, 17, 9, 30, tzinfo=UTC), "minute", "single", None),
        ("2026-12-17", datetime(2026, 12, 17, 16, tzinfo=UTC), "day", "single", None),
        ("2026-09-17 stage_1 outline", datetime(2026, 9, 17, 15, tzinfo=UTC), "day", "stage_1", "outline"),
        (
            "2026-09-17 for the regions",
            datetime(2026, 9, 17, 15, tzinfo=UTC),
            "day",
            "single",
            "for the regions",
        ),
    ],
)
def test_a_deadline_is_read_in_the_zone_and_closing_hour_of_its_source(
    line: str, at: datetime, precision: str, kind: str, label: str | None
) -> None:
    (read,) = read_typed("deadlines", line, clock=BRUSSELS)

    assert datetime.fromisoformat(read["at"]) == at
    assert (read["precision"], read["kind"], read["label"]) == (precision, kind, label)


@pytest.mark.parametrize(
    ("field", "text", "wrong"),
    [
        ("deadlines", "17 September", "write a deadline as"),
        ("deadlines", "2026-02-30", "no such day"),
        ("deadlines", "2026-09-17 25:00", "no such hour"),
        ("deadlines", "2026-09-17 17:00 Europe/Atlantis", "unknown time zone"),
        ("opens_at", "tomorrow", "write a day as"),
        ("budget_total", "1.250.000 EUR", "write an amount as"),
        ("budget_total", "1250000", "write an amount as"),
        ("funding_rate_max", "much", "write a percentage"),
        ("funding_rate_max", "Infinity", "write a percentage"),
        ("trl_min", "4-6", "whole number"),
        ("countries", "XX", "unknown code"),
        ("regions", "FR1, ZZ9", "unknown code"),
        ("applicants", "people", "choose from"),
        ("level", "", "choose one"),
    ],
)
def test_what_cannot_be_read_says_how_to_write_it(field: str, text: str, wrong: str) -> None:
    with pytest.raises(RecordError, match=wrong) as caught:
        read_typed(field, text, clock=BRUSSELS)
    assert caught.value.field == field


def test_regions_bring_their_parents() -> None:
    assert read_typed("regions", "fr101", clock=BRUSSELS) == ["FR", "FR1", "FR10", "FR101"]


def test_the_reason_is_the_evidence_of_a_seal() -> None:
    read = read_typed("seal", "accepts", clock=BRUSSELS, reason="page 4")

    assert read == {"state": "accepts", "evidence": ["staff: page 4"]}


@given(field=st.sampled_from(sorted(FORMS)), text=st.text(max_size=60))
def test_anything_typed_is_read_or_refused_as_a_bad_record(field: str, text: str) -> None:
    with suppress(RecordError):
        read_typed(field, text, clock=BRUSSELS)
