"""What somebody typed as tantivy queries. Built from words, never parsed by tantivy."""

from collections.abc import Iterable, Iterator, Sequence

from tantivy import Occur, Query

from index.expansion import Alternative, Expansion, expand
from index.tantivy_reader import Reader
from index.tantivy_schema import TEXT_FIELDS, build_schema
from index.words import FUZZY_MIN, PREFIX_MIN, Clause

WEIGHTS = {"identifier": 8.0, "title": 5.0, "keywords": 2.5, "summary": 2.0, "body": 1.0}
SPELLING, EQUIVALENT, PREFIX, FUZZY = 0.7, 0.6, 0.3, 0.15
"""What another spelling, another word, the beginning of a word and a typing error are worth."""
THROUGH_TAXONOMY = 0.1
"""What being tagged with the technology asked for is worth beside the word itself."""
EXACT_BONUS = 300.0
"""Puts hits of the word itself above all that only begin with it, of those of a status."""
LITERAL_BONUS = 5.0
"""Puts the words asked for before what they are called otherwise, where both fit alike."""
IDENTIFIER_BONUS = 4_000.0
"""Puts the call whose identifier was typed above everything."""
ENDINGS_MAX = 16_000
"""Words that may end a phrase still being typed; tantivy refuses more."""


class TextQuestion:
    """The text of one search.

    Attributes:
        fuzzy: Words taken for misspelt: no call knows them.
        expansions: Known terms among the words, with what they are called otherwise.
    """

    def __init__(self, reader: Reader, clauses: Sequence[Clause], *, expand_terms: bool = True) -> None:
        self._reader = reader
        self._schema = build_schema()
        self._wanted = [clause for clause in clauses if not clause.excluded]
        self._excluded = [clause for clause in clauses if clause.excluded]
        self._known = {
            clause: sorted(word for word in clause.spellings if reader.knows(word)) for clause in self._wanted
        }
        self.expansions = expand(self._wanted) if expand_terms else []
        self._covered = {clause for expansion in self.expansions for clause in expansion.clauses}
        self._translated = {clause for one in self.expansions if one.alternatives for clause in one.clauses}
        self.fuzzy = frozenset(clause.words[0] for clause in self._wanted if self._may_be_misspelt(clause))

    @property
    def ranks(self) -> bool:
        """Tell whether there is something to rank hits by."""
        return bool(self._wanted)

    def clauses(self) -> list[tuple[Occur, Query]]:
        """Return what a hit must and must not hold; empty for everything.

        A known term is also found by its equivalents: "Wasserstoff" finds a French call for
        hydrogène, and every call tagged with hydrogen technologies.
        """
        expanded = {expansion.clauses[0]: expansion for expansion in self.expansions}
        asked = [self._expanded(expansion) for expansion in expanded.values()]
        asked += [self._clause(clause) for clause in self._wanted if clause not in self._covered]
        without = [(Occur.MustNot, self._without(clause)) for clause in self._excluded]
        return [(Occur.Must, query) for query in asked] + without

    def bonus(self) -> list[tuple[Occur, Query]]:
        """Return what lifts a hit: the words themselves, a whole identifier."""
        lifts = [(self._exactly(clause), EXACT_BONUS) for clause in self._wanted if clause.open_end]
        lifts += [(self._literally(expansion), LITERAL_BONUS) for expansion in self.expansions]
        whole = " ".join(word for clause in self._wanted for word in clause.words)
        if whole:
            identified = Query.term_query(self._schema, "identifier_whole", whole)
            lifts.append((identified, IDENTIFIER_BONUS))
        return [(Occur.Should, Query.const_score_query(query, score)) for query, score in lifts]

    def _literally(self, expansion: Expansion) -> Query:
        return Query.boolean_query([(Occur.Must, self._clause(clause)) for clause in expansion.clauses])

    def _expanded(self, expansion: Expansion) -> Query:
        ways = [self._literally(expansion)]
        ways += [way for other in expansion.alternatives for way in self._otherwise(other)]
        if expansion.areas:
            tagged = [Query.term_query(self._schema, "f_area", area) for area in expansion.areas]
            ways.append(Query.const_score_query(any_of(tagged), THROUGH_TAXONOMY))
        return any_of(ways)

    def _otherwise(self, other: Alternative) -> Iterator[Query]:
        """Yield a query for other words where some call knows them: most of a list it does not."""
        there = [field for field in WEIGHTS if all(self._reader.stands(field, word) for word in other.words)]
        if not there:
            return
        found = any_of(self._words(field, other.words, WEIGHTS[field] * EQUIVALENT) for field in there)
        if other.is_short:
            spoken = any_of(
                Query.term_query(self._schema, "f_language", language) for language in sorted(other.languages)
            )
            found = Query.boolean_query(
                [(Occur.Must, found), (Occur.Must, Query.const_score_query(spoken, 0.0))]
            )
        yield found

    def _may_be_misspelt(self, clause: Clause) -> bool:
        """Allow a typing error only in a long word that neither a call nor a list of terms knows."""
        word = clause.words[0]
        if len(clause.words) != 1 or len(word) < FUZZY_MIN or clause in self._translated:
            return False
        if self._known[clause] or self._reader.knows(word):
            return False
        return not (clause.open_end and self._reader.knows_beginning(word))

    # --- one clause

    def _clause(self, clause: Clause) -> Query:
        ways = [self._exactly(clause)]
        if clause.open_end and len(clause.words[-1]) >= PREFIX_MIN:
            ways += self._going_on(clause)
        if clause.words[0] in self.fuzzy and len(clause.words) == 1:
            ways += [
                Query.const_score_query(
                    Query.fuzzy_term_query(self._schema, field, clause.words[0]), FUZZY * weight
                )
                for field, weight in WEIGHTS.items()
            ]
        return any_of(ways)

    def _exactly(self, clause: Clause) -> Query:
        ways = [self._words(field, clause.words, weight) for field, weight in WEIGHTS.items()]
        ways += [
            self._words(field, (word,), weight * SPELLING)
            for word in self._known[clause]
            for field, weight in WEIGHTS.items()
        ]
        return any_of(ways)

    def _words(self, field: str, words: Sequence[str], boost: float) -> Query:
        if len(words) == 1:
            query = Query.term_query(self._schema, field, words[0])
        else:
            query = Query.phrase_query(self._schema, field, list(words))
        return Query.boost_query(query, boost)

    def _going_on(self, clause: Clause) -> list[Query]:
        """Return queries for words that begin with the last one."""
        if len(clause.words) == 1:
            return [
                Query.const_score_query(self._beginning(field, word), PREFIX * weight)
                for word in (clause.words[0], *sorted(clause.respelt))
                for field, weight in WEIGHTS.items()
            ]
        return [
            Query.const_score_query(self._phrase_going_on(field, clause.words), PREFIX * weight)
            for field, weight in WEIGHTS.items()
        ]

    def _beginning(self, field: str, word: str) -> Query:
        # Not a pattern: tantivy refuses the long ones.
        return Query.fuzzy_term_query(self._schema, field, word, distance=0, prefix=True)

    def _phrase_going_on(self, field: str, words: tuple[str, ...]) -> Query:
        """Words of a pattern hold letters and digits, nothing a pattern knows."""
        if self._reader.count_beginnings(field, words[-1], ENDINGS_MAX + 1) > ENDINGS_MAX:
            return Query.phrase_prefix_query(self._schema, field, list(words))  # looks at the first 50
        return Query.regex_phrase_query(self._schema, field, [*words[:-1], f"{words[-1]}.*"])

    def _without(self, clause: Clause) -> Query:
        singles = [(word,) for word in clause.spellings]
        return any_of(
            self._words(field, words, 1.0) for field in TEXT_FIELDS for words in (clause.words, *singles)
        )


def any_of(ways: Iterable[Query]) -> Query:
    """Return a query that one of the ways satisfies."""
    return Query.boolean_query([(Occur.Should, way) for way in ways])
