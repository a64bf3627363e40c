"""What one crawl gathers while it runs, and what it says of itself at the end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawlers.addresses import RefusedHosts
from store.archive import Archive
from store.outcome import CrawlOutcome

FINISHED = "finished"
ROWS_MISSED_MAX = 0.05
"""Share of the promised records that may be missing: lists move while they are read."""
OVERLAP_MAX = 0.15
"""Share of the records that may be repetitions (BDNS repeats 6 %); above it pages hide other records."""
OVERLAP_FEW = 5
"""Repetitions that say nothing in a short list."""
WITHOUT_KEY_MAX = 0.2
"""Share of records without their key; above it the key's place has changed, not a record."""
WITHOUT_DETAIL_MAX = 0.02
"""Share of records whose detail could not be had; below it they are single broken pages."""


def utc_now() -> datetime:
    """Return this moment, UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Run:
    """One crawl of one source; becomes its `CrawlOutcome`.

    Attributes:
        only: Native ids to ask for; empty asks for the whole list.
        answers: HTTP answers archived.
        rows: Records as the lists held them, with repetitions (BDNS repeats 6 %).
        records: Records archived, each native id once.
        without_key: Rows that had no native id.
        without_detail: Rows whose second answer could not be had.
        unreachable: Why -> addresses that could not be fetched for that reason.
        refused_hosts: Name -> why it may not be talked to, as its resolution showed.
    """

    run_id: int
    archive: Archive
    clock: Callable[[], datetime] = utc_now
    only: frozenset[str] = frozenset()
    answers: int = 0
    rows: int = 0
    records: int = 0
    without_key: int = 0
    without_detail: int = 0
    reported_total: int | None = None
    unreachable: dict[str, list[str]] = field(default_factory=dict)
    refused_hosts: RefusedHosts = field(default_factory=RefusedHosts)
    problems: list[str] = field(default_factory=list)

    def problem(self, words: str) -> None:
        """Note what went wrong, in words for an operator, each thing once."""
        if words not in self.problems:
            self.problems.append(words)

    def conclude(self, finish_reason: str) -> CrawlOutcome:
        """Judge the whole crawl and return what it says of itself."""
        for why, addresses in self.unreachable.items():
            many = f"{len(addresses)} pages, the first " if len(addresses) > 1 else ""
            self.problem(f"could not fetch {many}{addresses[0]}: {why}")
        if finish_reason == FINISHED and not self.problems:
            self._judge()
        return CrawlOutcome(
            finish_reason, self.answers, self.records, self.reported_total, tuple(self.problems)
        )

    def _judge(self) -> None:
        """Find what no single answer shows."""
        promised = self.reported_total or 0
        if not self.rows and self.only:
            return  # all of them closed since
        if not self.rows:
            self.problem("not one record came")
        elif self.rows < promised * (1 - ROWS_MISSED_MAX):
            self.problem(f"{promised} records promised, {self.rows} came")
        elif self.records < min(self.rows, promised) * (1 - OVERLAP_MAX) - OVERLAP_FEW:
            self.problem(
                f"{self.rows} records came, only {self.records} different ones, {promised} promised: "
                "its pages overlap"
            )
        if self.without_key > self.rows * WITHOUT_KEY_MAX:
            self.problem(
                f"{self.without_key} of {self.rows} records have no native id: was its field renamed?"
            )
        if self.without_detail > max(1, self.rows * WITHOUT_DETAIL_MAX):
            self.problem(f"the details of {self.without_detail} of {self.rows} records could not be had")

    def __deepcopy__(self, memo: object) -> "Run":
        """Stay one object: Scrapy copies its settings deeply."""
        return self
