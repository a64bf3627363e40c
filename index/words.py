"""What people type, as words, phrases and exclusions; and the spellings a word is looked up in."""

import re
from dataclasses import dataclass

from index.folding import fold
from normalize.tagging.folding import spellings

WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))')
WORDS_MAX = 24
"""More words than this are a pasted text, not a question; the rest is left out."""
FUZZY_MIN = 5
"""Letters a word needs before a typing error is assumed."""
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ss", "s"))


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing asked for: a word, or words side by side ("a phrase", CL4-2027-02).

    Attributes:
        words: Folded words in order; one for a plain word.
        excluded: It must not stand there.
        open_end: The last word may go on (it is still being typed).
        spellings: Other folded spellings of a single word.
    """

    words: tuple[str, ...]
    excluded: bool = False
    open_end: bool = False
    spellings: frozenset[str] = frozenset()


def parse_text(text: str) -> list[Clause]:
    """Read what somebody typed. Never fails: what is no word is left out.

    ``"exact phrase"``, ``-not``, and identifiers with hyphens or slashes are understood; every
    other sign only parts words.
    """
    clauses: list[Clause] = []
    for match in _PART.finditer(text):
        raw = match["phrase"] if match["phrase"] is not None else match["word"] or ""
        words = tuple(WORD.findall(fold(raw)))[:WORDS_MAX]
        if not words:
            continue
        excluded = bool(match["minus"])
        quoted = match["phrase"] is not None
        last = match.end() == len(text) and not excluded and not quoted
        others = frozenset(_spellings(raw, words[0])) if len(words) == 1 and not quoted else frozenset()
        clauses.append(Clause(words, excluded, last, others))
        if len(clauses) >= WORDS_MAX:
            break
    return clauses


def _spellings(raw: str, folded: str) -> set[str]:
    """Return what else a word may stand as: Waerme and Wärme, battery and batteries."""
    found = {word for spelling in spellings(raw) for word in WORD.findall(spelling)}
    for two, one in _UMLAUTS:
        if two in folded:
            found.add(folded.replace(two, one))
    found |= _plurals(folded)
    return found - {folded}


def _plurals(word: str) -> set[str]:
    if len(word) < 4 or any(map(str.isdigit, word)):
        return set()
    if word.endswith("ies"):
        return {word[:-3] + "y"}
    if word.endswith("s"):
        return {word[:-1]}
    return {word + "s", word[:-1] + "ies"} if word.endswith("y") else {word + "s"}


def within_one_edit(a: str, b: str) -> bool:
    """Tell whether one insertion, deletion, substitution or swap of neighbours makes ``a`` of ``b``."""
    if a == b:
        return True
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    if len(a) == len(b):
        swapped = rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]
        return rest_a[1:] == rest_b[1:] or swapped
    return rest_a[1:] == rest_b if len(a) > len(b) else rest_a == rest_b[1:]
