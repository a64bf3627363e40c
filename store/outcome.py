"""What a crawl says of itself when it ends."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CrawlOutcome:
    """The end of one source's crawl, written by the crawl process.

    Attributes:
        finish_reason: ``finished``, or Scrapy's reason for stopping early.
        answers: HTTP answers archived.
        records: Raw records archived, duplicates within the run counted once.
        reported_total: Records the source itself says it has; None when it says nothing.
        problems: What went wrong, in plain words; any problem makes the run unhealthy.
    """

    finish_reason: str
    answers: int
    records: int
    reported_total: int | None
    problems: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Tell whether the crawl reached the end of the list without a problem."""
        return self.finish_reason == "finished" and not self.problems
