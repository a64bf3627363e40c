"""Two versions that say the same have the same hash, and only those."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.call import Money
from store.changes import changes_between
from store.fingerprint import content_hash
from tests.calls import DAY, call, deadline, tag
from tests.conftest import NOW

SECONDS = timedelta(seconds=29)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"keywords": ("a", "b")}, {"keywords": ("b", "a")}),
        ({"countries": ("FR", "DE")}, {"countries": ("DE", "FR")}),
        ({"title": "Wind and sun"}, {"title": " Wind\u00a0 and\r\nsun "}),
        ({"deadlines": (deadline(NOW),)}, {"deadlines": (deadline(NOW + SECONDS),)}),
        ({"opens_at": NOW}, {"opens_at": NOW + SECONDS}),
        (
            {"deadlines": (deadline(NOW), deadline(NOW + DAY))},
            {"deadlines": (deadline(NOW + DAY), deadline(NOW))},
        ),
        ({"funding_rate_max": Decimal("0.5")}, {"funding_rate_max": Decimal("0.50")}),
        (
            {"budget_total": Money(amount=Decimal("1E+2"), currency="EUR")},
            {"budget_total": Money(amount=Decimal("100.00"), currency="EUR")},
        ),
        ({}, {"last_seen_at": NOW, "first_seen_at": NOW, "changed_at": NOW, "revision": 7}),
    ],
)
def test_saying_the_same_is_the_same(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert content_hash(call(1, **before)) == content_hash(call(1, **after))
    assert changes_between(call(1, **before), call(1, **after)) == []


@pytest.mark.parametrize(
    "after",
    [
        {"title": "Another"},
        {"keywords": ("a",)},
        {"tags": (tag("clean.hydrogen"),)},
        {"taxonomy_version": "2"},
        {"deadlines": (deadline(NOW),)},
        {"url": "https://agency.example/moved"},
        {"withdrawn": True},
        {"description": "<p>now with a text</p>"},
        {"seal": {"state": "awards"}},
    ],
)
def test_saying_something_else_is_not(after: dict[str, Any]) -> None:
    assert content_hash(call(1)) != content_hash(call(1, **after))


WORDS = st.lists(st.text(alphabet="abcé<&>", min_size=1, max_size=6), min_size=1, max_size=6)
SPACES = st.lists(st.sampled_from([" ", "\n", "\r\n", "\t", "  ", "\u00a0"]), min_size=6, max_size=6)


@given(WORDS, SPACES)
def test_white_space_never_counts(words: list[str], spaces: list[str]) -> None:
    spaced = "".join(word + space for word, space in zip(words, spaces, strict=False))
    before, after = call(1, title=" ".join(words)), call(1, title=spaced)

    assert content_hash(before) == content_hash(after)
    assert changes_between(before, after) == []
