"""What one crawl gathers while it runs."""

from dataclasses import dataclass, field

from store.archive import Archive
from store.outcome import CrawlOutcome


@dataclass(slots=True)
class Run:
    """One crawl of one source; becomes its `CrawlOutcome`."""

    run_id: int
    archive: Archive
    answers: int = 0
    records: int = 0
    reported_total: int | None = None
    problems: list[str] = field(default_factory=list)

    def problem(self, words: str) -> None:
        """Note what went wrong, in words for an operator, each thing once."""
        if words not in self.problems:
            self.problems.append(words)

    def outcome(self, finish_reason: str) -> CrawlOutcome:
        """Return what the crawl says of itself."""
        return CrawlOutcome(
            finish_reason, self.answers, self.records, self.reported_total, tuple(self.problems)
        )

    def __deepcopy__(self, memo: object) -> "Run":
        """Stay one object: Scrapy copies its settings deeply."""
        return self
