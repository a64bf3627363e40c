"""Change events mean something to a reader; jitter makes none."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.call import Call
from store.changes import changes_between
from tests.calls import DAY, call, deadline, euros
from tests.conftest import NOW

FIRST, SECOND = deadline(NOW + 10 * DAY), deadline(NOW + 40 * DAY)


def kinds(old: Call, new: Call) -> list[str]:
    return [event.kind for event in changes_between(old, new)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"deadlines": (FIRST,)}, {"deadlines": (SECOND,)}, ["deadline_extended"]),
        ({"deadlines": (SECOND,)}, {"deadlines": (FIRST,)}, ["deadline_shortened"]),
        ({"deadlines": (FIRST,)}, {"deadlines": (FIRST, SECOND)}, ["deadline_added"]),
        ({"deadlines": (FIRST, SECOND)}, {"deadlines": (SECOND,)}, ["deadline_removed"]),
        ({"opens_at": NOW + 5 * DAY}, {"opens_at": NOW}, ["opened_early"]),
        ({"opens_at": NOW}, {"opens_at": NOW + 5 * DAY}, []),
        ({"budget_total": euros("1")}, {"budget_total": euros("2")}, ["budget_changed"]),
        ({"grant_max": None}, {"grant_max": euros("2")}, ["budget_changed"]),
        ({"applicants": ("sme",)}, {"applicants": ("sme", "university")}, ["eligibility_changed"]),
        ({"applicants": ("sme", "university")}, {"applicants": ("university", "sme")}, []),
        ({"title": "A"}, {"title": "B"}, ["text_changed"]),
        ({"withdrawn": False}, {"withdrawn": True}, ["withdrawn"]),
        ({"withdrawn": True}, {"withdrawn": False}, ["returned"]),
        ({"keywords": ("a",)}, {"keywords": ("b",)}, []),
        ({"description": "<p>a</p><p>b</p>"}, {"description": "<p>a</p>\n<p><em>b</em></p>"}, []),
        ({"description": "<p>a</p>"}, {"description": "<p>c</p>"}, ["text_changed"]),
        ({"summary": "a\r\nb"}, {"summary": "a  b"}, []),
    ],
)
def test_what_changed_makes_its_event(
    before: dict[str, Any], after: dict[str, Any], expected: list[str]
) -> None:
    assert kinds(call(1, **before), call(1, **after)) == expected


@given(st.integers(0, 59), st.integers(0, 59))
def test_seconds_of_a_deadline_are_noise(old: int, new: int) -> None:
    before = call(1, deadlines=(deadline(NOW + timedelta(seconds=old)),))
    after = call(1, deadlines=(deadline(NOW + timedelta(seconds=new)),))

    assert kinds(before, after) == []


@given(st.lists(st.text(alphabet="abc ", max_size=5), max_size=6), st.randoms())
def test_the_order_of_keywords_never_makes_an_event(words: list[str], randomness: Any) -> None:  # noqa: ANN401 - hypothesis
    shuffled = randomness.sample(words, len(words))

    assert kinds(call(1, keywords=tuple(words)), call(1, keywords=tuple(shuffled))) == []
