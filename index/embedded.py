"""The embedded engine: tantivy, in process, no server.

tantivy's traps that shape this file (tried on 0.27): a stemmed or folded analyzer must be
registered again at each opening, so texts are folded here and indexed by the default analyzer;
aggregations give ten buckets unless told; a commit is seen after `reload`; a second writer fails.
"""

import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import tantivy

from index import tantivy_queries as queries
from index.documents import build_document
from index.engine import IndexBusy, SearchUnavailable
from index.highlighting import highlight, matcher_of
from index.query import FacetName, Highlight, Hit, SearchQuery, SearchResult
from index.tantivy_facets import count_facets
from index.tantivy_schema import SCHEMA_VERSION, build_schema, to_tantivy
from index.words import Clause, parse_text, within_one_edit
from normalize.call import Call

HEAP_BYTES = 64 * 1024 * 1024
RELOAD_EVERY_S = 0.3
"""How soon a reader sees the commits of another process."""
_CURSOR_ID = "\x00cursor"
_STALE_MAX = 100_000


class EmbeddedEngine:
    """A tantivy index under ``path``; see `index.engine.SearchEngine`. Safe to share among threads.

    The live index is the folder that the file ``current`` names; a rebuild makes another and
    swaps the file. A folder of another schema version is not read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._open: tuple[str, tantivy.Index] | None = None
        self._reloaded = 0.0

    # --- reading

    def search(self, query: SearchQuery, *, now: datetime, facets: Sequence[FacetName] = ()) -> SearchResult:
        """Answer one question as of ``now``; see `SearchEngine.search`."""
        searcher = self._searcher()
        schema = build_schema()
        clauses = parse_text(query.text)
        moment = int(now.timestamp())
        stale = self._stale_documents(searcher, schema, moment)
        asked = queries.Question(schema, searcher, query, clauses, moment, stale)
        total, page = self._page(searcher, asked, query)
        is_wanted = matcher_of(clauses, asked.fuzzy)
        hits, seen = self._hits(searcher, page, is_wanted if clauses else None)
        return SearchResult(
            total=total,
            hits=hits,
            facets=count_facets(searcher, asked, facets),
            corrections=_corrections(clauses, asked.fuzzy, seen),
            expanded=asked.expanded,
        )

    def _page(
        self, searcher: tantivy.Searcher, asked: queries.Question, query: SearchQuery
    ) -> tuple[int, list[tuple[float, tantivy.DocAddress]]]:
        everything = asked.query()
        by_score = query.sort == "relevance" and any(not clause.excluded for clause in asked.clauses)
        # tantivy refuses a limit of 0; the page is cut below.
        limit = max(query.limit, 1)
        if by_score:
            found = searcher.search(asked.scored(), limit, count=True, offset=query.offset)
            return queries.total_of(found), [(score, address) for score, address in found.hits][: query.limit]
        if query.sort == "newest":
            found = searcher.search(
                everything, limit, count=True, order_by_field="first_seen", offset=query.offset
            )
            return queries.total_of(found), [(0.0, address) for _, address in found.hits][: query.limit]
        return self._by_deadline(searcher, asked, query)

    def _by_deadline(
        self, searcher: tantivy.Searcher, asked: queries.Question, query: SearchQuery
    ) -> tuple[int, list[tuple[float, tantivy.DocAddress]]]:
        """Order by the next deadline as of now.

        The indexed order was right when the call was written. Calls one of whose deadlines has
        passed since are few; they are ordered anew here and merged in.
        """
        upto = query.offset + query.limit
        total = queries.total_of(searcher.search(asked.query(), 1, count=True))
        fresh = searcher.search(
            asked.fresh(), max(upto, 1), count=False, order_by_field="deadline_order", order=tantivy.Order.Asc
        )
        # The order field holds (rank, call id hash): ties are broken alike on every page.
        merged = [(int(order), address) for order, address in fresh.hits]
        merged += [(asked.stale[key].order, address) for key, address in asked.matching_stale()]
        merged.sort(key=lambda item: item[0])
        return total, [(0.0, address) for _, address in merged[query.offset : upto]]

    def _hits(
        self,
        searcher: tantivy.Searcher,
        page: Sequence[tuple[float, tantivy.DocAddress]],
        is_wanted: object,
    ) -> tuple[tuple[Hit, ...], frozenset[str]]:
        hits, seen = [], set[str]()
        for score, address in page:
            stored = searcher.doc(address)
            call_id = str(stored.get_first("id"))
            marked: tuple[Highlight, ...] = ()
            if callable(is_wanted):
                texts = [str(stored.get_first(f"{name}_text") or "") for name in ("title", "summary", "body")]
                marked, found = highlight(texts[0], texts[1], texts[2], is_wanted)
                seen |= found
            hits.append(Hit(call_id=call_id, score=score, highlights=marked))
        return tuple(hits), frozenset(seen)

    def _stale_documents(
        self, searcher: tantivy.Searcher, schema: tantivy.Schema, moment: int
    ) -> dict[str, queries.Stale]:
        """Return the calls whose indexed next deadline is over at ``moment``, judged anew."""
        found = searcher.search(queries.passed(schema, moment), _STALE_MAX, count=False)
        stale = {}
        for _, address in found.hits:
            stored = searcher.doc(address)
            stale[str(stored.get_first("id"))] = queries.judge_anew(stored, address, moment)
        return stale

    def cursor(self) -> int:
        """Return the change number committed with the content."""
        searcher = self._searcher()
        found = searcher.search(tantivy.Query.term_query(build_schema(), "id", _CURSOR_ID), 1)
        return int(searcher.doc(found.hits[0][1]).get_first("cursor") or 0) if found.hits else 0

    def call_ids(self) -> set[str]:
        """Return every call's id."""
        searcher = self._searcher()
        found = searcher.search(queries.every_call(build_schema()), max(searcher.num_docs, 1), count=False)
        return {str(searcher.doc(address).get_first("id")) for _, address in found.hits}

    def stale_ids(self, now: datetime) -> set[str]:
        """Return the calls whose next deadline has passed since they were written."""
        return set(self._stale_documents(self._searcher(), build_schema(), int(now.timestamp())))

    # --- writing

    @contextmanager
    def writer(self) -> Iterator["_Writer"]:
        """Open the one writer; see `SearchEngine.writer`."""
        index = self._index()
        writer = _Writer(_take_writer(index), index)
        try:
            yield writer
        finally:
            writer.close()

    def rebuild(self, calls: Iterable[Call], *, cursor: int, now: datetime) -> int:
        """Build beside, then swap; see `SearchEngine.rebuild`."""
        name = f"v{SCHEMA_VERSION}-{time.time_ns()}"
        folder = self._path / name
        folder.mkdir(parents=True)
        index = tantivy.Index(build_schema(), path=str(folder))
        writer = _Writer(_take_writer(index), index)
        try:
            count = writer.upsert(calls, now=now)
            writer.commit(cursor=cursor)
        except BaseException:
            # Closed first: its threads would write on into the folder that is being removed.
            writer.close()
            shutil.rmtree(folder)
            raise
        writer.close()
        self._swap(name)
        return count

    def _swap(self, name: str) -> None:
        pointer = self._path / "current"
        unfinished = self._path / "current.new"
        unfinished.write_text(name, "utf-8")
        unfinished.replace(pointer)
        for folder in self._path.iterdir():
            if folder.is_dir() and folder.name != name:
                # Readers that have it open keep its files until they turn to the new one.
                shutil.rmtree(folder, ignore_errors=True)

    # --- opening

    def _searcher(self) -> tantivy.Searcher:
        index = self._index()
        with self._lock:
            if time.monotonic() - self._reloaded > RELOAD_EVERY_S:
                index.reload()
                self._reloaded = time.monotonic()
        return index.searcher()

    def _index(self) -> tantivy.Index:
        name = self._current()
        with self._lock:
            if self._open is None or self._open[0] != name:
                folder = self._path / name
                folder.mkdir(parents=True, exist_ok=True)
                try:
                    self._open = (name, tantivy.Index(build_schema(), path=str(folder)))
                except ValueError as error:
                    raise SearchUnavailable(f"the search index cannot be opened: {error}") from error
                self._reloaded = 0.0
            return self._open[1]

    def _current(self) -> str:
        """Return the live folder's name; one of another schema version counts as none."""
        try:
            name = (self._path / "current").read_text("utf-8").strip()
        except FileNotFoundError:
            name = ""
        return name if name.startswith(f"v{SCHEMA_VERSION}-") else f"v{SCHEMA_VERSION}-0"


