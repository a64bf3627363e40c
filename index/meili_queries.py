"""A question as Meilisearch requests: its text, its filter expressions, the queries of one multi-search.

Pure: nothing here talks to a server.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import Any

from index.documents import FOREVER
from index.meili_documents import FORMS, STORED_FACETS, TEXT_FIELDS, write_value
from index.paging import Cursor
from index.query import FacetName, SearchQuery
from index.ranges import cents, first_instant, last_instant
from index.words import PREFIX_MIN, Clause
from normalize.call import Status

STATUSES: tuple[Status, ...] = ("forthcoming", "open", "closed", "withdrawn", "unknown")
RETRIEVED = ["call_id", "shown", "order_rank", "first_seen_s", "tie"]
_EVERY_CALL = 'kind = "call"'


def quoted(value: str) -> str:
    """Return a string as a filter expression takes it, whatever it holds.

    The parser first looks for the closing quote, passing over whatever a backslash stands before,
    then reads backslash sequences in what it found: both signs need a backslash, that one first.
    """
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def among(field: str, values: Iterable[str]) -> str:
    """Return a filter for any of the values; nothing matches none."""
    return f"{field} IN [{', '.join(map(quoted, values))}]"


def between(field: str, low: int | None, high: int | None) -> str:
    """Return a filter for a number from ``low`` to ``high`` inclusive; None is no bound."""
    bounds = [f"{field} >= {low}"] if low is not None else []
    bounds += [f"{field} <= {high}"] if high is not None else []
    return " AND ".join(bounds) or f"{field} EXISTS"


def any_of(expressions: Iterable[str]) -> str:
    """Return a filter one of the expressions satisfies."""
    return "(" + " OR ".join(f"({one})" for one in expressions) + ")"


def status_filter(status: Status, moment: int) -> str:
    """Return a filter for calls of a status at a moment (see `Call.status_at`)."""
    if status == "withdrawn":
        return "withdrawn = true"
    running = f"closes >= {moment}"
    base = f"base_status = {quoted(status)} AND opens <= {moment}"
    if status == "closed":
        return f"withdrawn = false AND (closes < {moment} OR ({base}))"
    if status == "forthcoming":
        return f"withdrawn = false AND {running} AND (opens > {moment} OR base_status = {quoted(status)})"
    return f"withdrawn = false AND {running} AND {base}"


def misplaced(moment: int) -> str:
    """Return a filter for calls whose written next deadline is not the next one at a moment."""
    return f"(next_until < {moment} OR past_until >= {moment})"


def outdated(moment: int) -> str:
    """Return a filter for calls of which anything written for a moment has changed since."""
    return f"{_EVERY_CALL} AND (next_until < {moment} OR past_until >= {moment} OR rank_until < {moment})"


def written_text(clauses: Sequence[Clause]) -> str:
    """Return a question's text in Meilisearch's own syntax, from folded words only.

    Words hold letters and digits and nothing its syntax knows. A blank at the end says that the last
    word does not go on; a word that goes on must stand last. Of a phrase still being typed the last
    word is asked beside the others: a phrase of Meilisearch has no open end.
    """
    parts = [f"-{_as_phrase(words)}" for clause in clauses if clause.excluded for words in _all_forms(clause)]
    wanted = [clause for clause in clauses if not clause.excluded]
    closed = [clause for clause in wanted if not _goes_on(clause)]
    parts += [_as_closed(clause) for clause in closed]
    going_on = [clause for clause in wanted if _goes_on(clause)]
    for clause in going_on:
        parts += [_as_phrase(clause.words[:-1])] if len(clause.words) > 1 else []
        parts.append(clause.words[-1])
    return " ".join(parts) + ("" if going_on or not parts else " ")


def _goes_on(clause: Clause) -> bool:
    return clause.open_end and len(clause.words[-1]) >= PREFIX_MIN


def _all_forms(clause: Clause) -> Iterator[tuple[str, ...]]:
    yield clause.words
    yield from ((word,) for word in sorted(clause.spellings))


def _as_closed(clause: Clause) -> str:
    if len(clause.words) == 1 and not clause.quoted:
        return clause.words[0]
    if not clause.quoted and clause.spellings:
        return "".join(clause.words)  # "bio-based" is written in one word in `FORMS` wherever it stands
    return _as_phrase(clause.words)


def _as_phrase(words: Sequence[str]) -> str:
    return '"' + " ".join(words) + '"'


@dataclass(frozen=True, slots=True)
class Stale:
    """A call whose written next deadline is not the next any more, judged at the moment of asking."""

    document_id: str
    next_at: int | None
    order_rank: int
    tie: int


@dataclass(frozen=True, slots=True)
class Question:
    """One search as filters and a text.

    Attributes:
        asked: What was asked.
        clauses: Its text, read.
        moment: As of when, in microseconds.
        stale: Calls judged anew.
    """

    asked: SearchQuery
    clauses: tuple[Clause, ...]
    moment: int
    stale: tuple[Stale, ...] = ()

    @property
    def ranks(self) -> bool:
        """Tell whether there is something to rank hits by."""
        return any(not clause.excluded for clause in self.clauses)

    def filters(self, without: FacetName | None = None) -> list[str]:
        """Return everything asked but the text, leaving out the filter of one facet."""
        asked = self.asked
        found = [_EVERY_CALL]
        for facet in STORED_FACETS:
            values = getattr(asked, facet)
            if values and facet != without:
                found.append(among(f"f_{facet}", map(write_value, values)))
        if asked.status and without != "status":
            found.append(any_of(status_filter(status, self.moment) for status in asked.status))
        return found + list(self._ranges())

    def _ranges(self) -> Iterator[str]:
        asked = self.asked
        if asked.deadline_from or asked.deadline_to:
            yield self._next_deadline(first_instant(asked.deadline_from), last_instant(asked.deadline_to))
        if asked.opens_from or asked.opens_to:
            low = first_instant(asked.opens_from)
            yield between("opens", -FOREVER + 2**20 if low is None else low, last_instant(asked.opens_to))
        if asked.budget_min is not None or asked.budget_max is not None:
            high = cents(asked.budget_max, ROUND_FLOOR)
            yield between("budget", cents(asked.budget_min, ROUND_CEILING), high)
        if asked.new_since:
            yield between("first_seen", first_instant(asked.new_since), None)

    def _next_deadline(self, low: int | None, high: int | None) -> str:
        """Bound the next deadline as of now: as written where it still runs, judged anew where not."""
        anew = [
            stale.document_id
            for stale in self.stale
            if stale.next_at is not None
            and (low is None or stale.next_at >= low)
            and (high is None or stale.next_at <= high)
        ]
        written = f"{between('next_at', low, high)} AND NOT {misplaced(self.moment)}"
        return f"withdrawn = false AND {any_of([written, among('id', anew)] if anew else [written])}"

    def query(self, filters: Sequence[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Return one query of a multi-search."""
        base: dict[str, Any] = {
            "q": written_text(self.clauses),
            "matchingStrategy": "all",
            # An array within the array would be alternatives; each of these must hold.
            "filter": list(filters),
            "attributesToRetrieve": RETRIEVED,
        }
        if not self.asked.expand or any(clause.quoted for clause in self.clauses):
            is_quoted = any(clause.quoted for clause in self.clauses)
            base["attributesToSearchOn"] = [*TEXT_FIELDS, *([] if is_quoted else [FORMS])]
        return base | more

    def counting(self, filters: Sequence[str], facets: Sequence[FacetName] = ()) -> dict[str, Any]:
        """Return a query that only counts: with ``hitsPerPage`` totals are exact, not estimates."""
        counted = {"facets": [f"f_{facet}" for facet in facets]} if facets else {}
        return self.query(filters, page=1, hitsPerPage=0, **counted)

    def groups(self) -> list[list[str]]:
        """Return the filters of the groups hits come in, first to last; together they are everything."""
        everything = self.filters()
        if self.asked.sort != "relevance":
            return [everything]
        if not self.ranks:
            by_status: tuple[tuple[Status, ...], ...] = (
                ("open",),
                ("forthcoming",),
                ("unknown",),
                ("closed", "withdrawn"),
            )
            return [
                [*everything, any_of(status_filter(status, self.moment) for status in statuses)]
                for statuses in by_status
            ]
        whole = " ".join(word for clause in self.clauses if not clause.excluded for word in clause.words)
        named = f"identifier_whole = {quoted(write_value(whole))}"
        over = any_of(status_filter(status, self.moment) for status in ("closed", "withdrawn"))
        return [
            [*everything, named],
            [*everything, f"NOT {named}", f"NOT {over}"],
            [*everything, f"NOT {named}", over],
        ]

    def sort(self) -> dict[str, Any]:
        """Return the order of the hits of a group; by relevance the ranking rules alone decide."""
        if self.asked.sort == "newest":
            return {"sort": ["first_seen_s:desc", "tie:asc"]}
        if self.asked.sort == "deadline" or not self.ranks:
            return {"sort": ["order_rank:asc", "tie:asc"]}
        return {}

    def after(self, cursor: Cursor, tie: int) -> str:
        """Return a filter for what comes after a page's last hit in an order of numbers."""
        field = "first_seen_s" if self.asked.sort == "newest" else "order_rank"
        sign = "<" if self.asked.sort == "newest" else ">"
        return f"({field} {sign} {cursor.order} OR ({field} = {cursor.order} AND tie > {tie}))"


def facet_queries(
    asked: Question, facets: Sequence[FacetName]
) -> Mapping[tuple[FacetName | None, Status | None], dict[str, Any]]:
    """Return the counting queries of one multi-search: disjunctive counts need one a chosen facet.

    The key says what a query counts: (None, None) the total and the facets nothing is chosen of;
    (facet, None) a facet without its own filter; ("status", status) one status.
    """
    chosen = [facet for facet in facets if getattr(asked.asked, facet) and facet != "status"]
    free = [facet for facet in facets if facet not in chosen and facet != "status"]
    queries: dict[tuple[FacetName | None, Status | None], dict[str, Any]] = {
        (None, None): asked.counting(asked.filters(), free)
    }
    for facet in chosen:
        queries[facet, None] = asked.counting(asked.filters(facet), [facet])
    if "status" in facets:
        rest = asked.filters("status")
        for status in STATUSES:
            queries["status", status] = asked.counting([*rest, status_filter(status, asked.moment)])
    return queries
