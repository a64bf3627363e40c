"""Questions as tantivy queries. Built from terms, never parsed from what people typed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import tantivy
from tantivy import FieldType, Occur, Query

from index.documents import FOREVER
from index.expansion import expansions
from index.query import FacetName, SearchQuery
from index.tantivy_schema import STORED_FACETS, TEXT_FIELDS, deadline_order
from index.words import FUZZY_MIN, Clause

BRUSSELS = ZoneInfo("Europe/Brussels")
WEIGHTS = {"identifier": 8.0, "title": 5.0, "keywords": 2.5, "summary": 2.0, "body": 1.0}
SPELLING, PREFIX, FUZZY = 0.7, 0.3, 0.15
"""What another spelling, the beginning of a word and a typing error are worth beside the word itself."""
OPEN_BONUS, FORTHCOMING_BONUS = 3.0, 2.0
"""Open before forthcoming before the rest, among hits that fit about as well."""
THROUGH_TAXONOMY = 0.1
"""What being tagged with the technology asked for is worth beside the word itself."""
STATUSES = ("forthcoming", "open", "closed", "withdrawn", "unknown")


@dataclass(frozen=True, slots=True)
class Stale:
    """A call one of whose deadlines passed since it was written, judged at the moment of asking."""

    address: tantivy.DocAddress
    next_at: int | None
    order: int


def total_of(found: tantivy.SearchResult) -> int:
    """Return how many documents matched; tantivy's stub leaves the attribute out."""
    return int(getattr(found, "count", 0) or 0)


def every_call(schema: tantivy.Schema) -> Query:
    """Return a query for all calls (the index also holds its cursor)."""
    return Query.const_score_query(Query.term_query(schema, "kind", "call"), 0.0)


def passed(schema: tantivy.Schema, moment: int) -> Query:
    """Return a query for calls whose indexed next deadline is over."""
    return _range(schema, "next_until", None, moment - 1)


def judge_anew(stored: tantivy.Document, address: tantivy.DocAddress, moment: int) -> Stale:
    """Work out a stale call's next deadline and place from its stored deadlines."""
    pairs = zip(stored.get_all("until"), stored.get_all("at"), strict=True)
    following = next((int(at) for until, at in pairs if int(until) >= moment), None)
    over = bool(stored.get_first("withdrawn")) or int(stored.get_first("closes") or 0) < moment
    continuous = bool(stored.get_first("continuous"))
    order = deadline_order(str(stored.get_first("id")), following, continuous=continuous, over=over)
    return Stale(address, following, order)


