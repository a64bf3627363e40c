"""Across languages: a query that is a term of the taxonomy also means the areas it stands for."""

from collections.abc import Mapping, Sequence
from functools import cache

from config.taxonomy import load_taxonomy
from index.folding import words_of
from index.words import Clause
from normalize.tagging.folding import spellings

TERM_MIN = 5
"""Letters a term needs: short ones mean too many things."""


@cache
def _areas_by_term() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Return the folded words of each term -> the areas it stands for; ambiguous terms are left out."""
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for key, area in load_taxonomy().areas():
        for terms in area.terms.values():
            for term in terms:
                if len(term) >= TERM_MIN and term not in area.weak:
                    for spelling in spellings(term):
                        found.setdefault(tuple(words_of(spelling)), {})[key] = None
    return {words: tuple(keys) for words, keys in found.items() if len(keys) == 1}


def expansions(clauses: Sequence[Clause]) -> dict[str, tuple[str, ...]]:
    """Return the words asked for -> the areas they stand for, when together they are one term.

    Words in quotes stand for themselves only.
    """
    wanted = [clause for clause in clauses if not clause.excluded]
    if any(clause.quoted for clause in wanted):
        return {}
    words = tuple(word for clause in wanted for word in clause.words)
    areas = _areas_by_term().get(words, ())
    return {" ".join(words): areas} if areas else {}
