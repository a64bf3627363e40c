"""What is due, once each, over both clock changes, crashes, sleeps and clocks that jump."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.settings import Settings
from config.sources import load_sources
from jobs.schedule.business_days import easter, is_business_day, is_digest_day
from jobs.schedule.process import schedule
from jobs.schedule.runner import Job, NotNow, Runner
from jobs.schedule.timetable import BadTimetable, Timetable
from store import jobs
from store.database import Database, migrate, open_database
from store.locks import Taken, only_one

BRUSSELS = ZoneInfo("Europe/Brussels")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = open_database(Settings(data_dir=tmp_path))
    migrate(database)
    yield database
    database.close()


class Clock:
    """A clock that the test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def brussels(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BRUSSELS).astimezone(UTC)  # type: ignore[arg-type, misc]  # year to minute


@pytest.mark.parametrize("crontab", ["15 1 * * *", "20 3 * * *", "0 7 * * *", "0 3 * * *", "59 1 * * *"])
@pytest.mark.parametrize("change", [date(2026, 10, 25), date(2027, 3, 28)], ids=["autumn", "spring"])
def test_a_daily_job_runs_once_on_the_day_the_clock_changes(crontab: str, change: date) -> None:
    first = datetime(change.year, change.month, change.day, tzinfo=BRUSSELS).astimezone(UTC) - HOUR / 60
    planned = list(Timetable(crontab).between(first, first + 30 * HOUR))
    days = [at.astimezone(BRUSSELS).date() for at in planned]
    assert days.count(change) == 1


def test_an_hourly_job_runs_at_every_hour_but_one_on_both_days() -> None:
    for change, hours in ((date(2026, 10, 25), 25), (date(2027, 3, 28), 23)):
        first = datetime(change.year, change.month, change.day, tzinfo=BRUSSELS).astimezone(UTC) - HOUR / 60
        planned = list(Timetable("5 0-1,3-23 * * *").between(first, first + hours * HOUR))
        assert len(planned) == len(set(planned)) == 23


@pytest.mark.parametrize("crontab", ["30 2 * * *", "0 * * * *", "*/15 0-23 * * *", "0 1-3 * * *"])
def test_nothing_is_planned_between_two_and_three(crontab: str) -> None:
    with pytest.raises(BadTimetable, match="02:00"):
        Timetable(crontab).latest(datetime(2026, 11, 25, tzinfo=UTC))


@pytest.mark.parametrize("crontab", ["0 7 * *", "x 7 * * *", "0 25 * * *", "0 7 * * 9"])
def test_what_is_no_crontab_is_refused(crontab: str) -> None:
    with pytest.raises(BadTimetable):
        Timetable(crontab).latest(datetime(2026, 11, 25, tzinfo=UTC))


@pytest.mark.parametrize("sunday", ["0", "7", "sun"])
def test_day_zero_is_sunday(sunday: str) -> None:
    at = Timetable(f"0 7 * * {sunday}").following(datetime(2026, 11, 25, tzinfo=UTC))
    assert at == brussels(2026, 11, 29, 7, 0)


def test_every_source_can_be_planned() -> None:
    for source in load_sources(Settings().sources).values():
        assert Timetable(source.schedule).following(datetime(2026, 11, 25, tzinfo=UTC)), source.id


def test_the_digest_goes_out_on_tuesday_or_the_next_business_day() -> None:
    assert easter(2027) == date(2027, 3, 28)
    assert not is_business_day(date(2027, 3, 29)), "Easter Monday"
    weekly = Timetable("0 7 * * 1-5", on=is_digest_day)
    planned = weekly.between(brussels(2027, 4, 26, 0, 0), brussels(2027, 5, 22, 0, 0))
    days = [at.astimezone(BRUSSELS) for at in planned]
    assert [f"{day:%a %d %b %H:%M}" for day in days] == [
        "Tue 27 Apr 07:00", "Tue 04 May 07:00", "Tue 11 May 07:00", "Tue 18 May 07:00",
    ]  # fmt: skip
    assert is_digest_day(date(2029, 5, 2)), "1 May 2029 is a Tuesday and a holiday"
    assert not is_digest_day(date(2029, 5, 1))


def test_seven_o_clock_stays_seven_o_clock_in_winter_and_summer() -> None:
    weekly = Timetable("0 7 * * 1-5", on=is_digest_day)
    assert weekly.following(brussels(2026, 10, 19, 0, 0)) == datetime(2026, 10, 20, 5, 0, tzinfo=UTC)
    assert weekly.following(brussels(2026, 10, 26, 0, 0)) == datetime(2026, 10, 27, 6, 0, tzinfo=UTC)


def runner_of(db: Database, clock: Clock, work: Callable[[datetime], str], **facts: int) -> Runner:
    return Runner(db, [Job("nightly", "Nightly", Timetable("0 4 * * *"), work, **facts)], clock)  # type: ignore[arg-type]


