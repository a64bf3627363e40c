"""Across languages: what else the words of a question are called, from the taxonomy and the synonyms."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal

from config.synonyms import load_synonyms
from config.taxonomy import Area, load_taxonomy
from index.folding import words_of
from index.query import Equivalent
from index.texts import Texts
from index.words import Clause, plurals
from normalize.tagging.folding import spellings

TERM_MIN = 5
"""Letters a term of the taxonomy needs: short ones mean too many things."""
SHORT_MAX = 3
"""Letters up to which a word is only looked for in texts of its own language: "ai" is an Italian word."""
CLAUSES_MAX = 6
"""Words of the longest terms."""
_ALTERNATIVES_KEPT = 4096
"""Terms of which it is kept what they are called otherwise."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Other words for something asked for.

    Attributes:
        words: Folded.
        said: As the list writes it, in which language, and whether that is another language.
        languages: All in which these words are said: "hidrogen" is Hungarian, folded, and Romanian.
    """

    words: Words
    said: Equivalent
    languages: frozenset[str]

    @property
    def is_short(self) -> bool:
        """Tell whether it only means this in texts of its own languages."""
        return _is_short(self.words)

    def language_in(self, language: str | None) -> str | None:
        """Return in which language it is said in a text of ``language``; None where that is a guess."""
        if language in self.languages:
            return language
        return self.said.language if language is None or len(self.languages) == 1 else None


@dataclass(frozen=True, slots=True)
class Expansion:
    """Clauses, side by side in a question, that together are a known term.

    Attributes:
        asked: The words of the clauses, folded.
        areas: Areas of the taxonomy it stands for.
        alternatives: What it is called otherwise.
    """

    clauses: tuple[Clause, ...]
    asked: str
    areas: tuple[str, ...]
    alternatives: tuple[Alternative, ...]


@dataclass(slots=True)
class _Entry:
    """What is known of a term: its languages, areas, and all ways to say it."""

    languages: set[str] = field(default_factory=set)
    areas: dict[str, None] = field(default_factory=dict)
    said: dict[tuple[str, str], None] = field(default_factory=dict)


@cache
def _entries() -> Mapping[Words, _Entry]:
    """Return the folded words of each term -> what is known of it."""
    found: dict[Words, _Entry] = {}
    for meaning in load_synonyms().meanings.values():
        _add(found, {language: list(words) for language, words in meaning.items()})
    for key, area in load_taxonomy().areas():
        # The first term of each language is the technology's name; the others are not aligned.
        names = {language: [terms[0]] for language, terms in area.terms.items() if _is_name(area, terms[0])}
        _add(found, names)
        for term in _terms(area):
            for words in _written(term):
                found.setdefault(words, _Entry()).areas[key] = None
    return found


def _is_name(area: Area, term: str) -> bool:
    return len(term) >= TERM_MIN and term not in area.weak


def _terms(area: Area) -> Iterator[str]:
    yield from (term for terms in area.terms.values() for term in terms if _is_name(area, term))


def _written(term: str) -> Iterator[Words]:
    yield from dict.fromkeys(tuple(words_of(spelling)) for spelling in sorted(spellings(term)))


def _add(found: dict[Words, _Entry], meaning: Mapping[str, Iterable[str]]) -> None:
    said = {(language, word): None for language, words in meaning.items() for word in words}
    for language, word in said:
        for words in _written(word):
            entry = found.setdefault(words, _Entry())
            entry.languages.add(language)
            entry.said |= said


def expand(clauses: Sequence[Clause]) -> list[Expansion]:
    """Return the known terms among what is asked, the longest first at each place, never overlapping.

    Words in quotes and what is excluded stand for themselves only.
    """
    found: list[Expansion] = []
    start = 0
    while start < len(clauses):
        longest = next(
            (
                expansion
                for end in range(min(start + CLAUSES_MAX, len(clauses)), start, -1)
                if (expansion := _expansion(tuple(clauses[start:end]))) is not None
            ),
            None,
        )
        if longest is not None:
            found.append(longest)
        start += len(longest.clauses) if longest else 1
    return found


def _expansion(clauses: tuple[Clause, ...]) -> Expansion | None:
    if any(clause.quoted or clause.excluded for clause in clauses):
        return None
    words = tuple(word for clause in clauses for word in clause.words)
    term = _known(words, clauses[-1])
    if term is None:
        return None
    # A term of several areas says too little of any.
    areas = tuple(_entries()[term].areas) if len(_entries()[term].areas) == 1 else ()
    alternatives = _alternatives(term, words)
    return Expansion(clauses, " ".join(words), areas, alternatives) if areas or alternatives else None


def _known(words: Words, last: Clause) -> Words | None:
    """Return a known term as asked, else with its last word in another spelling or number."""
    entries = _entries()
    respelt = [(*words[:-1], other) for other in sorted(last.spellings)] if len(last.words) == 1 else []
    return next((way for way in (words, *respelt) if way in entries), None)


@lru_cache(_ALTERNATIVES_KEPT)
def _alternatives(term: Words, asked: Words) -> tuple[Alternative, ...]:
    """Return what a known term is called otherwise than as it was asked for."""
    entry = _entries()[term]
    said: dict[Words, Equivalent] = {}
    languages: dict[Words, set[str]] = {}
    for language, word in entry.said:
        words = tuple(words_of(word))
        if words == asked:
            continue
        by: Literal["synonym", "translation"] = "synonym" if language in entry.languages else "translation"
        numbers = plurals(words[0]) if len(words) == 1 and len(words[0]) > SHORT_MAX else ()
        for form in (words, *((other,) for other in sorted(numbers) if (other,) != asked)):
            said.setdefault(form, Equivalent(words=word, language=language, by=by))
            languages.setdefault(form, set()).add(language)
    return tuple(Alternative(form, said[form], frozenset(languages[form])) for form in said)


def equivalents_of(texts: Texts) -> list[str]:
    """Return what else the terms in a call's texts are called, and the terms of its areas.

    For engines that cannot be asked for one word or another: the texts then hold every equivalent.
    """
    entries, found = _entries(), dict[str, None]()
    words = words_of("\n".join((texts.title, texts.keywords, texts.summary, texts.body)))
    for start, word in enumerate(words):
        for length in range(1, _longest_from().get(word, 0) + 1):
            term = tuple(words[start : start + length])
            entry = entries.get(term)
            if entry is None or (_is_short(term) and texts.language not in entry.languages):
                continue
            found |= {" ".join(other.words): None for other in _alternatives(term, term)}
    for term, entry in entries.items():
        if len(entry.areas) == 1 and next(iter(entry.areas)) in texts.areas:
            found[" ".join(term)] = None
    return list(found)


def _is_short(words: Words) -> bool:
    return len(words) == 1 and len(words[0]) <= SHORT_MAX


@cache
def _longest_from() -> Mapping[str, int]:
    """Return the first word of each term -> words of the longest term that begins so."""
    longest: dict[str, int] = {}
    for term in _entries():
        if term:
            longest[term[0]] = max(longest.get(term[0], 0), len(term))
    return longest
