"""Did you mean: words no call knows, and the likeliest words of the index instead."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from rapidfuzz.distance import OSA

from index.folding import fold
from index.words import FUZZY_MIN, Clause, within_one_edit

TWO_ERRORS_MIN = 8
"""Letters a word needs before two typing errors are assumed."""


class Words(Protocol):
    """The words an index knows."""

    def frequency(self, word: str) -> int:
        """Return in how many calls a folded word stands."""

    def alike(self, word: str) -> Iterable[str]:
        """Return words of the index that may be meant by an unknown one."""


def corrections(
    clauses: Sequence[Clause], fuzzy: frozenset[str], seen: frozenset[str]
) -> Mapping[str, tuple[str, ...]]:
    """Return the words typed that no call knows -> the words of the hits they were taken for."""
    typed = [clause.words[0] for clause in clauses if clause.words[0] in fuzzy]
    found = {word: tuple(sorted(other for other in seen if within_one_edit(word, other))) for word in typed}
    return {word: others for word, others in found.items() if others}


def did_you_mean(text: str, clauses: Sequence[Clause], unknown: frozenset[str], words: Words) -> str | None:
    """Return the text with each unknown word replaced by the likeliest one of the index.

    Args:
        text: As typed.
        clauses: What was read in it.
        unknown: Its words that no call knows.
        words: The index's own vocabulary: nothing is suggested that would find nothing.

    Returns:
        None when every word is known, or nothing like an unknown one is.
    """
    better: dict[str, str] = {}
    for clause in clauses:
        word = clause.words[0]
        if word in unknown and not clause.excluded and not clause.quoted:
            if (likeliest := _likeliest(word, words)) is None:
                continue
            better[word] = likeliest
    if not better:
        return None
    return re.sub(r"[^\W_]+", lambda match: better.get(fold(match.group()), match.group()), text.strip())


def _likeliest(word: str, words: Words) -> str | None:
    allowed = 2 if len(word) >= TWO_ERRORS_MIN else 1
    near = {
        other: distance
        for other in words.alike(word)
        if len(other) >= FUZZY_MIN - 1
        and (distance := OSA.distance(word, other, score_cutoff=allowed)) <= allowed
    }
    ranked = sorted(near, key=lambda other: (near[other], -words.frequency(other), other))
    return ranked[0] if ranked else None
