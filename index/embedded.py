"""The embedded engine: tantivy, in process, no server."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import tantivy

from index.beside import beside
from index.documents import build_document, moment_of
from index.engine import SearchUnavailable
from index.highlighting import explain
from index.marking import Matcher
from index.paging import Cursor
from index.query import FacetName, FacetValue, Hit, SearchQuery, SearchResult
from index.spelling import corrections, did_you_mean
from index.tantivy_facets import count_facets
from index.tantivy_folder import IndexFolder, take_writer
from index.tantivy_pages import Place, page_of
from index.tantivy_queries import Question
from index.tantivy_reader import Reader, every_call, typed_errors
from index.tantivy_schema import build_schema, cursor_document, to_tantivy
from index.tantivy_vocabulary import Vocabulary
from index.words import parse_text
from normalize.call import Call

CURSOR_ID = "\x00cursor"
"""The document that holds the cursor: committed with the calls, so the two never disagree."""
BUILDING_THREADS = 2
"""That index while this one makes documents: with one, documents wait for it."""
BUILDING_HEAP_BYTES = 256 * 1024 * 1024
"""Each of them collects 40,000 calls before it writes them: with a quarter, small segments are merged over
and over while the index is built, and each of those that are left is looked through in every search."""
ALL = 2**40
"""More calls than there are."""


class EmbeddedEngine:
    """A tantivy index under ``path``; see `index.engine.SearchEngine`. Safe to share among threads."""

    def __init__(self, path: Path) -> None:
        self._folder = IndexFolder(path)
        self._lock = threading.Lock()
        self._in_hand = 0

    # --- reading

    def search(
        self, query: SearchQuery, *, now: datetime, facets: Sequence[FacetName] = (), explained: bool = True
    ) -> SearchResult:
        """Answer one question as of ``now``; see `SearchEngine.search`."""
        with self._taking() as alone:
            return self._answer(query, now, tuple(facets), explained=explained, alone=alone)

    @contextmanager
    def _taking(self) -> Iterator[bool]:
        """Hold a question in hand, and tell whether it is the only one."""
        with self._lock:
            self._in_hand += 1
            alone = self._in_hand == 1
        try:
            yield alone
        finally:
            with self._lock:
                self._in_hand -= 1

    def _answer(
        self,
        query: SearchQuery,
        now: datetime,
        facets: tuple[FacetName, ...],
        *,
        explained: bool,
        alone: bool,
    ) -> SearchResult:
        cursor = Cursor.read(query.cursor) if query.cursor else None
        reader = self._folder.kept(cursor.snapshot) if cursor else self._folder.reader()
        clauses = parse_text(query.text)
        asked = Question(reader, query, clauses, cursor.moment if cursor else moment_of(now))
        # tantivy works without the interpreter's lock: a question that is alone has a second core for itself.
        counting = beside(lambda: _facets(reader, asked, facets)) if alone and query.text and facets else None
        page = page_of(reader, asked, cursor)
        if page.next_cursor:
            self._folder.keep(reader)
        matcher = None
        if asked.text.ranks and explained:
            matcher = Matcher(clauses, asked.text.fuzzy, asked.text.expansions)
        hits, seen = _hits(reader, page.places, matcher)
        counted = counting.result() if counting else _facets(reader, asked, facets)
        if not explained:
            return SearchResult(total=page.total, hits=hits, facets=counted, next_cursor=page.next_cursor)
        return SearchResult(
            total=page.total,
            hits=hits,
            facets=counted,
            corrections=corrections(clauses, asked.text.fuzzy, seen),
            suggestion=did_you_mean(query.text, clauses, asked.text.fuzzy, Vocabulary(reader, seen)),
            expanded={one.asked: one.areas for one in asked.text.expansions if one.areas},
            equivalents={
                one.asked: tuple(dict.fromkeys(other.said for other in one.alternatives))
                for one in asked.text.expansions
                if one.alternatives
            },
            next_cursor=page.next_cursor,
        )

    def cursor(self) -> int:
        """Return the change number committed with the content."""
        reader = self._folder.reader()
        found = reader.find(tantivy.Query.term_query(build_schema(), "id", CURSOR_ID), 1)
        return int(reader.stored(found[0][1]).get_first("cursor") or 0) if found else 0

    def call_ids(self) -> set[str]:
        """Return every call's id."""
        reader = self._folder.reader()
        return {str(reader.stored(address).get_first("id")) for _, address in reader.find(every_call(), ALL)}

    def matching_ids(self, query: SearchQuery, *, now: datetime) -> set[str]:
        """Return the ids of all calls a question finds; no page, no order, no highlights."""
        reader = self._folder.reader()
        asked = Question(reader, query, parse_text(query.text), moment_of(now))
        return {str(reader.stored(address).get_first("id")) for _, address in reader.find(asked.query(), ALL)}

    def stale_ids(self, now: datetime) -> set[str]:
        """Return the calls whose next deadline has passed since they were written."""
        judged = self._folder.reader().judged(moment_of(now))
        return {stale.call_id for stale in (*judged.deadlines.values(), *judged.statuses.values())}

    def read_ahead(self) -> None:
        """Read the words, postings and columns of the live index into the page cache."""
        self._folder.read_ahead()

    # --- writing

    @contextmanager
    def writer(self) -> Iterator["Writer"]:
        """Open the one writer; see `SearchEngine.writer`."""
        with self._folder.writer() as taken:
            writer = Writer(taken)
            try:
                yield writer
            finally:
                writer.close()

    def rebuild(self, calls: Iterable[Call], *, cursor: int, now: datetime) -> int:
        """Build beside, then swap; see `SearchEngine.rebuild`.

        Raises:
            IndexBusy: Somebody else is writing.
        """
        with self._folder.beside() as folder:
            taken = take_writer(folder, threads=BUILDING_THREADS, heap_bytes=BUILDING_HEAP_BYTES)
            try:
                writer = Writer(taken)
                count = writer.upsert(calls, now=now)
                writer.commit(cursor=cursor)
            finally:
                taken.wait_merging_threads()
        return count


