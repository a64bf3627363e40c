"""Change events carry the value before and after; deadlines are paired as a reader would."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from normalize.call import Call, Deadline
from store.changes import changes_between
from tests.calls import DAY, call, deadline, euros
from tests.conftest import NOW

SPRING, SUMMER, AUTUMN, WINTER = (NOW + months * 30 * DAY for months in (1, 4, 7, 10))


def dated(*deadlines: Deadline) -> Call:
    return call(1, deadlines=deadlines)


def moves(old: Call, new: Call) -> list[tuple[str, datetime | None, datetime | None]]:
    """Return kind, moment before and moment after of each event."""

    def moment(value: Any) -> datetime | None:  # noqa: ANN401 - JSON
        return Deadline.model_validate(value).at if value else None

    return [(event.kind, moment(event.old), moment(event.new)) for event in changes_between(old, new)]


def test_both_stages_moved_to_each_others_place_are_two_extensions() -> None:
    old = dated(deadline(SPRING, kind="stage_1"), deadline(SUMMER, kind="stage_2"))
    new = dated(deadline(SUMMER, kind="stage_1"), deadline(AUTUMN, kind="stage_2"))

    assert moves(old, new) == [
        ("deadline_extended", SPRING, SUMMER),
        ("deadline_extended", SUMMER, AUTUMN),
    ]


def test_a_second_stage_beside_a_single_deadline_is_one_addition() -> None:
    new = dated(deadline(SPRING, kind="stage_1"), deadline(SUMMER, kind="stage_2"))

    assert moves(dated(deadline(SPRING)), new) == [("deadline_added", None, SUMMER)]


def test_a_cut_off_that_is_over_does_not_move_past_the_next_one() -> None:
    old = dated(deadline(SPRING, kind="cut_off"), deadline(SUMMER, kind="cut_off"))
    new = dated(deadline(SUMMER, kind="cut_off"), deadline(WINTER, kind="cut_off"))

    assert moves(old, new) == [("deadline_removed", SPRING, None), ("deadline_added", None, WINTER)]


def test_an_end_where_there_was_none_is_a_shortening() -> None:
    old, new = dated(deadline(None, kind="continuous")), dated(deadline(SPRING))

    assert moves(old, new) == [("deadline_shortened", None, SPRING)]
    assert moves(new, old) == [("deadline_extended", SPRING, None)]


def test_the_same_deadline_printed_twice_is_no_news() -> None:
    once, twice = dated(deadline(SPRING)), dated(deadline(SPRING), deadline(SPRING, label="again"))

    assert moves(once, twice) == moves(twice, once) == []


def test_a_printed_hour_is_a_move_to_that_hour() -> None:
    old = dated(deadline(SPRING, precision="day"))

    assert moves(old, dated(deadline(SPRING, precision="minute"))) == []
    assert moves(old, dated(deadline(SPRING - timedelta(hours=5)))) == [
        ("deadline_shortened", SPRING, SPRING - timedelta(hours=5))
    ]


def test_the_seconds_of_an_opening_are_noise() -> None:
    old, new = call(1, opens_at=NOW + timedelta(seconds=40)), call(1, opens_at=NOW)

    assert changes_between(old, new) == []


@pytest.mark.parametrize(
    ("before", "after", "kind", "old", "new"),
    [
        (
            {"description": "<p>Wind</p>"},
            {"description": "<p>Wind, <b>sun</b></p>"},
            "text_changed",
            {"description": "Wind"},
            {"description": "Wind, sun"},
        ),
        (
            {"grant_max": euros("60000")},
            {"grant_max": euros("80000.50"), "expected_grants": 3},
            "budget_changed",
            {"grant_max": {"amount": "60000.00", "currency": "EUR"}, "expected_grants": None},
            {"grant_max": {"amount": "80000.50", "currency": "EUR"}, "expected_grants": "3"},
        ),
        (
            {"funding_rate_max": Decimal("0.50")},
            {"funding_rate_max": Decimal("0.7")},
            "budget_changed",
            {"funding_rate_max": "0.5"},
            {"funding_rate_max": "0.7"},
        ),
        (
            {"everywhere": False},
            {"everywhere": True},
            "eligibility_changed",
            {"everywhere": False},
            {"everywhere": True},
        ),
        (
            {"consortium": "at least 2 partners"},
            {"consortium": "at least 3 partners"},
            "eligibility_changed",
            {"consortium": "at least 2 partners"},
            {"consortium": "at least 3 partners"},
        ),
        ({"trl_min": None}, {"trl_min": 4}, "eligibility_changed", {"trl_min": None}, {"trl_min": 4}),
    ],
)
def test_an_event_carries_just_what_changed(
    before: dict[str, Any], after: dict[str, Any], kind: str, old: object, new: object
) -> None:
    (event,) = changes_between(call(1, **before), call(1, **after))

    assert (event.kind, event.old, event.new) == (kind, old, new)


def test_several_changes_are_several_events() -> None:
    new = call(1, deadlines=(deadline(SPRING),), title="Another", budget_total=euros("1"))

    kinds = [event.kind for event in changes_between(dated(deadline(SUMMER)), new)]

    assert kinds == ["deadline_shortened", "budget_changed", "text_changed"]
