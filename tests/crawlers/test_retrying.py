"""How long a retry waits."""

from datetime import UTC, datetime

import pytest

from crawlers.retrying import LONGEST_WAIT_S, wait_s

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("86400", LONGEST_WAIT_S),
        ("Tue, 24 Nov 2026 09:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 10:00:30 +0100", 30.0),
        ("Tue, 24 Nov 2026 09:00:30 -0000", 30.0),
        ("Tue, 24 Nov 2026 08:00:00 GMT", 0.0),
        ("Tue, 24 Nov 2026 19:00:00 GMT", LONGEST_WAIT_S),
    ],
)
def test_the_server_says_how_long(asked: str, seconds: float) -> None:
    assert wait_s(asked, 1, 0.5, NOW) == seconds


@pytest.mark.parametrize(("times", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (20, LONGEST_WAIT_S)])
@pytest.mark.parametrize("asked", ["", "soon", "-5", "1.5"])
def test_without_a_word_each_wait_is_twice_the_last(asked: str, times: int, seconds: float) -> None:
    assert wait_s(asked, times, 0.5, NOW) == seconds
