"""One state of a tantivy index, as read: typed errors, bounded questions, and what it remembers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

import tantivy
from tantivy import DocAddress, FieldType, Occur, Query

from index.documents import FOREVER
from index.engine import SearchUnavailable
from index.query import FacetName
from index.tantivy_schema import (
    BEGINNING,
    BEGINNING_MAX,
    BETWEEN_VALUES,
    EVERY,
    TEXTS_KEPT,
    boundaries,
    build_schema,
    columns_of,
    deadline_order,
    read_shown,
    status_at,
)
from index.texts import Texts
from normalize.call import Status

FACET_VALUES_MAX = 20_000
"""Above every facet's number of values (NUTS has 1,798 codes); tantivy gives ten unless told."""
_FREQUENCIES_MAX = 20_000
"""Words of which it is kept in how many calls they stand."""
_REMEMBERED_MAX = 64
"""Answers kept a commit; then all are forgotten."""

Place = tuple[int, int]
"""Segment and number of a document: what a `DocAddress` holds, comparable."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stale:
    """A call of which something indexed is not so any more, judged at the moment of asking.

    Attributes:
        next_at: Its next deadline in microseconds; None when none is left.
        order: Its place in the order of deadlines.
        status: Its status, and the one that is indexed.
    """

    call_id: str
    address: DocAddress
    next_at: int | None
    order: int
    status: Status
    written_status: Status


@dataclass(frozen=True, slots=True)
class _Stored:
    call_id: str
    deadlines: tuple[tuple[int, int], ...]
    opens: int
    closes: int
    base_status: Status
    withdrawn: bool
    continuous: bool
    written_status: Status


@dataclass(frozen=True, slots=True)
class Judged:
    """The calls that the clock has changed since they were written, as of ``start`` until before ``end``.

    Attributes:
        deadlines: Those whose next deadline is another.
        statuses: Those whose status is another.
    """

    start: int
    end: int
    deadlines: Mapping[Place, Stale]
    statuses: Mapping[Place, Stale]


def place_of(address: DocAddress) -> Place:
    """Return the comparable form of an address."""
    return address.segment_ord, address.doc


def every_call() -> Query:
    """Return a query for all calls (the index also holds its cursor)."""
    return Query.const_score_query(Query.term_query(build_schema(), "kind", "call"), 0.0)


def between(field: str, low: int | None, high: int | None) -> Query:
    """Return a query for a number from ``low`` to ``high`` inclusive; None is no bound."""
    lowest = max(low, -FOREVER) if low is not None else -FOREVER
    highest = min(high, FOREVER) if high is not None else FOREVER
    return within(field, lowest, highest)


def within(field: str, lowest: int, highest: int) -> Query:
    """Return a query for a number of 64 bits from ``lowest`` to ``highest`` inclusive."""
    return Query.range_query(build_schema(), field, FieldType.Integer, lowest, highest)


def misplaced(moment: int) -> Query:
    """Return a query for calls whose indexed next deadline is not the next one at ``moment``.

    It is over by then; or, where the clock was set back, one before it runs again.
    """
    ways = (between("next_until", None, moment - 1), between("past_until", moment, None))
    return Query.boolean_query([(Occur.Should, way) for way in ways])


def restated(moment: int) -> Query:
    """Return a query for calls whose indexed status is not the one at ``moment``, or may not be."""
    later, before = within("status_until", -FOREVER, moment), within("status_from", moment + 1, FOREVER)
    return Query.boolean_query([(Occur.Should, later), (Occur.Should, before)])


class Reader:
    """One commit of an index. Immutable but for what it remembers; threads may share it.

    Attributes:
        stamp: Tells one commit from another.
    """

    def __init__(self, searcher: tantivy.Searcher, stamp: str = "") -> None:
        self._searcher = searcher
        self.stamp = stamp
        self._stored: dict[Place, _Stored] = {}
        self._shown: dict[Place, tuple[str, Texts]] = {}
        self._frequencies: dict[str, int] = {}
        self._judged: Judged | None = None
        self._remembered: dict[object, tuple[int, int, object]] = {}

    # --- asking

    def count(self, query: Query) -> int:
        """Return how many documents match."""
        with typed_errors("read"):
            found = self._searcher.search(query, 1, count=True)
        return int(getattr(found, "count", 0) or 0)  # tantivy's stub leaves the attribute out

    def find_and_count(
        self, query: Query, limit: int, *, order_by: str | None = None, descending: bool = False
    ) -> tuple[int, list[tuple[float, DocAddress]]]:
        """Return how many documents match, and up to ``limit`` of them as `find` does, in one pass."""
        upto = max(min(limit, self._searcher.num_docs), 1)
        found = self._search(query, upto, True, order_by, descending)
        return int(getattr(found, "count", 0) or 0), list(found.hits)

    def find(
        self, query: Query, limit: int, *, order_by: str | None = None, descending: bool = False
    ) -> list[tuple[float, DocAddress]]:
        """Return up to ``limit`` documents by score, or by a number field.

        The limit is cut to what there is: tantivy sets memory aside for as many hits as it is told,
        and a limit of a billion ends the process.
        """
        upto = min(limit, self._searcher.num_docs)
        return list(self._search(query, upto, False, order_by, descending).hits) if upto > 0 else []

    def _search(
        self, query: Query, limit: int, counted: bool, order_by: str | None, descending: bool
    ) -> tantivy.SearchResult:
        order = tantivy.Order.Desc if descending else tantivy.Order.Asc
        with typed_errors("read"):
            if order_by is None:
                return self._searcher.search(query, limit, count=counted)
            return self._searcher.search(query, limit, count=counted, order_by_field=order_by, order=order)

    def values(self, field: str, addresses: Sequence[DocAddress]) -> list[int]:
        """Return a number field of each document."""
        with typed_errors("read"):
            return [int(value or 0) for value in self._searcher.fast_field_values(field, list(addresses))]

    def facet_counts(self, query: Query, facets: Sequence[FacetName]) -> dict[FacetName, dict[str, int]]:
        """Return facet -> value -> number of matching documents, exact."""
        answer = self._buckets(query, [column for facet in facets for column in columns_of(facet)])
        counts: dict[FacetName, dict[str, int]] = {}
        for facet in facets:
            columns = columns_of(facet)
            if any(answer[column]["sum_other_doc_count"] for column in columns):
                # More different sets of values than tantivy tells: then each value is counted by itself.
                columns = (f"f_{facet}",)
                answer |= self._buckets(query, columns)
            counts[facet] = _values_of([answer[column]["buckets"] for column in columns])
        return counts

    def _buckets(self, query: Query, columns: Sequence[str]) -> dict[str, Any]:
        wanted = {column: {"terms": {"field": column, "size": FACET_VALUES_MAX}} for column in columns}
        with typed_errors("read"):
            return dict(self._searcher.aggregate(query, wanted)) if wanted else {}

    def shown(self, address: DocAddress) -> tuple[str, Texts]:
        """Return a call's id and the texts its hit is explained with; kept, for hits come again."""
        place = place_of(address)
        found = self._shown.get(place)
        if found is None:
            document = self.stored(address)
            found = str(document.get_first("id")), read_shown(document)
            if len(self._shown) >= TEXTS_KEPT:
                self._shown.clear()
            self._shown[place] = found
        return found

    def stored(self, address: DocAddress) -> tantivy.Document:
        """Return the stored fields of a document."""
        with typed_errors("read"):
            return self._searcher.doc(address)

    def knows(self, word: str) -> bool:
        """Tell whether a folded word stands anywhere."""
        return self.frequency(word) > 0

    def stands(self, field: str, word: str) -> bool:
        """Tell whether a folded word stands in a field of any call."""
        with typed_errors("read"):
            return bool(self._searcher.doc_freq(field, word))

    def frequency(self, word: str) -> int:
        """Return in how many calls a folded word stands; kept, for known terms are asked for often."""
        found = self._frequencies.get(word)
        if found is None:
            with typed_errors("read"):
                found = self._searcher.doc_freq(EVERY, word)
            if len(self._frequencies) >= _FREQUENCIES_MAX:
                self._frequencies.clear()
            self._frequencies[word] = found
        return found

    def beginnings(self, field: str, beginning: str, limit: int) -> list[str]:
        """Return the most frequent words of a field that begin so."""
        with typed_errors("read"):
            return [word for word, _ in self._searcher.terms_with_prefix(field, beginning, limit=limit)]

    def knows_beginning(self, beginning: str) -> bool:
        """Tell whether a word with this beginning stands anywhere."""
        if len(beginning) <= BEGINNING_MAX:
            return self.knows(beginning + BEGINNING)
        return bool(self.count_beginnings(EVERY, beginning, 1))

    def count_beginnings(self, field: str, beginning: str, limit: int) -> int:
        """Return how many words of a field begin so, counting up to ``limit`` a segment or more."""
        with typed_errors("read"):
            return len(self._searcher.terms_with_prefix(field, beginning, limit=limit))

    # --- time

    def judged(self, moment: int) -> Judged:
        """Return what the clock has changed since the calls were written; kept while it holds."""
        kept = self._judged
        if kept is None or not kept.start <= moment < kept.end:
            deadlines = self._anew(misplaced(moment), moment)
            statuses = self._anew(restated(moment), moment)
            end = self._holds_until(moment, {**deadlines, **statuses})
            kept = self._judged = Judged(moment, end, deadlines, statuses)
        return kept

    def _anew(self, query: Query, moment: int) -> dict[Place, Stale]:
        found = {}
        for _, address in self.find(query, self._searcher.num_docs):
            place = place_of(address)
            stored = self._stored.get(place) or self._read(address)
            self._stored[place] = stored
            found[place] = _judge(stored, address, moment)
        return found

    def _read(self, address: DocAddress) -> _Stored:
        document = self.stored(address)
        pairs = zip(document.get_all("until"), document.get_all("at"), strict=True)
        return _Stored(
            call_id=str(document.get_first("id")),
            deadlines=tuple((int(until), int(at)) for until, at in pairs),
            opens=int(document.get_first("opens") or 0),
            closes=int(document.get_first("closes") or 0),
            base_status=cast("Status", document.get_first("base_status")),
            withdrawn=bool(document.get_first("withdrawn")),
            continuous=bool(document.get_first("continuous")),
            written_status=cast("Status", document.get_first("f_status")),
        )

    def remember(self, key: object, moment: int, answer: Callable[[], T]) -> T:
        """Return ``answer()``, kept until a commit or until time changes what it says.

        Nothing a call says of itself changes between two of its moments (opening, end of a
        deadline), so an answer given at one holds until the next of all calls.
        """
        kept = self._remembered.get(key)
        if kept is not None and kept[0] <= moment < kept[1]:
            return kept[2]  # type: ignore[return-value]  # the key stands for one kind of answer
        found = answer()
        if len(self._remembered) >= _REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered[key] = (moment, self.judged(moment).end, found)
        return found

    def _holds_until(self, moment: int, judged: Iterable[Place]) -> int:
        """Return the first moment after ``moment`` at which a status or a next deadline is another."""
        ahead = [FOREVER]
        for field, first, later in (("status_until", moment + 1, 0), ("next_until", moment, 1)):
            for value, _ in self.find(within(field, first, FOREVER - 1), 1, order_by=field):
                ahead.append(int(value) + later)
        for place in judged:
            stored = self._stored[place]
            ahead += [until + 1 for until, _ in stored.deadlines if until >= moment]
            ahead += [at for at in boundaries(stored) if at > moment]
        return min(ahead)


def _judge(stored: _Stored, address: DocAddress, moment: int) -> Stale:
    following = next((at for until, at in stored.deadlines if until >= moment), None)
    over = stored.withdrawn or stored.base_status == "closed" or stored.closes < moment
    order = deadline_order(stored.call_id, following, continuous=stored.continuous, over=over)
    return Stale(stored.call_id, address, following, order, status_at(stored, moment), stored.written_status)


def _values_of(columns: Iterable[Iterable[Mapping[str, Any]]]) -> dict[str, int]:
    """Return value -> count of the sets of values in the columns of a facet."""
    counts: dict[str, int] = {}
    for buckets in columns:
        for bucket in buckets:
            key, count = bucket["key"], bucket["doc_count"]
            for value in key.split(BETWEEN_VALUES) if BETWEEN_VALUES in key else (key,):
                counts[value] = counts.get(value, 0) + count
    counts.pop("", None)
    return counts


@contextmanager
def typed_errors(doing: Literal["read", "written"]) -> Iterator[None]:
    """Turn what tantivy raises into `SearchUnavailable`."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise SearchUnavailable(f"the search index cannot be {doing}: {error}") from error