class Writer:
    """See `index.engine.IndexWriter`. Of no use after its ``with`` block."""

    def __init__(self, writer: tantivy.IndexWriter) -> None:
        self._writer: tantivy.IndexWriter | None = writer

    def upsert(self, calls: Iterable[Call], *, now: datetime) -> int:
        """Add or replace calls; return how many. Visible after `commit`."""
        count = 0
        moment = moment_of(now)
        for call in calls:
            document = to_tantivy(build_document(call), moment)
            with typed_errors("written"):
                self._live.delete_documents_by_term("id", call.id)
                self._live.add_document(document)
            count += 1
        return count

    def delete(self, call_ids: Iterable[str]) -> None:
        """Remove calls by id."""
        for call_id in call_ids:
            with typed_errors("written"):
                self._live.delete_documents_by_term("id", call_id)

    def commit(self, *, cursor: int) -> None:
        """Make everything since the last commit visible, and ``cursor`` with it, or nothing."""
        with typed_errors("written"):
            self._live.delete_documents_by_term("id", CURSOR_ID)
            self._live.add_document(cursor_document(CURSOR_ID, cursor))
            self._live.commit()

    def close(self) -> None:
        """Refuse further use."""
        self._writer = None

    @property
    def _live(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise SearchUnavailable("the writer of the search index is closed")
        return self._writer


def _hits(
    reader: Reader, page: Sequence[Place], matcher: Matcher | None
) -> tuple[tuple[Hit, ...], frozenset[str]]:
    hits, seen = [], set[str]()
    for place in page:
        call_id, texts = reader.shown(place.address)
        if matcher is None:
            hits.append(Hit(call_id=call_id, score=place.score))
            continue
        why = explain(texts, matcher)
        seen |= why.words
        hits.append(Hit(call_id=call_id, score=place.score, highlights=why.highlights, reasons=why.reasons))
    return tuple(hits), frozenset(seen)


def _facets(
    reader: Reader, asked: Question, facets: tuple[FacetName, ...]
) -> dict[FacetName, tuple[FacetValue, ...]]:
    """Count facets; those of a question without text, which everybody begins with, once a commit."""
    if not facets:
        return {}
    if asked.asked.text:
        return count_facets(reader, asked, facets)
    key = (asked.asked.question().model_copy(update={"sort": "relevance"}), facets)
    return dict(reader.remember(key, asked.moment, lambda: count_facets(reader, asked, facets)))
