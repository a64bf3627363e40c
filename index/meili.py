"""The second engine: a Meilisearch server, through its official client.

What the server holds is one index ``<uid>_v<schema>``; a rebuild makes ``..._building`` beside it and swaps.
Tasks of the server are awaited, and one that failed raises. The cursor is a document of the index, sent only
after every task before it succeeded: a crash in between repeats work and loses none.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from meilisearch import Client
from meilisearch.errors import MeilisearchApiError, MeilisearchError
from meilisearch.models.task import TaskInfo

from index import meili_pages
from index.documents import build_document, moment_of
from index.engine import IndexBusy, SearchUnavailable
from index.meili_answers import Counted, facets_of, judge_stale, tell, total_of
from index.meili_documents import (
    CURSOR_ID,
    SCHEMA_VERSION,
    SETTINGS,
    cursor_document,
    differs,
    document_id,
    to_meili,
)
from index.meili_queries import Question, facet_queries, misplaced, outdated
from index.paging import Cursor
from index.query import FacetName, SearchQuery, SearchResult
from index.words import parse_text
from normalize.call import Call

ANSWER_S = 10
"""Seconds a question may take."""
TASK_MS = 15 * 60 * 1000
"""Milliseconds a task may take: a big batch on a busy server."""
POLL_MS = 20
BATCH = 1_000
BATCH_BYTES = 32 * 2**20
"""Bytes of a request; the server refuses more than 100 MB unless told."""
STALE_MAX = 10_000


class MeiliEngine:
    """A Meilisearch index; see `index.engine.SearchEngine`. Safe to share among threads.

    Args:
        url: The server.
        key: A key that may ``search``, and ``documents.*``, ``indexes.*``, ``settings.*``, ``tasks.get`` on
            ``<uid>*``; never the master key.
        lock: File whose lock the one writer of this machine holds.
        uid: Beginning of the index's name.
    """

    def __init__(self, url: str, key: str, lock: Path, uid: str = "calls") -> None:
        self._url, self._key, self._lock_file = url, key, lock
        self._uid = f"{uid}_v{SCHEMA_VERSION}"
        self._of_thread = threading.local()

    # --- reading

    def search(
        self, query: SearchQuery, *, now: datetime, facets: Sequence[FacetName] = (), explained: bool = True
    ) -> SearchResult:
        """Answer one question as of ``now``; see `SearchEngine.search`."""
        cursor = Cursor.read(query.cursor) if query.cursor else None
        moment = cursor.moment if cursor else moment_of(now)
        clauses = tuple(parse_text(query.text))
        stale = tuple(judge_stale(one, moment) for one in self._matching(misplaced(moment)))
        asked = Question(query, clauses, moment, stale)
        queries = facet_queries(asked, facets)
        counted: Counted = dict(zip(queries, self._multi(list(queries.values())), strict=True))
        total = total_of(counted)
        page = meili_pages.page_of(asked, cursor, total, self._multi)
        told = tell(asked, page.found)
        return SearchResult(
            total=total,
            hits=told.hits,
            facets=facets_of(asked, facets, counted),
            corrections=told.corrections,
            suggestion=told.suggestion,
            expanded={one.asked: one.areas for one in told.expansions if one.areas},
            equivalents={
                one.asked: tuple(dict.fromkeys(other.said for other in one.alternatives))
                for one in told.expansions
                if one.alternatives
            },
            next_cursor=page.next_cursor,
        )

    def cursor(self) -> int:
        """Return the change number sent after the content."""
        with _typed_errors(), _nothing_there():
            found = self._client.index(self._uid).get_document(CURSOR_ID)
            return int(found.cursor)
        return 0

    def call_ids(self) -> set[str]:
        """Return every call's id."""
        return {str(one["call_id"]) for one in self._matching('kind = "call"')}

    def stale_ids(self, now: datetime) -> set[str]:
        """Return the calls of which something written has changed by the clock since."""
        return {str(one["call_id"]) for one in self._matching(outdated(moment_of(now)))}

    def read_ahead(self) -> None:
        """Do nothing: a server warms itself."""

    # --- writing

    @contextmanager
    def writer(self) -> Iterator["Writer"]:
        """Open the one writer; see `SearchEngine.writer`. Settings are compared, and sent if they differ."""
        with self._only_writer():
            self._prepare(self._uid)
            writer = Writer(self, self._uid)
            try:
                yield writer
            finally:
                writer.close()

    def rebuild(self, calls: Iterable[Call], *, cursor: int, now: datetime) -> int:
        """Build beside, then swap; see `SearchEngine.rebuild`.

        Raises:
            IndexBusy: Somebody else is writing.
        """
        building = f"{self._uid}_building"
        with self._only_writer():
            self._remove(building)  # what a crash left
            try:
                self._prepare(building)
                count = 0
                source = iter(calls)
                while batch := list(islice(source, BATCH)):
                    self.send(building, [to_meili(build_document(call), moment_of(now)) for call in batch])
                    count += len(batch)
                self.send(building, [cursor_document(cursor)])
                self._prepare(self._uid)  # a swap needs both
                with _typed_errors():
                    self.wait(self._client.swap_indexes([{"indexes": [self._uid, building]}]))
            finally:
                self._remove(building)  # the half-built one, or after the swap the old one
        return count

    def send(self, uid: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """Add or replace documents, and wait until the server has done so.

        Raises:
            SearchUnavailable: It cannot be reached, or a task failed.
        """
        index = self._client.index(uid)
        with _typed_errors():
            tasks = [index.add_documents(part, primary_key="id") for part in _parts(documents)]
            for task in tasks:
                self.wait(task)

    def drop(self, uid: str, ids: Sequence[str]) -> None:
        """Delete documents, and wait until the server has done so.

        Raises:
            SearchUnavailable: It cannot be reached, or the task failed.
        """
        listed = ", ".join(f'"{one}"' for one in ids)
        with _typed_errors():
            self.wait(self._client.index(uid).delete_documents(filter=f"id IN [{listed}]"))

    def wait(self, info: TaskInfo) -> None:
        """Wait for a task.

        Raises:
            SearchUnavailable: It failed or was cancelled; says the server's reason.
        """
        task = self._client.wait_for_task(info.task_uid, timeout_in_ms=TASK_MS, interval_in_ms=POLL_MS)
        if task.status != "succeeded":
            reason = (task.error or {}).get("message", "no reason given")
            raise SearchUnavailable(f"the search server did not do {task.type}: {task.status}, {reason}")

    def remove(self) -> None:
        """Remove everything this engine holds on the server."""
        for uid in (self._uid, f"{self._uid}_building"):
            self._remove(uid)

    # --- the server

    @property
    def _client(self) -> Client:
        """Return this thread's client: it keeps the headers of the request under way in itself."""
        client: Client | None = getattr(self._of_thread, "client", None)
        if client is None:
            client = self._of_thread.client = Client(self._url, self._key or None, timeout=ANSWER_S)
        return client

    def _multi(self, queries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Ask several queries in one request; an index that is not there yet answers each with nothing."""
        with _typed_errors(), _nothing_there():
            answer = self._client.multi_search([{"indexUid": self._uid, **query} for query in queries])
            return list(answer["results"])
        return [{"hits": [], "totalHits": 0, "facetDistribution": {}} for _ in queries]

    def _matching(self, expression: str) -> Iterator[dict[str, Any]]:
        """Yield what is stored of every call a filter matches, page by page."""
        fields = ["id", "call_id", "deadlines", "withdrawn", "base_status", "closes", "continuous", "tie"]
        offset = 0
        while True:
            with _typed_errors(), _nothing_there():
                page = self._client.index(self._uid).get_documents(
                    {"filter": expression, "fields": fields, "limit": STALE_MAX, "offset": offset}
                )
                yield from (dict(one) for one in page.results)
                offset += len(page.results)
                if page.results and offset < page.total:
                    continue
            return

    def _prepare(self, uid: str) -> None:
        """Make sure an index is there, with our settings."""
        with _typed_errors():
            client = self._client
            try:
                found: Mapping[str, Any] = client.index(uid).get_settings()
            except MeilisearchApiError as error:
                if error.code != "index_not_found":
                    raise
                self.wait(client.create_index(uid, {"primaryKey": "id"}))
                found = {}
            if changed := differs(SETTINGS, found):
                self.wait(client.index(uid).update_settings({name: SETTINGS[name] for name in changed}))

    def _remove(self, uid: str) -> None:
        with _typed_errors(), _nothing_there():
            self._client.get_raw_index(uid)
            self.wait(self._client.delete_index(uid))

    @contextmanager
    def _only_writer(self) -> Iterator[None]:
        self._lock_file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise IndexBusy("another process is writing to the search index") from error
            yield
        finally:
            os.close(handle)


class Writer:
    """See `index.engine.IndexWriter`. What is written is kept here until `commit` sends it."""

    def __init__(self, engine: MeiliEngine, uid: str) -> None:
        self._engine: MeiliEngine | None = engine
        self._uid = uid
        self._pending: dict[str, Mapping[str, Any] | None] = {}

    def upsert(self, calls: Iterable[Call], *, now: datetime) -> int:
        """Add or replace calls; return how many. Visible after `commit`."""
        count = 0
        for call in calls:
            document = to_meili(build_document(call), moment_of(now))
            self._pending[document["id"]] = document
            count += 1
        return count

    def delete(self, call_ids: Iterable[str]) -> None:
        """Remove calls by id; unknown ids are no error."""
        self._pending |= dict.fromkeys(map(document_id, call_ids))

    def commit(self, *, cursor: int) -> None:
        """Send everything since the last commit, wait for it, then send ``cursor``.

        Raises:
            SearchUnavailable: The server did not take it: the cursor stays, everything is sent again.
        """
        if self._engine is None:
            raise SearchUnavailable("the writer of the search index is closed")
        gone = [one for one, document in self._pending.items() if document is None]
        if gone:
            self._engine.drop(self._uid, gone)
        if kept := [document for document in self._pending.values() if document is not None]:
            self._engine.send(self._uid, kept)
        self._engine.send(self._uid, [cursor_document(cursor)])
        self._pending.clear()

    def close(self) -> None:
        """Refuse further use."""
        self._engine = None


def _parts(documents: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Cut documents into requests the server takes."""
    part: list[Mapping[str, Any]] = []
    size = 0
    for document in documents:
        bytes_of = len(json.dumps(document))
        if part and (len(part) >= BATCH or size + bytes_of > BATCH_BYTES):
            yield part
            part, size = [], 0
        part.append(document)
        size += bytes_of
    if part:
        yield part


@contextmanager
def _typed_errors() -> Iterator[None]:
    """Turn what the client raises, its HTTP library's faults and broken answers, into `SearchUnavailable`."""
    try:
        yield
    except (MeilisearchError, OSError, ValueError, KeyError) as error:
        raise SearchUnavailable(f"the search server does not answer as it should: {error}") from error


@contextmanager
def _nothing_there() -> Iterator[None]:
    """Pass over an index or a document that is not there yet."""
    try:
        yield
    except MeilisearchApiError as error:
        if error.code not in ("index_not_found", "document_not_found"):
            raise
