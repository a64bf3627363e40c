"""Compounds: long words that German and its neighbours write in one, and the words they are made of."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache

from config.synonyms import load_synonyms
from config.taxonomy import load_taxonomy
from index.folding import WORD_MAX, fold, words_of
from normalize.tagging.patterns import COMPOUNDING

PART_MIN = 4
"""Letters of the shortest part."""
_WORD_MIN = 8
"""Letters of the shortest compound that is taken apart."""
_BEHIND_MIN = 4
"""Letters behind a part that a word begins with: fewer are an ending ("Speichers", "Innovationen")."""
_BEFORE_MIN = 3
ENDINGS = ("en", "es", "er", "n", "s", "e")
"""What may stand behind the last part."""
ENDING_MAX = max(map(len, ENDINGS))
"""Letters of the longest of them."""
_KEPT = 100_000
"""Words of a language kept as taken apart, some 200 bytes each."""

HYPHENATED = re.compile(r"(?<![^\W_])[^\W_]++(?:[-\u2010\u2011][^\W_]++)+")

_HYPHENS = ("-", "\u2010", "\u2011")


def joined_words(texts: Iterable[str]) -> Iterator[str]:
    """Yield the words of texts that hyphens part, in one: "biobased" of "bio-based"."""
    for text in texts:
        if any(hyphen in text for hyphen in _HYPHENS):  # a pattern takes thirty times as long
            yield from map(joined, HYPHENATED.findall(fold(text)))


def joined(hyphenated: str) -> str:
    """Return a folded word without its hyphens."""
    return "".join(words_of(hyphenated))


def parts_of(word: str, language: str | None) -> frozenset[str]:
    """Return the known words that a compound begins and ends with: of "wasserstoffspeicher" both.

    Args:
        word: Folded.
        language: The text's (ISO 639-1); only some write compounds in one word.

    Returns:
        Folded words of the taxonomy, the synonyms, or their list of parts. None of a word that is a
        part itself: "wasserstoff" is no water.
    """
    return _compounds(language)[word[: WORD_MAX + 1]] if language in COMPOUNDING else frozenset()


def parts_in(words: Set[str], language: str | None) -> set[str]:
    """Return the parts of all compounds among the words of a text; see `parts_of`."""
    if language not in COMPOUNDING:
        return set()
    compounds = _compounds(language)
    # Most words are none: to know those at once is four times as fast as to look at each.
    return set[str]().union(*[compounds[word] for word in words - compounds.whole])


class _Compounds(dict[str, frozenset[str]]):
    """Takes each word of a language apart once.

    Attributes:
        whole: Those of its words that have no parts.
    """

    def __init__(self, language: str) -> None:
        super().__init__()
        self.whole: set[str] = set()
        self._language = language

    def __missing__(self, word: str) -> frozenset[str]:
        if len(self) >= _KEPT:
            self.clear()
            self.whole.clear()
        self[word] = parts = _taken_apart(word, self._language)
        if not parts:
            self.whole.add(word)
        return parts


@cache
def _compounds(language: str) -> _Compounds:
    return _Compounds(language)


def _taken_apart(word: str, language: str) -> frozenset[str]:
    if not _WORD_MIN <= len(word) <= WORD_MAX:
        return frozenset()
    known, whole = _known()[language]
    if _base(word, whole) is not None:
        return frozenset()
    begun = (word[:end] for end in range(len(word) - _BEHIND_MIN, PART_MIN - 1, -1))
    ended = (word[start:] for start in range(_BEFORE_MIN, len(word) - PART_MIN + 1))
    first = next((part for part in begun if part in known), None)
    last = next((base for part in ended if (base := _base(part, known))), None)
    return frozenset(part for part in (first, last) if part)


def _base(word: str, known: frozenset[str]) -> str | None:
    """Return the known word that ``word`` is, as it is or with an ending."""
    if word in known:
        return word
    bases = (word[: -len(ending)] for ending in ENDINGS if word.endswith(ending))
    return next((base for base in bases if base in known), None)


@cache
def _known() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """Return language -> every word that may be a part, and those of them that have no parts."""
    whole = _words([load_synonyms().parts])
    terms = _words([*load_synonyms().meanings.values(), *(area.terms for _, area in load_taxonomy().areas())])
    return {language: (whole[language] | terms[language], whole[language]) for language in COMPOUNDING}


def _words(lists: Iterable[Mapping[str, Sequence[str]]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {language: set() for language in COMPOUNDING}
    for terms in lists:
        for language in COMPOUNDING & terms.keys():
            words = [words_of(term) for term in terms[language]]
            found[language] |= {one[0] for one in words if len(one) == 1 and len(one[0]) >= PART_MIN}
    return {language: frozenset(words) for language, words in found.items()}
