"""A run is healthy, or says in words what is wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.sources import Expect, Source
from jobs.judging import Counts, judge
from normalize.call import Call, Deadline
from store.outcome import CrawlOutcome

FINISHED = CrawlOutcome("finished", answers=3, records=10, reported_total=10, problems=())


def source(expect: Expect) -> Source:
    return Source(
        id="xx_example",
        title="Example",
        publisher="Example agency",
        level="national",
        timezone="Europe/Brussels",
        licence="CC0",
        text_policy="full",
        evidence="payload",
        homepage="https://agency.example",
        protocol="json_api",
        url="https://agency.example/calls",
        schedule="15 4 * * *",
        mapper="xx_example",
        expect=expect,
    )


def calls(count: int, *, dated: int = 0) -> list[Call]:
    deadline = Deadline(at=datetime(2027, 3, 1, 16, tzinfo=UTC), precision="minute", zone="Europe/Brussels")
    return [
        Call(
            id=f"xx_example:{number}",
            source_id="xx_example",
            native_id=str(number),
            url="https://agency.example/calls/1",
            licence="CC0",
            title="A call",
            level="national",
            taxonomy_version="1",
            deadlines=(deadline,) if number < dated else (),
        )
        for number in range(count)
    ]


def test_a_run_above_its_floors_is_healthy() -> None:
    expect = Expect(min_records=10, max_reject_ratio=0.1, fill={"deadlines": 0.5})

    problems = judge(source(expect), FINISHED, Counts(records=10, rejected=1), calls(10, dated=5))

    assert problems == []


def test_a_crawl_without_an_outcome_has_crashed() -> None:
    problems = judge(source(Expect(min_records=1)), None, Counts(records=10, rejected=0), calls(10))

    assert problems == ["the crawl process ended without saying how (crashed or was killed)"]


@pytest.mark.parametrize(
    ("outcome", "counts", "made", "words"),
    [
        (FINISHED, Counts(9, 0), calls(9, dated=9), "9 calls, at least 10 expected"),
        (FINISHED, Counts(12, 2), calls(10, dated=9), "17% of the records rejected, at most 10% expected"),
        (
            FINISHED,
            Counts(10, 0),
            calls(10, dated=4),
            "only 40% of the calls have deadlines, at least 50% expected",
        ),
        (
            CrawlOutcome("closespider_timeout", 1, 10, None, ()),
            Counts(10, 0),
            calls(10, dated=9),
            "the crawl stopped early: closespider_timeout",
        ),
        (
            CrawlOutcome("finished", 1, 10, None, ("page 2 is HTML, JSON expected",)),
            Counts(10, 0),
            calls(10, dated=9),
            "page 2 is HTML, JSON expected",
        ),
    ],
)
def test_what_is_wrong_is_said_in_words(
    outcome: CrawlOutcome, counts: Counts, made: list[Call], words: str
) -> None:
    expect = Expect(min_records=10, max_reject_ratio=0.1, fill={"deadlines": 0.5})

    assert judge(source(expect), outcome, counts, made) == [words]


def test_samples_are_judged_by_floors_of_a_handful(tmp_path: Path) -> None:
    entry = source(Expect(min_records=400, fill={"deadlines": 0.9})).served_from("http://127.0.0.1:9")

    assert entry.url == "http://127.0.0.1:9/xx_example/calls"
    assert judge(entry, FINISHED, Counts(12, 2), calls(10)) == []
