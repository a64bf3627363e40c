"""What staff say against a source survives every harvest, and the source's word is kept beside it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from normalize.call import Call, Money
from normalize.corrections import Override
from normalize.errors import RecordError
from store.corrections import Correction, all_corrections, confirm, correct, corrections_of, take_back
from store.database import Database
from store.publishing import publish
from store.reading import events_of, get_call, last_change
from store.runs import start_run
from tests.calls import call, tag
from tests.conftest import NOW

AREAS = ("clean.hydrogen", "digital.ai_data")
LATER = NOW + timedelta(days=1)


def harvest(db: Database, *calls: Call) -> None:
    publish(db, start_run(db, "xx_test", NOW), "xx_test", calls, NOW)


def say(db: Database, field: str, value: Any, reason: str = "the page says so") -> Correction:  # noqa: ANN401 - JSON
    made = correct(
        db, "xx_test:1", Override(field, value, reason), by="ada@cluster.example", areas=AREAS, now=NOW
    )
    assert made is not None
    return made


def stored(db: Database) -> Call:
    found = get_call(db, "xx_test:1")
    assert found is not None
    return found


def test_a_corrected_field_survives_the_next_harvest(db: Database) -> None:
    harvest(db, call(1, title="Wrong title"))
    say(db, "title", "Right title")

    harvest(db, call(1, title="Wrong title", summary="Something else is new."))

    assert (stored(db).title, stored(db).summary) == ("Right title", "Something else is new.")


def test_harvesting_the_same_again_changes_nothing(db: Database) -> None:
    harvest(db, call(1, title="Wrong title"))
    say(db, "title", "Right title")
    before = last_change(db)

    harvest(db, call(1, title="Wrong title"))

    assert last_change(db) == before


def test_a_correction_is_an_event_of_staff(db: Database) -> None:
    harvest(db, call(1, title="Wrong title"))
    say(db, "title", "Right title")

    event = events_of(db, "xx_test:1")[-1]

    assert (event.kind, event.cause, event.new) == ("text_changed", "staff", {"title": "Right title"})


def test_no_event_tells_of_what_the_source_says_about_a_corrected_field(db: Database) -> None:
    harvest(db, call(1, title="Wrong title"))
    say(db, "title", "Right title")
    told = len(events_of(db, "xx_test:1"))

    harvest(db, call(1, title="Another wrong title"))

    assert len(events_of(db, "xx_test:1")) == told


def test_both_values_are_kept_and_a_changed_source_is_a_conflict(db: Database) -> None:
    harvest(db, call(1, title="Wrong title"))
    say(db, "title", "Right title")
    harvest(db, call(1, title="Wrong again"))

    (kept,) = all_corrections(db)

    assert (kept.value, kept.source_value_then, kept.source_value) == (
        "Right title",
        "Wrong title",
        "Wrong again",
    )
    assert kept.is_conflict
    assert not kept.is_agreed


def test_a_source_that_comes_round_is_no_conflict(db: Database) -> None:
    harvest(db, call(1, title="Wrong title"))
    say(db, "title", "Right title")
    harvest(db, call(1, title="Right title"))

    (kept,) = all_corrections(db)

    assert (kept.is_conflict, kept.is_agreed) == (False, True)


def test_a_confirmed_correction_is_no_conflict_until_the_source_changes_again(db: Database) -> None:
    harvest(db, call(1, title="Wrong title"))
    made = say(db, "title", "Right title")
    harvest(db, call(1, title="Wrong again"))

    confirm(db, made.number, by="ben@cluster.example", now=LATER)

    assert not all_corrections(db)[0].is_conflict
    harvest(db, call(1, title="Wrong a third time"))
    assert all_corrections(db)[0].is_conflict


def test_taken_back_the_newest_word_of_the_source_holds(db: Database) -> None:
    harvest(db, call(1, title="Wrong title"))
    made = say(db, "title", "Right title")
    harvest(db, call(1, title="Newer title"))

    take_back(db, made.number, by="ben@cluster.example", now=LATER)

    assert stored(db).title == "Newer title"
    (ended,) = corrections_of(db, "xx_test:1")
    assert (ended.ended_at, ended.ended_by) == (LATER, "ben@cluster.example")
    assert take_back(db, made.number, by="ben@cluster.example", now=LATER) is None


def test_a_second_correction_replaces_the_first_and_knows_the_source_still(db: Database) -> None:
    harvest(db, call(1, title="Wrong title"))
    say(db, "title", "First try")
    second = say(db, "title", "Second try")

    assert stored(db).title == "Second try"
    assert second.source_value == "Wrong title"
    assert [kept.ended_at is None for kept in corrections_of(db, "xx_test:1")] == [True, False]


def test_a_wrong_tag_stays_away_and_a_missing_one_stays(db: Database) -> None:
    harvest(db, call(1, tags=(tag("digital.ai_data", "AI"),)))
    say(db, "tags.digital.ai_data", False)
    say(db, "tags.clean.hydrogen", True, "electrolysers are hydrogen")

    harvest(db, call(1, tags=(tag("digital.ai_data", "AI"),), summary="New."))

    (only,) = stored(db).tags
    assert (only.area, only.sector, only.by, only.reason, only.confidence) == (
        "clean.hydrogen",
        "clean",
        "staff",
        "electrolysers are hydrogen",
        1.0,
    )


def test_a_removed_tag_comes_back_with_its_evidence(db: Database) -> None:
    was = tag("digital.ai_data", "Call")
    harvest(db, call(1, tags=(was,)))
    made = say(db, "tags.digital.ai_data", False)
    assert stored(db).tags == ()

    take_back(db, made.number, by="ben@cluster.example", now=LATER)

    assert stored(db).tags == (was,)


def test_evidence_that_stands_no_longer_in_a_corrected_text_is_left_out(db: Database) -> None:
    harvest(db, call(1, title="Call for hydrogen", tags=(tag("clean.hydrogen", "Call"),)))

    say(db, "title", "Money for hydrogen")

    assert stored(db).tags[0].evidence == ()


def test_words_of_the_source_do_not_stand_beside_another_amount_than_they_state(db: Database) -> None:
    said = call(
        1,
        grant_max=Money(amount=Decimal(15_000), currency="EUR"),
        grant_evidence="Aide plafonnée à 15 000 €",
        funding_rate_max=Decimal("0.5"),
        funding_rate_evidence="jusqu'à 50 % des dépenses",
        trl_max=7,
        trl_evidence="atteindre le TRL 7",
    )
    harvest(db, said)
    say(db, "grant_max", {"amount": "12000.00", "currency": "EUR"})
    assert (stored(db).grant_evidence, stored(db).trl_evidence) == (None, said.trl_evidence)

    say(db, "trl_max", 6)
    harvest(db, said)
    assert (stored(db).grant_evidence, stored(db).trl_evidence) == (None, None)
    assert stored(db).funding_rate_evidence == said.funding_rate_evidence


def test_text_of_staff_is_cleaned_like_a_source_s(db: Database) -> None:
    harvest(db, call(1))

    say(db, "description", "<p onclick=x>Good</p><script>bad()</script>")

    assert stored(db).description == "<p>Good</p>"


@pytest.mark.parametrize(
    ("field", "value", "reason", "wrong"),
    [
        ("id", "xx_test:2", "why not", "cannot be corrected"),
        ("nothing", 1, "why not", "cannot be corrected"),
        ("title", "", "why not", "valid string"),
        ("title", "Right", "  ", "a reason is needed"),
        ("trl_min", 12, "why not", "less than or equal to 9"),
        ("url", "javascript:alert(1)", "why not", "no web address"),
        ("opens_at", "2026-01-01T00:00:00", "why not", "timezone"),
        ("opens_at", 2027, "why not", "a moment as YYYY-MM-DD"),
        ("opens_at", "2027", "why not", "a moment as YYYY-MM-DD"),
        ("deadlines", [{"at": "1798243200", "precision": "minute", "zone": "UTC"}], "why not", "a moment as"),
        ("tags.clean.dreams", True, "why not", "no area of the taxonomy"),
        ("tags.clean.hydrogen", "yes", "why not", "true or false"),
    ],
)
def test_what_the_schema_refuses_is_refused_and_changes_nothing(
    db: Database,
    field: str,
    value: Any,  # noqa: ANN401 - JSON
    reason: str,
    wrong: str,
) -> None:
    harvest(db, call(1))
    before = stored(db)

    with pytest.raises(RecordError, match=wrong):
        say(db, field, value, reason)

    assert (stored(db), all_corrections(db)) == (before, [])


def test_an_unknown_call_is_nothing_to_correct(db: Database) -> None:
    override = Override("title", "x", "y")
    assert correct(db, "xx_test:none", override, by="ada@cluster.example", areas=AREAS, now=NOW) is None
