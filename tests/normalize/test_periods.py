from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.errors import RecordError
from normalize.periods import Period, is_period, parse_period


@pytest.mark.parametrize(
    ("text", "language", "first", "last"),
    [
        ("2026-W48", None, date(2026, 11, 23), date(2026, 11, 29)),
        ("2026W01", None, date(2025, 12, 29), date(2026, 1, 4)),
        ("KW 48/2026", "de", date(2026, 11, 23), date(2026, 11, 29)),
        ("I kw. 2026", None, date(2026, 1, 1), date(2026, 3, 31)),
        ("IV kw. 2026 r.", "pl", date(2026, 10, 1), date(2026, 12, 31)),
        ("3 kw. 2026", "pl", date(2026, 7, 1), date(2026, 9, 30)),
        ("Q1 2026", "en", date(2026, 1, 1), date(2026, 3, 31)),
        ("T2 2026", "fr", date(2026, 4, 1), date(2026, 6, 30)),
        ("1er trimestre 2026", "fr", date(2026, 1, 1), date(2026, 3, 31)),
        ("tercer trimestre de 2026", "es", date(2026, 7, 1), date(2026, 9, 30)),
        ("4. Quartal 2026", "de", date(2026, 10, 1), date(2026, 12, 31)),
        ("first half of 2026", "en", date(2026, 1, 1), date(2026, 6, 30)),
        ("secondo semestre 2026", "it", date(2026, 7, 1), date(2026, 12, 31)),
        ("mai 2026", "fr", date(2026, 5, 1), date(2026, 5, 31)),
        ("December 2026", "en", date(2026, 12, 1), date(2026, 12, 31)),
        ("febrero de 2028", "es", date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_period_is_read(text: str, language: str | None, first: date, last: date) -> None:
    assert parse_period(text, language) == Period(first, last)


@pytest.mark.parametrize(
    "text",
    ["", "2026", "Q5 2026", "2026-W54", "H3 2026", "15 mai 2026", "3 kw. 2026", "soon", "Q1 2026 or Q2 2026",
     "Q1 1826", "listopada 2026", "trimestre", "1 2026"],
)  # fmt: skip
def test_what_is_no_period_is_refused(text: str) -> None:
    assert not is_period(text)


@given(st.text(max_size=80))
def test_no_text_does_worse_than_a_bad_record(text: str) -> None:
    with suppress(RecordError):
        found = parse_period(text)
        assert found.first <= found.last
