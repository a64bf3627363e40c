"""Whatever breaks, every subscriber gets each mail exactly once."""

from pathlib import Path

import pytest

from tests.digest.faults import SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_and_nothing_doubled(name: str, tmp_path: Path) -> None:
    result = SCENARIOS[name](tmp_path)
    assert result.lost == 0
    assert result.doubled == 0
    assert result.delivered == result.expected
    uncertain = 3 if name == "drops_taken" else 1 if name.startswith("killed_unanswered") else 0
    assert result.again == uncertain
