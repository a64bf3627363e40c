"""What the search is measured against: the bare engine it stands on, and SQLite FTS5 with two ways to count.

Each answers the questions of `tests.bench.corpus` with what it can do by itself.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from tantivy import Occur, Query

from index.documents import build_document
from index.embedded import EmbeddedEngine
from index.folding import words_of
from index.query import FacetName, SearchQuery
from index.ranges import first_instant, last_instant
from index.tantivy_schema import build_schema, deadline_order
from normalize.call import Call
from tests.bench.corpus import FACETS, NOW, Question

FIELDS = ("title", "summary", "body")


class BareTantivy:
    """The bare query on the portal's own index: words and filters, 20 ids and a total, no more."""

    def __init__(self, folder: Path) -> None:
        live = next(path for path in folder.iterdir() if path.is_dir())
        self._searcher = tantivy.Index.open(str(live)).searcher()
        self._schema = build_schema()

    def ask(self, question: Question) -> int:
        asked: list[tuple[Occur, Query]] = [(Occur.Must, self._term("kind", "call"))]
        typed = words_of(question.query.text)
        closed = typed[:-1] if question.prefix else typed
        asked += [(Occur.Must, self._word(word, question)) for word in closed]
        if question.prefix:
            begun = [
                Query.fuzzy_term_query(self._schema, field, typed[-1], distance=0, prefix=True)
                for field in FIELDS[:2]
            ]
            asked.append((Occur.Must, any_of(begun)))
        asked += [(Occur.Must, query) for query in self._filters(question.query)]
        query = Query.boolean_query(asked)
        order: dict[str, Any] = {}
        if question.query.sort == "deadline":
            order = {"order_by_field": "deadline_order", "order": tantivy.Order.Asc}
        found = self._searcher.search(query, 20, count=True, **order)
        for _, address in found.hits:
            self._searcher.doc(address).get_first("id")
        return int(getattr(found, "count", 0) or 0)

    def _word(self, word: str, question: Question) -> Query:
        if question.kind == "typo" and len(word) >= 5 and word not in question.words:
            return any_of(Query.fuzzy_term_query(self._schema, field, word) for field in FIELDS)
        return any_of(self._term(field, word) for field in FIELDS)

    def _term(self, field: str, word: str) -> Query:
        return Query.term_query(self._schema, field, word)

    def _filters(self, query: SearchQuery) -> Iterable[Query]:
        for facet in FACETS:
            values = getattr(query, facet)
            if values and facet != "status":
                yield Query.term_set_query(self._schema, f"f_{facet}", list(values))
            elif values:
                yield any_of(self._term("base_status", value) for value in values)


def any_of(ways: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, way) for way in ways])


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    values: Mapping[FacetName, tuple[str, ...]]
    order: int
    next_at: int