class Question:
    """One search as queries: text, filters by facet, ranges.

    Args:
        schema: The index's.
        searcher: Tells which words it knows.
        query: What was asked.
        clauses: Its text, parsed.
        moment: Now, in seconds.
        stale: Calls judged anew, by id.
    """

    def __init__(
        self,
        schema: tantivy.Schema,
        searcher: tantivy.Searcher,
        query: SearchQuery,
        clauses: Sequence[Clause],
        moment: int,
        stale: dict[str, Stale],
    ) -> None:
        self.schema = schema
        self.searcher = searcher
        self.asked = query
        self.clauses = clauses
        self.moment = moment
        self.stale = stale
        self.fuzzy: frozenset[str] = frozenset(
            clause.words[0] for clause in clauses if self._may_be_misspelt(clause)
        )
        self.expanded = expansions(clauses)
        self._text = self._text_clauses()
        self._ranges = list(self._range_filters())

    def query(self, without: FacetName | None = None) -> Query:
        """Return everything asked, leaving out the filter of one facet (for its own counts)."""
        return Query.boolean_query([*self._text, *self._filters(without)])

    def scored(self) -> Query:
        """Return the same with the bonus for what can still be applied for."""
        bonus = [
            (Occur.Should, Query.const_score_query(self.status("open"), OPEN_BONUS)),
            (Occur.Should, Query.const_score_query(self.status("forthcoming"), FORTHCOMING_BONUS)),
        ]
        return Query.boolean_query([(Occur.Must, self.query()), *bonus])

    def fresh(self) -> Query:
        """Return everything asked whose indexed place in the order of deadlines still holds."""
        return Query.boolean_query(
            [(Occur.Must, self.query()), (Occur.MustNot, passed(self.schema, self.moment))]
        )

    def matching_stale(self) -> Iterator[tuple[str, tantivy.DocAddress]]:
        """Yield id and address of the stale calls that match."""
        if not self.stale:
            return
        both = Query.boolean_query(
            [(Occur.Must, self.query()), (Occur.Must, passed(self.schema, self.moment))]
        )
        for _, address in self.searcher.search(both, len(self.stale), count=False).hits:
            yield str(self.searcher.doc(address).get_first("id")), address

    def status(self, status: str) -> Query:
        """Return a query for calls of a status at the moment of asking (see `Call.status_at`)."""
        withdrawn = Query.term_query(self.schema, "withdrawn", True)
        if status == "withdrawn":
            return withdrawn
        over = _range(self.schema, "closes", None, self.moment - 1)
        later = _range(self.schema, "opens", self.moment + 1, None)
        base = Query.term_query(self.schema, "base_status", status)
        running = Query.boolean_query([(Occur.Must, base), (Occur.MustNot, over), (Occur.MustNot, later)])
        alive = (Occur.MustNot, withdrawn)
        if status == "closed":
            return Query.boolean_query([(Occur.Must, _any([over, running])), alive])
        if status == "forthcoming":
            ahead = Query.boolean_query([(Occur.Must, later), (Occur.MustNot, over)])
            return Query.boolean_query([(Occur.Must, _any([ahead, running])), alive])
        return Query.boolean_query([(Occur.Must, running), alive])

    # --- text

    def _text_clauses(self) -> list[tuple[Occur, Query]]:
        """Return what the text asks for.

        A term of the taxonomy also finds the calls of its areas, whatever language they are in:
        "Wasserstoff" finds a French call tagged with hydrogen technologies.
        """
        asked = [self._clause(clause) for clause in self.clauses]
        if not self.expanded:
            return asked
        areas = [key for keys in self.expanded.values() for key in keys]
        through = [
            Query.const_score_query(Query.term_query(self.schema, "f_area", key), THROUGH_TAXONOMY)
            for key in dict.fromkeys(areas)
        ]
        literal = Query.boolean_query([clause for clause in asked if clause[0] == Occur.Must])
        excluded = [clause for clause in asked if clause[0] == Occur.MustNot]
        return [(Occur.Must, _any([literal, *through])), *excluded]

    def _may_be_misspelt(self, clause: Clause) -> bool:
        """Allow a typing error only in a long word the index does not know."""
        if len(clause.words) != 1 or clause.excluded or len(clause.words[0]) < FUZZY_MIN:
            return False
        known = any(self._known(word) for word in (clause.words[0], *clause.spellings))
        return not known and not (clause.open_end and self._begins(clause.words[0]))

    def _known(self, word: str) -> bool:
        return any(self.searcher.doc_freq(field, word) for field in TEXT_FIELDS)

    def _begins(self, word: str) -> bool:
        return any(self.searcher.terms_with_prefix(field, word, limit=1) for field in TEXT_FIELDS)

    def _clause(self, clause: Clause) -> tuple[Occur, Query]:
        if len(clause.words) > 1:
            return (Occur.MustNot if clause.excluded else Occur.Must), self._phrase(clause)
        word = clause.words[0]
        if clause.excluded:
            return Occur.MustNot, _any([Query.term_query(self.schema, f, word) for f in TEXT_FIELDS])
        ways = [self._word(field, word, 1.0) for field in TEXT_FIELDS]
        ways += [self._word(field, other, SPELLING) for other in clause.spellings for field in TEXT_FIELDS]
        ways.append(
            Query.boost_query(
                Query.term_query(self.schema, "identifier_whole", word), 4 * WEIGHTS["identifier"]
            )
        )
        if clause.open_end and len(word) >= 2:
            ways += [
                Query.const_score_query(Query.regex_query(self.schema, field, f"{word}.*"), PREFIX * weight)
                for field, weight in WEIGHTS.items()
            ]
        if word in self.fuzzy:
            ways += [
                Query.const_score_query(Query.fuzzy_term_query(self.schema, field, word), FUZZY * weight)
                for field, weight in WEIGHTS.items()
            ]
        return Occur.Must, _any(ways)

    def _word(self, field: str, word: str, factor: float) -> Query:
        return Query.boost_query(Query.term_query(self.schema, field, word), WEIGHTS[field] * factor)

    def _phrase(self, clause: Clause) -> Query:
        words: list[str | tuple[int, str]] = list(clause.words)
        ways = [
            Query.boost_query(Query.phrase_query(self.schema, field, words), weight)
            for field, weight in WEIGHTS.items()
        ]
        if clause.open_end:
            ways += [
                Query.const_score_query(Query.phrase_prefix_query(self.schema, field, words), PREFIX * weight)
                for field, weight in WEIGHTS.items()
            ]
        return _any(ways)

    # --- filters

    def _filters(self, without: FacetName | None) -> Iterator[tuple[Occur, Query]]:
        yield Occur.Must, every_call(self.schema)
        for facet in STORED_FACETS:
            values = getattr(self.asked, facet)
            if values and facet != without:
                terms = [Query.term_query(self.schema, f"f_{facet}", value) for value in values]
                yield Occur.Must, Query.const_score_query(_any(terms), 0.0)
        if self.asked.status and without != "status":
            yield Occur.Must, Query.const_score_query(_any(map(self.status, self.asked.status)), 0.0)
        yield from self._ranges

    def _range_filters(self) -> Iterator[tuple[Occur, Query]]:
        asked = self.asked
        if asked.deadline_from or asked.deadline_to:
            yield Occur.Must, self._next_deadline(_start(asked.deadline_from), _end(asked.deadline_to))
        if asked.opens_from or asked.opens_to:
            low = _start(asked.opens_from) if asked.opens_from else -FOREVER + 1
            yield Occur.Must, _range(self.schema, "opens", low, _end(asked.opens_to))
        if asked.budget_min is not None or asked.budget_max is not None:
            yield (
                Occur.Must,
                _range(self.schema, "budget", _cents(asked.budget_min), _cents(asked.budget_max)),
            )
        if asked.new_since:
            yield Occur.Must, _range(self.schema, "first_seen", _start(asked.new_since), None)

    def _next_deadline(self, low: int | None, high: int | None) -> Query:
        """Bound the next deadline as of now: as indexed where it still runs, judged anew where not."""
        fresh = [
            (Occur.Must, _range(self.schema, "next_at", low, high)),
            (Occur.MustNot, passed(self.schema, self.moment)),
        ]
        anew = [
            call_id
            for call_id, stale in self.stale.items()
            if stale.next_at is not None
            and (low is None or stale.next_at >= low)
            and (high is None or stale.next_at <= high)
        ]
        ways = [
            Query.boolean_query(fresh),
            *(Query.term_query(self.schema, "id", call_id) for call_id in anew),
        ]
        alive = (Occur.MustNot, Query.term_query(self.schema, "withdrawn", True))
        return Query.const_score_query(Query.boolean_query([(Occur.Must, _any(ways)), alive]), 0.0)


def _any(ways: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, way) for way in ways])


def _range(schema: tantivy.Schema, field: str, low: int | None, high: int | None) -> Query:
    return Query.range_query(schema, field, FieldType.Integer, lower_bound=low, upper_bound=high)


def _start(day: date | None) -> int | None:
    return int(datetime.combine(day, time(0), BRUSSELS).timestamp()) if day else None


def _end(day: date | None) -> int | None:
    following = _start(day + timedelta(days=1)) if day else None
    return following - 1 if following is not None else None


def _cents(amount: Decimal | None) -> int | None:
    return int(amount * 100) if amount is not None else None