def test_each_planned_time_is_done_once_and_missed_ones_are_made_up_for_by_one_run(db: Database) -> None:
    clock, done = Clock(brussels(2026, 11, 20, 12, 0)), list[datetime]()
    runner = runner_of(db, clock, lambda at: done.append(at) or "did it")  # type: ignore[func-returns-value]
    runner.settle_in()
    assert runner.due() == [], "what was planned before the scheduler ever ran is let be"
    clock.now = brussels(2026, 11, 21, 4, 0)
    assert runner.run("nightly")
    assert not runner.run("nightly")
    clock.now += 3 * DAY + HOUR
    assert runner.due() == ["nightly"]
    assert runner.run("nightly")
    assert not runner.run("nightly")
    assert done == [brussels(2026, 11, 21, 4, 0), brussels(2026, 11, 24, 4, 0)]
    newest = jobs.newest_runs(db)["nightly"]
    assert (newest.missed, newest.result, newest.words) == (2, "done", "did it")


def test_a_clock_set_back_repeats_nothing(db: Database) -> None:
    clock, done = Clock(brussels(2026, 11, 20, 12, 0)), list[datetime]()
    runner = runner_of(db, clock, lambda at: done.append(at) or "")  # type: ignore[func-returns-value]
    runner.settle_in()
    clock.now = brussels(2026, 11, 21, 4, 10)
    runner.run("nightly")
    for back in (HOUR, 5 * HOUR, 20 * HOUR):
        clock.now = brussels(2026, 11, 21, 4, 10) - back
        assert runner.due() == []
        assert not runner.run("nightly")
    clock.now = brussels(2026, 11, 22, 4, 0)
    assert runner.run("nightly")
    assert len(done) == 2


def test_a_clock_that_ran_a_year_ahead_holds_nothing_up(db: Database) -> None:
    clock = Clock(brussels(2027, 11, 20, 12, 0))
    runner = runner_of(db, clock, lambda _at: "")
    runner.settle_in()
    clock.now = brussels(2027, 11, 21, 4, 0)
    assert runner.run("nightly")
    clock.now = brussels(2026, 11, 21, 4, 0)
    assert runner.run("nightly")


def test_a_failed_run_is_tried_again_a_few_times_and_told(db: Database) -> None:
    clock = Clock(brussels(2026, 11, 20, 12, 0))

    def fail(_at: datetime) -> str:
        raise NotNow("the server sleeps")

    runner = runner_of(db, clock, fail, attempts_max=3)
    runner.settle_in()
    clock.now = brussels(2026, 11, 21, 4, 0)
    assert [runner.run("nightly") for _ in range(5)] == [True, True, True, False, False]
    newest = jobs.newest_runs(db)["nightly"]
    assert (newest.result, newest.words, newest.attempts) == ("failed", "not now: the server sleeps", 3)


def test_a_fault_of_a_job_is_written_down_and_ends_nothing_else(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock(brussels(2026, 11, 21, 4, 0))
    runner = runner_of(db, clock, lambda _at: str(1 // 0), attempts_max=1)
    assert runner.run("nightly")
    assert jobs.newest_runs(db)["nightly"].words == "ZeroDivisionError: integer division or modulo by zero"
    assert "job failed" in caplog.text


def test_a_run_that_was_killed_is_made_up_for_at_the_next_start(db: Database) -> None:
    clock, done = Clock(brussels(2026, 11, 21, 4, 0)), list[datetime]()
    runner = runner_of(db, clock, lambda at: done.append(at) or "")  # type: ignore[func-returns-value]
    assert jobs.begin_job(db, "nightly", clock.now, clock.now) is not None
    assert runner.due() == [], "it runs"
    runner.settle_in()
    assert runner.due() == ["nightly"]
    assert runner.run("nightly")
    assert done


def test_the_process_does_what_is_due_and_a_second_one_does_not_run(db: Database) -> None:
    done, stop = threading.Event(), threading.Event()
    clock = Clock(brussels(2026, 11, 21, 5, 0))

    def build() -> Runner:
        job = Job("nightly", "Nightly", Timetable("0 4 * * *"), lambda _at: done.set() or "", at_first=True)  # type: ignore[func-returns-value]
        return Runner(db, [job], clock)

    thread = threading.Thread(target=schedule, args=(db, build, stop))
    thread.start()
    try:
        assert done.wait(30), "what was missed is made up for at the start"
        with pytest.raises(Taken, match="scheduler"):
            schedule(db, build, stop)
    finally:
        stop.set()
        thread.join(30)
    with only_one(db, "scheduler"):
        assert jobs.job_plans(db)[0].next_at == brussels(2026, 11, 22, 4, 0)