class Fts5:
    """SQLite FTS5 with facet tables, counted in SQL or in numpy columns."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path)
        self._rows: list[_Row] = []
        self._codes: dict[FacetName, tuple[np.ndarray, np.ndarray, list[str]]] = {}

    def build(self, calls: Iterable[Call]) -> None:
        self._db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "CREATE VIRTUAL TABLE f USING fts5(title, summary, body, prefix='2 3 4',"
            " tokenize='unicode61 remove_diacritics 2');"
            "CREATE TABLE call (n INTEGER PRIMARY KEY, ord INTEGER, next_at INTEGER);"
            "CREATE TABLE facet (name TEXT, value TEXT, n INTEGER);"
        )
        for number, call in enumerate(calls):
            self._add(number, call)
        self._db.executescript(
            "CREATE INDEX facet_value ON facet(name, value, n);"
            "CREATE INDEX facet_n ON facet(n, name, value);"
            "CREATE INDEX call_ord ON call(ord); ANALYZE;"
        )
        self._db.commit()
        self._make_columns()

    def _add(self, number: int, call: Call) -> None:
        document = build_document(call)
        values: dict[FacetName, tuple[str, ...]] = {
            name: (call.status_at(NOW),) if name == "status" else document.facets[name] for name in FACETS
        }
        ends = document.deadlines[0][1] if document.deadlines else None
        over = values["status"] == ("closed",)
        order = deadline_order(call.id, ends, continuous=False, over=over)
        row = _Row(number, values, order, ends if ends and not over else -1)
        self._rows.append(row)
        self._db.execute(
            "INSERT INTO f(rowid, title, summary, body) VALUES (?, ?, ?, ?)",
            (number, document.title, document.summary, document.body),
        )
        self._db.execute("INSERT INTO call VALUES (?, ?, ?)", (number, order, row.next_at))
        self._db.executemany(
            "INSERT INTO facet VALUES (?, ?, ?)",
            [(name, value, number) for name, several in values.items() for value in several],
        )

    def _make_columns(self) -> None:
        """Keep each facet as (call, value code) pairs."""
        for name in FACETS:
            pairs = [(row.number, value) for row in self._rows for value in row.values[name]]
            known = sorted({value for _, value in pairs})
            code = {value: at for at, value in enumerate(known)}
            self._codes[name] = (
                np.array([number for number, _ in pairs], dtype=np.int64),
                np.array([code[value] for _, value in pairs], dtype=np.int64),
                known,
            )
        self._next_at = np.array([row.next_at for row in self._rows], dtype=np.int64)
        self._order = np.array([row.order for row in self._rows], dtype=np.int64)

    # --- counted in SQL

    def ask_sql(self, question: Question) -> int:
        match = self._match(question)
        self._temp("hit", self._where(question.query, None), match)
        (total,) = self._db.execute("SELECT count(*) FROM hit").fetchone()
        self._page_sql(question, match)
        for name in FACETS if question.wants_facets else ():
            table = "hit"
            if getattr(question.query, name):
                table = "other"
                self._temp(table, self._where(question.query, name), match)
            self._db.execute(
                "SELECT value, count(*) FROM facet WHERE name = ? "
                f"AND n IN (SELECT n FROM {table}) GROUP BY value",
                (name,),
            ).fetchall()
        return int(total)

    def _temp(self, name: str, where: tuple[str, list[Any]], match: str) -> None:
        self._db.execute(f"DROP TABLE IF EXISTS temp.{name}")
        clause, values = where
        text = "f MATCH ? AND f.rowid = call.n AND" if match else ""
        tables = "f, call" if match else "call"
        self._db.execute(
            f"CREATE TEMP TABLE {name} AS SELECT call.n AS n FROM {tables} WHERE {text} {clause}",
            [*([match] if match else []), *values],
        )

    def _page_sql(self, question: Question, match: str) -> None:
        if not match or question.query.sort == "deadline":
            hits = self._db.execute(
                "SELECT call.n FROM hit JOIN call ON call.n = hit.n ORDER BY ord LIMIT 20"
            ).fetchall()
        else:
            hits = self._db.execute(
                "SELECT rowid FROM f WHERE f MATCH ? AND +rowid IN (SELECT n FROM hit) "
                "ORDER BY rank LIMIT 20",
                (match,),
            ).fetchall()
        self._snippets(match, [number for (number,) in hits])

    # --- counted in numpy columns

    def ask_numpy(self, question: Question) -> int:
        match = self._match(question)
        size = len(self._rows)
        found = np.ones(size, dtype=bool)
        ranked: list[int] = []
        if match:
            ranked = [
                n for (n,) in self._db.execute("SELECT rowid FROM f WHERE f MATCH ? ORDER BY rank", (match,))
            ]
            found = np.zeros(size, dtype=bool)
            found[ranked] = True
        masks = {name: self._mask(name, getattr(question.query, name)) for name in FACETS}
        rest = found & self._in_range(question.query)
        everything = rest.copy()
        for mask in masks.values():
            everything &= mask
        numbers = np.flatnonzero(everything)
        if not match or question.query.sort == "deadline":
            page = [int(n) for n in numbers[np.argsort(self._order[numbers])[:20]]]
        else:
            page = [n for n in ranked if everything[n]][:20]
        self._snippets(match, page)
        for name in FACETS if question.wants_facets else ():
            kept = rest.copy()
            for other, mask in masks.items():
                if other != name:
                    kept &= mask
            calls, codes, known = self._codes[name]
            np.bincount(codes[kept[calls]], minlength=len(known))
        return len(numbers)

    def _mask(self, name: FacetName, values: Sequence[str]) -> np.ndarray:
        mask = np.ones(len(self._rows), dtype=bool)
        if values:
            calls, codes, known = self._codes[name]
            wanted = [known.index(value) for value in values if value in known]
            mask[:] = False
            mask[calls[np.isin(codes, wanted)]] = True
        return mask

    def _in_range(self, query: SearchQuery) -> np.ndarray:
        low, high = _bounds(query)
        return (self._next_at >= low) & (self._next_at <= high) if low else np.ones(len(self._rows), bool)

    # --- both

    def _match(self, question: Question) -> str:
        words = [f'"{word}"' for typed in question.words for word in words_of(typed)]
        if question.prefix:
            words.append(f'{{title summary}} : "{words_of(question.prefix)[0]}"*')
        return " AND ".join(words)

    def _where(self, query: SearchQuery, without: FacetName | None) -> tuple[str, list[Any]]:
        clauses, values = ["1"], list[Any]()
        for name in FACETS:
            chosen = getattr(query, name)
            if chosen and name != without:
                marks = ",".join("?" * len(chosen))
                clauses.append(f"call.n IN (SELECT n FROM facet WHERE name = ? AND value IN ({marks}))")
                values += [name, *chosen]
        low, high = _bounds(query)
        if low:
            clauses.append("call.next_at BETWEEN ? AND ?")
            values += [low, high]
        return " AND ".join(clauses), values

    def _snippets(self, match: str, numbers: Sequence[int]) -> None:
        if not match or not numbers:
            return
        marks = ",".join("?" * len(numbers))
        self._db.execute(
            "SELECT rowid, highlight(f, 0, '<', '>'), snippet(f, 1, '<', '>', '', 40), "
            f"snippet(f, 2, '<', '>', '', 40) FROM f WHERE f MATCH ? AND +rowid IN ({marks})",
            [match, *numbers],
        ).fetchall()


def _bounds(query: SearchQuery) -> tuple[int, int]:
    if query.deadline_from is None or query.deadline_to is None:
        return 0, 0
    return first_instant(query.deadline_from) or 0, last_instant(query.deadline_to) or 0


class Portal:
    """The portal's own search, asked as the search page asks: eight facets, marks and reasons, 20 hits."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine

    def ask(self, question: Question) -> int:
        facets = FACETS if question.wants_facets else ()
        return self._engine.search(question.query, now=NOW, facets=facets).total
