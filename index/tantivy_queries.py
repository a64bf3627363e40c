"""A question as tantivy queries: text, filters by facet, ranges, status at the moment of asking."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR

from tantivy import Occur, Query

from index.documents import FOREVER
from index.query import FacetName, SearchQuery
from index.ranges import cents, first_instant, last_instant
from index.tantivy_reader import (
    Place,
    Reader,
    Stale,
    between,
    every_call,
    misplaced,
    place_of,
    restated,
)
from index.tantivy_schema import STORED_FACETS, build_schema
from index.tantivy_text import TextQuestion, any_of
from index.words import Clause
from normalize.call import Status

STATUS_BONUS: Mapping[Status, float] = {"open": 2_000.0, "forthcoming": 1_997.0, "unknown": 1_990.0}
"""What can be applied for comes before what is over: above anything words are worth.

Among what is not over the words decide: an open call that only mentions hydrogen must not stand
before one that opens next month and is all about it.
"""


class Question:
    """One search as queries.

    Attributes:
        asked: What was asked.
        moment: Now, in microseconds.
        text: Its text.
        stale: Calls judged anew, by place.
    """

    def __init__(self, reader: Reader, query: SearchQuery, clauses: Sequence[Clause], moment: int) -> None:
        self._reader = reader
        self._schema = build_schema()
        self.asked = query
        self.moment = moment
        self.text = TextQuestion(reader, clauses, expand_terms=query.expand)
        self.judged = reader.judged(moment)
        self.stale = self.judged.deadlines
        self._text = self.text.clauses()
        self._ranges = [
            (Occur.Must, Query.const_score_query(ranged, 0.0)) for ranged in self._range_filters()
        ]

    def query(self, without: FacetName | None = None) -> Query:
        """Return everything asked, leaving out the filter of one facet (for its own counts)."""
        # What is no call, the cursor, holds no word.
        calls = [] if self.text.ranks else [(Occur.Must, every_call())]
        return Query.boolean_query([*calls, *self._text, *self._filters(without), *self._ranges])

    def scored(self) -> Query:
        """Return the same with what a hit is worth: its words, and that it can still be applied for."""
        lifts = [
            (Occur.Should, Query.const_score_query(self.status(status), bonus))
            for status, bonus in STATUS_BONUS.items()
        ]
        # In one query of their own: beside the condition they take a fifth longer.
        worth = Query.boolean_query([*self.text.ranking(), *self.text.bonus(), *lifts])
        return Query.boolean_query([(Occur.Must, self.query()), (Occur.Should, worth)])

    def of_status(self, *statuses: Status) -> Query:
        """Return everything asked that is of one of these statuses now."""
        return both(self.query(), any_of(map(self.status, statuses)))

    def fresh(self, query: Query) -> Query:
        """Return ``query`` without the calls whose next deadline is judged anew."""
        if not self.stale:
            return query
        return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, misplaced(self.moment))])

    def stale_of(self, query: Query) -> list[Stale]:
        """Return those of the calls judged anew that match ``query``."""
        return self._matching(query, self.stale, misplaced(self.moment))

    def judged_anew(self, query: Query) -> list[Stale]:
        """Return the calls that match ``query`` and have another status than they are indexed with."""
        return self._matching(query, self.judged.statuses, restated(self.moment))

    def _matching(self, query: Query, known: Mapping[Place, Stale], found_by: Query) -> list[Stale]:
        if not known:
            return []
        found = self._reader.find(both(query, found_by), len(known))
        return [known[place_of(address)] for _, address in found]

    def status(self, status: Status) -> Query:
        """Return a query for calls of a status at the moment of asking (see `Call.status_at`)."""
        written = Query.term_query(self._schema, "f_status", status)
        judged = self.judged.statuses.values()
        if not judged:
            return written
        anew = [stale.call_id for stale in judged if stale.status == status]
        still = [(Occur.Must, written), (Occur.MustNot, restated(self.moment))]
        return any_of([Query.boolean_query(still), Query.term_set_query(self._schema, "id", anew)])

    # --- filters

    def _filters(self, without: FacetName | None) -> Iterator[tuple[Occur, Query]]:
        for facet in STORED_FACETS:
            values = getattr(self.asked, facet)
            if values and facet != without:
                chosen = Query.term_set_query(self._schema, f"f_{facet}", list(values))
                yield Occur.Must, Query.const_score_query(chosen, 0.0)
        if self.asked.status and without != "status":
            yield Occur.Must, Query.const_score_query(any_of(map(self.status, self.asked.status)), 0.0)

    def _range_filters(self) -> Iterator[Query]:
        asked = self.asked
        if asked.deadline_from or asked.deadline_to:
            yield self._next_deadline(first_instant(asked.deadline_from), last_instant(asked.deadline_to))
        if asked.opens_from or asked.opens_to:
            opens_from = first_instant(asked.opens_from)
            yield between(
                "opens", -FOREVER + 1 if opens_from is None else opens_from, last_instant(asked.opens_to)
            )
        if asked.budget_min is not None or asked.budget_max is not None:
            low = cents(asked.budget_min, ROUND_CEILING)
            yield between("budget", low, cents(asked.budget_max, ROUND_FLOOR))
        if asked.new_since:
            yield between("first_seen", first_instant(asked.new_since), None)

    def _next_deadline(self, low: int | None, high: int | None) -> Query:
        """Bound the next deadline as of now: as indexed where it still runs, judged anew where not."""
        anew = [
            stale.call_id
            for stale in self.stale.values()
            if stale.next_at is not None
            and (low is None or stale.next_at >= low)
            and (high is None or stale.next_at <= high)
        ]
        ways = [self.fresh(between("next_at", low, high)), Query.term_set_query(self._schema, "id", anew)]
        withdrawn = Query.term_query(self._schema, "withdrawn", True)
        return Query.boolean_query([(Occur.Must, any_of(ways)), (Occur.MustNot, withdrawn)])


def both(one: Query, other: Query) -> Query:
    """Return a query that both satisfy, scored by the first."""
    return Query.boolean_query([(Occur.Must, one), (Occur.Must, Query.const_score_query(other, 0.0))])
