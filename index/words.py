"""What people type, as words, phrases and exclusions; and the spellings a word is looked up in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.folding import composed, fold, words_of
from normalize.tagging.folding import spellings

WORDS_MAX = 24
"""More words than this are a pasted text, not a question; the rest is left out."""
FUZZY_MIN = 5
"""Letters a word needs before a typing error, or an "a" for "ae", is assumed."""
PREFIX_MIN = 2
"""Letters before a word may go on; every other word begins with an "a"."""
LETTERS_MAX = 40
"""Letters of the longest words people look up."""
_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|un|dell|all|dall|nell|sull|quell|degl|agl)['’ʼ]", re.IGNORECASE)
"""Articles that French and Italian glue to the next word: "l'hydrogène" asks for hydrogène."""
_TWO_FOR_ONE = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ss", "s"), ("aa", "a"))


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing asked for: a word, or words side by side ("a phrase", CL4-2027-02).

    Attributes:
        words: Folded words in order; one for a plain word.
        excluded: It must not stand there.
        quoted: It was typed in quotes: these words and no others.
        open_end: The last word may go on (it is still being typed).
        respelt: The single word with "ae" for "ä" and the like: the same word.
        spellings: Other forms of a single word: respelt, singular, plural; of "bio-based": biobased.
    """

    words: tuple[str, ...]
    excluded: bool = False
    quoted: bool = False
    open_end: bool = False
    respelt: frozenset[str] = frozenset()
    spellings: frozenset[str] = frozenset()


def parse_text(text: str) -> list[Clause]:
    """Read what somebody typed. Never fails: what is no word is left out.

    ``"exact phrase"``, ``-not``, and identifiers with hyphens or slashes are understood; every
    other sign only parts words.
    """
    clauses: dict[Clause, None] = {}
    text = composed(text)
    end = len(text.rstrip())
    for match in _PART.finditer(text):
        quoted = match["phrase"] is not None
        excluded = bool(match["minus"])
        open_end = match.end() >= end and text[-1:] == text[end - 1 : end] and not excluded and not quoted
        for raw in _pieces(match["phrase"] if quoted else match["word"], quoted=quoted):
            clause = _clause(raw, excluded=excluded, open_end=open_end, quoted=quoted)
            if clause is not None:
                clauses[clause] = None
        if len(clauses) >= WORDS_MAX:
            break
    return list(clauses)[:WORDS_MAX]


def _pieces(raw: str, *, quoted: bool) -> list[str]:
    if quoted or _ELISION.match(raw) is None:
        return [raw]
    # Without its article; "l'" alone is what somebody is about to type on.
    return [_ELISION.sub(" ", raw).strip()]


def _clause(raw: str, *, excluded: bool, open_end: bool, quoted: bool) -> Clause | None:
    words = tuple(words_of(raw))[:WORDS_MAX]
    if not words:
        return None
    if quoted or len(words) > 1:
        joined = frozenset({"".join(words)} if not quoted and "".join(words).isalpha() else ())
        return Clause(words, excluded, quoted, open_end, spellings=joined)
    respelt = frozenset(_respelt(raw, words[0]))
    others = respelt if excluded else respelt | plurals(words[0]) - {words[0]}
    return Clause(words, excluded, quoted, open_end, respelt, others)


def _respelt(raw: str, folded: str) -> set[str]:
    """Return how else the same word is written: Wärme, Waerme, Warme."""
    found = {word for spelling in spellings(raw) for word in words_of(spelling)[:1]} | {folded}
    for two, one in _TWO_FOR_ONE:
        found |= {word.replace(two, one) for word in found if two in word}
    if FUZZY_MIN <= len(folded) <= LETTERS_MAX and fold(raw) == raw.lower():
        found |= set(_written_out(folded))
    return found - {folded}


def spellings_of(raw: str) -> Iterator[str]:
    """Yield the other forms of what stands between two blanks of a text: respelt, singular, plural, joined.

    For engines that cannot be asked for one word or another: the texts then hold every form.
    """
    words = words_of(raw)
    if len(words) > 1 and "".join(words).isalpha():
        yield "".join(words)
    for word in words:
        respelt = {other for spelling in spellings(raw) for other in words_of(spelling)[:1]}
        for two, one in _TWO_FOR_ONE if word.isascii() else ():
            respelt |= {word.replace(two, one)} if two in word else set()
        yield from sorted((respelt if len(words) == 1 else set()) | plurals(word) - {word})


def _written_out(word: str) -> Iterator[str]:
    """Yield the word with one vowel written in two letters: warme -> waerme."""
    for index, letter in enumerate(word):
        if letter in "aou" and word[index + 1 : index + 2] != "e":
            yield f"{word[: index + 1]}e{word[index + 1 :]}"


def plurals(word: str) -> frozenset[str]:
    """Return the plain plurals and singulars of a folded word: -s and -ies."""
    if len(word) < 4 or any(map(str.isdigit, word)):
        return frozenset()
    if word.endswith("ies"):
        return frozenset({word[:-3] + "y", word[:-1]})
    if word.endswith("s"):
        return frozenset({word[:-1]})
    return frozenset({word + "s", word[:-1] + "ies"} if word.endswith("y") else {word + "s"})


def within_one_edit(a: str, b: str) -> bool:
    """Tell whether one insertion, deletion, substitution or swap of neighbours makes ``a`` of ``b``."""
    if abs(len(a) - len(b)) > 1:
        return False
    if a == b:
        return True
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    if len(a) == len(b):
        swapped = len(rest_a) > 1 and rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]
        return rest_a[1:] == rest_b[1:] or swapped
    return rest_a[1:] == rest_b if len(a) > len(b) else rest_a == rest_b[1:]
