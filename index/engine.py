"""The interface every search engine stands behind."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from index.query import FacetName, SearchQuery, SearchResult
from normalize.call import Call


class SearchUnavailable(Exception):
    """The engine cannot answer now; the message says why in words for a reader."""


class IndexBusy(Exception):
    """Another process is writing to the index; it will do the work too."""


class IndexWriter(Protocol):
    """The one writer of an index."""

    def upsert(self, calls: Iterable[Call], *, now: datetime) -> int:
        """Add or replace calls; return how many. Visible after `commit`."""

    def delete(self, call_ids: Iterable[str]) -> None:
        """Remove calls by id; unknown ids are no error."""

    def commit(self, *, cursor: int) -> None:
        """Make everything since the last commit visible, and remember ``cursor`` with it."""


class SearchEngine(Protocol):
    """What the portal asks of a search engine. ``now`` is always timezone-aware."""

    def search(
        self, query: SearchQuery, *, now: datetime, facets: Sequence[FacetName] = (), explained: bool = True
    ) -> SearchResult:
        """Answer one question as of ``now``; status and next deadline are true at that moment.

        Args:
            query: The question.
            now: The moment.
            facets: Those to count.
            explained: False when only the calls matter (a file, a feed): an engine may then leave
                out highlights, reasons, corrections and suggestion, which cost more than finding.

        Raises:
            SearchUnavailable: The engine cannot answer.
        """

    def read_ahead(self) -> None:
        """Bring what questions need from a cold disk into memory; nothing to do for a server.

        Raises:
            SearchUnavailable: It cannot be read.
        """

    def writer(self) -> AbstractContextManager[IndexWriter]:
        """Open the one writer of the live index.

        Raises:
            IndexBusy: Somebody else has it.
            SearchUnavailable: The engine cannot be reached.
        """

    def rebuild(self, calls: Iterable[Call], *, cursor: int, now: datetime) -> int:
        """Build a new index beside the live one, then swap; readers are never interrupted.

        Returns the number of calls. On an error the half-built index is removed and the live one stays.
        """

    def cursor(self) -> int:
        """Return the change number up to which the live index holds the store; 0 when empty."""

    def call_ids(self) -> set[str]:
        """Return the ids of every call in the live index (for `portal doctor`)."""

    def stale_ids(self, now: datetime) -> set[str]:
        """Return the calls whose status or next deadline has become another: to be written again."""
