from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from normalize.call import Deadline, Money
from portal_api import presenting
from portal_api.history import event_words
from store.changes import changes_between
from store.reading import StoredEvent
from tests.calls import call, deadline, euros
from tests.conftest import NOW

THIN = "\u202f"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("2500000", "EUR 2.5 million"),
        ("2500000000", "EUR 2.5 billion"),
        ("18000000.00", "EUR 18 million"),
        ("60000", f"EUR 60{THIN}000"),
        ("2512345", f"EUR 2{THIN}512{THIN}345"),
        ("1234.50", f"EUR 1{THIN}234.50"),
        ("0", "EUR 0"),
    ],
)
def test_amounts_are_short_but_never_rounded(amount: str, words: str) -> None:
    assert presenting.money_words(euros(amount)) == words


def test_an_amount_keeps_its_currency() -> None:
    assert presenting.money_words(Money(amount=Decimal("3000000"), currency="SEK")) == "SEK 3 million"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        ("1", "2", "EUR 1 to EUR 2"),
        (None, "2", "up to EUR 2"),
        ("1", None, "from EUR 1"),
        ("2", "2", "EUR 2"),
        (None, None, ""),
    ],
)
def test_the_amount_a_project(low: str | None, high: str | None, words: str) -> None:
    facts: dict[str, Any] = {
        "grant_min": euros(low) if low else None,
        "grant_max": euros(high) if high else None,
    }

    assert presenting.grant_words(call(**facts)) == words


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year, month, day, hour, ...


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (deadline(at(2026, 12, 4, 16)), "Friday 4 December 2026, 17:00 Brussels time"),
        (
            deadline(at(2026, 12, 4, 16), precision="day"),
            "Friday 4 December 2026 (no hour stated; usually 17:00 Brussels time)",
        ),
        (
            deadline(at(2026, 12, 4, 22, 59, 59), precision="day", zone="Europe/Madrid"),
            "Friday 4 December 2026 (no hour stated)",
        ),
        (deadline(at(2026, 7, 1, 16), zone="Atlantic/Azores"), "Wednesday 1 July 2026, 16:00 Azores time"),
        (deadline(None, kind="continuous"), "no end date; open until funds end"),
    ],
)
def test_a_deadline_in_words(given: Deadline, words: str) -> None:
    assert presenting.deadline_words(given) == words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (deadline(NOW + timedelta(hours=1)), "today"),
        (deadline(NOW + timedelta(hours=11)), "tomorrow"),
        (deadline(NOW + timedelta(days=9)), "in 9 days"),
        (deadline(NOW - timedelta(minutes=1)), "over"),
        (deadline(NOW - timedelta(minutes=1), precision="day"), "today"),
        (deadline(None, kind="continuous"), ""),
    ],
)
def test_days_left_are_days_of_the_deadlines_zone(given: Deadline, words: str) -> None:
    assert presenting.days_left(given, NOW) == words


def test_the_last_day_is_close_after_its_usual_hour() -> None:
    passed = deadline(NOW - timedelta(minutes=1), precision="day")

    assert presenting.is_close(passed, NOW)


def test_a_call_opens_on_the_day_of_its_source() -> None:
    midnight_in_brussels = at(2027, 1, 31, 23)

    words = presenting.opening_words(call(opens_at=midnight_in_brussels), "Europe/Brussels", NOW)

    assert words == "Opens 1 February 2027"


def test_an_opening_hour_is_said() -> None:
    words = presenting.opening_words(call(opens_at=at(2026, 1, 7, 9)), "Europe/Paris", NOW)

    assert words == "Opened 7 January 2026, 10:00 Paris time"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"regions": ("FR", "FR1", "FR10"), "countries": ("FR",)}, "Ile-de-France"),
        ({"countries": ("ES", "PT")}, "Spain, Portugal"),
        ({"countries": (), "everywhere": True}, "Everywhere"),
        ({"countries": ()}, ""),
        (
            {"countries": ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE")},
            "Austria, Belgium, Bulgaria, Cyprus, Czechia, Germany, and 2 more",
        ),
    ],
)
def test_where_it_is_open(facts: dict[str, Any], words: str) -> None:
    assert presenting.place_words(call(**facts)) == words


def test_applicants_read_as_one_sentence() -> None:
    given = call(applicants=("large_enterprise", "sme", "public_body"))

    assert presenting.applicants_words(given) == "Large enterprises, SMEs, public bodies"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({}, {"withdrawn": True}, "No longer listed by the source"),
        (
            {"deadlines": (deadline(at(2027, 3, 1, 16)),)},
            {"deadlines": (deadline(at(2027, 3, 15, 16)),)},
            "Deadline moved later, from 1 Mar 2027 to 15 Mar 2027",
        ),
        (
            {"opens_at": at(2027, 1, 31, 23), "deadlines": ()},
            {"opens_at": at(2027, 1, 9, 23), "deadlines": ()},
            "Opens earlier than announced: 10 January 2027 instead of 1 February 2027",
        ),
        (
            {"budget_total": euros("2000000")},
            {"budget_total": euros("3000000"), "funding_rate_max": Decimal("0.5")},
            "Amounts changed: budget of the whole call from EUR 2 million to EUR 3 million; "
            "share of the costs from not stated to 50%",
        ),
        (
            {"applicants": ("sme",), "countries": ("ES",)},
            {"applicants": ("university",), "countries": ("ES", "PT")},
            "Who may apply changed: now also Universities, no longer SMEs; now also Portugal",
        ),
        (
            {"title": "One", "deadline_note": "soon"},
            {"title": "Two", "deadline_note": "later"},
            "Text changed: title, note on the deadline",
        ),
    ],
)
def test_a_change_is_a_sentence(before: dict[str, Any], after: dict[str, Any], words: str) -> None:
    (change,) = changes_between(call(**before), call(**after))
    event = StoredEvent(1, "xx_test:1", change.kind, NOW, change.old, change.new)

    assert event_words(event, "Europe/Brussels") == words


def test_a_kind_of_change_nobody_knows_yet_is_still_told() -> None:
    event = StoredEvent(1, "xx_test:1", "moved_house", NOW, None, None)

    assert event_words(event, "Europe/Brussels") == "moved house"
