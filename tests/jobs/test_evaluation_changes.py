"""The recorded days: every event is due, every change has its event."""

import pytest

from jobs.evaluation.changes import FIXTURES, main, noisy, replay_days
from jobs.evaluation.daily_lists import Recorded, differences, hit_of

pytestmark = pytest.mark.skipif(not (FIXTURES / "daily").is_dir(), reason="the recorded lists are not here")


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    return Recorded(FIXTURES)


def test_the_days_put_together_are_those_that_were_recorded(recorded: Recorded) -> None:
    apart = {
        day.day.isoformat(): len(differences(day.listed, recorded.snapshots[day.day]))
        for day in recorded.days()
        if day.day in recorded.snapshots
    }

    # One value each that changed while its record was gone for a day.
    assert apart == {"2026-03-13": 0, "2026-04-01": 1, "2026-05-01": 1, "2026-06-01": 0}


@pytest.mark.parametrize("noise", [False, True])
def test_events_are_those_that_happened(recorded: Recorded, noise: bool) -> None:
    days = list(recorded.days())[14:22]

    score = replay_days(days, noise=noise)

    assert (score.false, score.missed, score.rejected) == ([], [], 0)
    assert score.right["deadline_extended"] >= 1
    assert score.seconds_only >= 1


def test_noise_is_another_text_every_day(recorded: Recorded) -> None:
    first, second = list(recorded.days())[:2]
    reference = next(iter(sorted(set(first.listed) & set(second.listed))))
    grant = first.listed[reference]

    assert noisy(grant, first.day) != noisy(grant, second.day) != hit_of(grant)
    assert noisy(grant, first.day) == noisy(grant, first.day)


def test_without_the_recorded_lists_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fixtures", "/nowhere"]) == 0
    assert "not here" in capsys.readouterr().out