class _Writer:
    """See `index.engine.IndexWriter`."""

    def __init__(self, writer: tantivy.IndexWriter, index: tantivy.Index) -> None:
        self._writer: tantivy.IndexWriter | None = writer
        self._index = index

    def upsert(self, calls: Iterable[Call], *, now: datetime) -> int:
        count = 0
        for call in calls:
            document = build_document(call)
            self._live.delete_documents_by_term("id", document.call_id)
            self._live.add_document(to_tantivy(document, int(now.timestamp())))
            count += 1
        return count

    def delete(self, call_ids: Iterable[str]) -> None:
        for call_id in call_ids:
            self._live.delete_documents_by_term("id", call_id)

    def commit(self, *, cursor: int) -> None:
        self._live.delete_documents_by_term("id", _CURSOR_ID)
        self._live.add_document(tantivy.Document(id=_CURSOR_ID, kind="cursor", cursor=cursor))
        self._live.commit()
        self._index.reload()

    def close(self) -> None:
        """Let go of the lock; what was not committed is dropped."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.wait_merging_threads()

    @property
    def _live(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise SearchUnavailable("the writer of the search index is closed")
        return self._writer


def _take_writer(index: tantivy.Index) -> tantivy.IndexWriter:
    try:
        return index.writer(heap_size=HEAP_BYTES, num_threads=1)
    except ValueError as error:
        if "LockBusy" in str(error) or "lock" in str(error).lower():
            raise IndexBusy("another process is writing to the search index") from error
        raise SearchUnavailable(f"the search index cannot be written: {error}") from error


def _corrections(
    clauses: Sequence[Clause], fuzzy: frozenset[str], seen: frozenset[str]
) -> dict[str, tuple[str, ...]]:
    typed = [clause.words[0] for clause in clauses if len(clause.words) == 1 and clause.words[0] in fuzzy]
    found = {word: tuple(sorted(other for other in seen if within_one_edit(word, other))) for word in typed}
    return {word: others for word, others in found.items() if others}
