"""What somebody typed as tantivy queries. Built from words, never parsed by tantivy."""

from collections.abc import Iterable, Iterator, Sequence

from tantivy import Occur, Query

from index.expansion import Alternative, Expansion, expand
from index.tantivy_reader import Reader
from index.tantivy_schema import (
    BEGINNING,
    BEGINNING_MAX,
    EVERY,
    PART,
    TEXT_FIELDS,
    TITLE_BEGINNING,
    build_schema,
)
from index.words import FUZZY_MIN, PREFIX_MIN, Clause

WEIGHTS = {"identifier": 8.0, "title": 5.0, "keywords": 2.5, "summary": 2.0, "body": 1.0}
_ROUGHLY = {field: weight for field, weight in WEIGHTS.items() if field != "body"}
"""The same where many words may stand for one: every hit holds one of them, so that the text adds nothing."""
_BY_BEGINNING = {"title": WEIGHTS["title"]}
"""The same of what the shortest beginnings are known of."""
SPELLING, EQUIVALENT, PREFIX, FUZZY = 0.7, 0.6, 0.3, 0.15
"""What another spelling, another word, the beginning of a word and a typing error are worth."""
COMPOUND = 0.5
"""What a compound of the word is worth, wherever it stands."""
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

    @property
    def is_rough(self) -> bool:
        """Tell whether many hits may be worth the same: those of a beginning, or of a typing error."""
        return bool(self.fuzzy) or any(clause.open_end for clause in self._wanted)

    def clauses(self) -> list[tuple[Occur, Query]]:
        """Return what a hit must and must not hold, worth nothing; empty for everything.

        A known term is also found by its equivalents: "Wasserstoff" finds a French call for
        hydrogène, and every call tagged with hydrogen technologies.
        """
        asked = [self._expanded(expansion) for expansion in self.expansions]
        asked += [self._matching(clause) for clause in self._wanted if clause not in self._covered]
        found = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in asked]
        return found + [(Occur.MustNot, self._without(clause)) for clause in self._excluded]

    def ranking(self) -> list[tuple[Occur, Query]]:
        """Return what makes one hit worth more than another: where what was asked for stands, and how."""
        ways = [way for clause in self._wanted for way in self._valued(clause)]
        for expansion in self.expansions:
            ways += [way for other in expansion.alternatives for way in self._otherwise(other)]
            if expansion.areas:
                ways.append(Query.const_score_query(self._tagged(expansion), THROUGH_TAXONOMY))
        return [(Occur.Should, way) for way in ways]

    def bonus(self) -> list[tuple[Occur, Query]]:
        """Return what lifts a hit: the words themselves, a whole identifier."""
        lifts = [(any_of(self._literal(clause)), EXACT_BONUS) for clause in self._wanted if clause.open_end]
        lifts += [(self._literally(expansion), LITERAL_BONUS) for expansion in self.expansions]
        whole = " ".join(word for clause in self._wanted for word in clause.words)
        if whole:
            identified = Query.term_query(self._schema, "identifier_whole", whole)
            lifts.append((identified, IDENTIFIER_BONUS))
        return [(Occur.Should, Query.const_score_query(query, score)) for query, score in lifts]

    def _literally(self, expansion: Expansion) -> Query:
        if len(expansion.clauses) == 1:
            return self._matching(expansion.clauses[0])
        return Query.boolean_query([(Occur.Must, self._matching(clause)) for clause in expansion.clauses])

    def _expanded(self, expansion: Expansion) -> Query:
        ways = [self._literally(expansion)]
        for other in expansion.alternatives:
            if all(map(self._reader.knows, other.words)):
                ways.append(self._spoken(other, any_of(self._anywhere(other.words))))
        return any_of([*ways, self._tagged(expansion)] if expansion.areas else ways)

    def _tagged(self, expansion: Expansion) -> Query:
        return any_of(Query.term_query(self._schema, "f_area", area) for area in expansion.areas)

    def _spoken(self, other: Alternative, found: Query) -> Query:
        """Return ``found``, of short words only in texts of their own languages."""
        if not other.is_short:
            return found
        spoken = any_of(
            Query.term_query(self._schema, "f_language", language) for language in sorted(other.languages)
        )
        return Query.boolean_query([(Occur.Must, found), (Occur.Must, Query.const_score_query(spoken, 0.0))])

    def _otherwise(self, other: Alternative) -> Iterator[Query]:
        """Yield a query for other words where some call knows them: most of a list it does not."""
        if not all(map(self._reader.knows, other.words)):
            return
        there = [field for field in WEIGHTS if all(self._reader.stands(field, word) for word in other.words)]
        for field in there:
            yield self._spoken(other, self._words(field, other.words, WEIGHTS[field] * EQUIVALENT))

    def _may_be_misspelt(self, clause: Clause) -> bool:
        """Allow a typing error only in a long word that neither a call nor a list of terms knows."""
        word = clause.words[0]
        if len(clause.words) != 1 or len(word) < FUZZY_MIN or clause in self._translated:
            return False
        if self._known[clause] or self._reader.knows(word) or self._may_be_part(clause):
            return False
        return not (clause.open_end and self._reader.knows_beginning(word))

    # --- one clause

    def _matching(self, clause: Clause) -> Query:
        """Return what finds a clause, wherever it stands."""
        ways = list(self._literal(clause))
        if self._may_be_part(clause):
            ways.append(self._as_part(clause))
        if clause.open_end and len(clause.words[-1]) >= PREFIX_MIN:
            ways += self._begun(clause)
        if clause.words[0] in self.fuzzy and len(clause.words) == 1:
            ways.append(Query.fuzzy_term_query(self._schema, EVERY, clause.words[0]))
        return any_of(ways)

    def _begun(self, clause: Clause) -> list[Query]:
        if len(clause.words) == 1:
            return [self._beginning(EVERY, word) for word in (clause.words[0], *sorted(clause.respelt))]
        return [self._phrase_going_on(field, clause.words) for field in TEXT_FIELDS]

    def _may_be_part(self, clause: Clause) -> bool:
        return len(clause.words) == 1 and not clause.quoted and self._reader.knows(clause.words[0] + PART)

    def _as_part(self, clause: Clause) -> Query:
        """Return what finds compounds of a word."""
        return Query.term_query(self._schema, EVERY, clause.words[0] + PART)

    def _literal(self, clause: Clause) -> Iterator[Query]:
        """Yield what finds the words of a clause, and its other spellings."""
        yield from self._anywhere(clause.words)
        for word in self._known[clause]:
            yield from self._anywhere((word,))

    def _anywhere(self, words: tuple[str, ...]) -> list[Query]:
        if len(words) == 1:
            return [Query.term_query(self._schema, EVERY, words[0])]
        return [Query.phrase_query(self._schema, field, list(words)) for field in TEXT_FIELDS]

    def _valued(self, clause: Clause) -> Iterator[Query]:
        """Yield where a clause may stand, and what that is worth."""
        for field, weight in WEIGHTS.items():
            yield self._words(field, clause.words, weight)
            for word in self._known[clause]:
                yield self._words(field, (word,), weight * SPELLING)
        if self._may_be_part(clause):
            yield Query.const_score_query(self._as_part(clause), COMPOUND)
        if clause.open_end and len(clause.words[-1]) >= PREFIX_MIN:
            yield from self._going_on(clause)
        if clause.words[0] in self.fuzzy and len(clause.words) == 1:
            for field, weight in _ROUGHLY.items():
                typed = Query.fuzzy_term_query(self._schema, field, clause.words[0])
                yield Query.const_score_query(typed, FUZZY * weight)

    def _words(self, field: str, words: Sequence[str], boost: float) -> Query:
        if len(words) == 1:
            query = Query.term_query(self._schema, field, words[0])
        else:
            query = Query.phrase_query(self._schema, field, list(words))
        return Query.boost_query(query, boost)

    def _going_on(self, clause: Clause) -> Iterator[Query]:
        """Yield where words that begin with the last one may stand, and what that is worth."""
        if len(clause.words) > 1:
            for field, weight in WEIGHTS.items():
                yield Query.const_score_query(self._phrase_going_on(field, clause.words), PREFIX * weight)
            return
        for word in (clause.words[0], *sorted(clause.respelt)):
            fields = _ROUGHLY if len(word) > BEGINNING_MAX else _BY_BEGINNING
            for field, weight in fields.items():
                yield Query.const_score_query(self._beginning(field, word), PREFIX * weight)

    def _beginning(self, field: str, word: str) -> Query:
        """Return a query for words of a field that begin so; the shortest beginnings stand there as words."""
        if len(word) <= BEGINNING_MAX:
            mark = BEGINNING if field == EVERY else TITLE_BEGINNING
            return Query.term_query(self._schema, EVERY, word + mark)
        # Not a pattern: tantivy refuses the long ones.
        return Query.fuzzy_term_query(self._schema, field, word, distance=0, prefix=True)

    def _phrase_going_on(self, field: str, words: tuple[str, ...]) -> Query:
        """Words of a pattern hold letters and digits, nothing a pattern knows."""
        if self._reader.count_beginnings(field, words[-1], ENDINGS_MAX + 1) > ENDINGS_MAX:
            return Query.phrase_prefix_query(self._schema, field, list(words))  # looks at the first 50
        return Query.regex_phrase_query(self._schema, field, [*words[:-1], f"{words[-1]}.*"])

    def _without(self, clause: Clause) -> Query:
        singles = [(word,) for word in clause.spellings]
        return any_of(way for words in (clause.words, *singles) for way in self._anywhere(words))


def any_of(ways: Iterable[Query]) -> Query:
    """Return a query that one of the ways satisfies."""
    return Query.boolean_query([(Occur.Should, way) for way in ways])
