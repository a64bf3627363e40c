"""The highest share of the costs that is paid, where the running text of a call says so plainly.

"Une subvention pouvant aller jusqu'à 55 % des dépenses éligibles" is such a sentence: something that is
given, a word that makes the share the highest, and the costs it is a share of. Rates that differ (by size of
firm, by line) contradict each other: then nothing is taken.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from config.grant_words import grant_words
from normalize.prose_sentences import folded_in_place, found_near, sentence_around, words_around

READ_MAX = 60_000
"""Characters read; no call says its rate only after that."""
_SHARES_MAX = 60
_LEAST, _WHOLE = Decimal(5), Decimal(100)
"""Per cent: below is a fee; all of it is said of what other aid may add up to as often as of a call's own."""
_BEFORE, _BEHIND = 200, 70
"""Characters of the sentence before a share and behind it that tell what it is."""
_SHARE = re.compile(
    r"(?<![\w.,-])(?P<number>\d{1,3}(?:[.,]\d{1,2})?)"
    r"\s?(?:%|(?:por ciento|per cento|pour cent|prozent|per ?cent)\b)"
)
_SIGNS, _REACH = ("%", "cent", "cient", "prozent"), 20
_AT_MOST = re.compile(r"\s*(?:maximum|massimo|maximo|max|hochstens)\b")
_OF = re.compile(
    r"\s*(?:\w+\.?\s)?(?:(?:del?|du|des|dei|delle|della|di|of|der)\b|d')\s?(?P<what>(?:\w+'?\s?){1,4})"
)
"""Where what a share is of stands: "de los gastos", "maximum de la dépense", "of the eligible costs"."""

_Kind = Literal["rate", "other", "unclear"]


@dataclass(frozen=True, slots=True)
class StatedRate:
    """The rate, between 0 and 1, and the words that state it."""

    most: Decimal
    words: str


def find_rate(text: str) -> StatedRate | None:
    """Return the highest share of the costs that a text says is paid.

    Args:
        text: Plain text; only its beginning is read (`READ_MAX`).

    Returns:
        None when it says none, or several that differ.
    """
    text = text[:READ_MAX]
    folded = folded_in_place(text)
    stated: dict[Decimal, re.Match[str]] = {}
    for count, match in enumerate(found_near(_SHARE, folded, _SIGNS, _REACH)):
        kind = _kind(folded, match)
        if kind == "unclear" or count >= _SHARES_MAX:
            return None
        if kind == "rate":
            stated.setdefault(_share(match), match)
    if len(stated) != 1:
        return None
    share, where = stated.popitem()
    return StatedRate(share / 100, words_around(text, folded, where.start(), where.end()))


def _kind(folded: str, match: re.Match[str]) -> _Kind:
    """Tell what a share is: the highest rate, none that is paid, or nobody can tell."""
    words = grant_words()
    begins, ends = sentence_around(folded, match.start(), match.end())
    before = folded[max(begins, match.start() - _BEFORE) : match.start()]
    behind = folded[match.end() : min(ends, match.end() + _BEHIND)]
    paid = words.rate_aid.search(before)
    if words.rate_other.search(before) or words.rate_other.search(behind) or not paid:
        return "other"
    is_highest = words.ceiling.search(before) or words.rate_ceiling.search(before) or _AT_MOST.match(behind)
    of = _OF.match(behind)
    if not (is_highest and of and words.cost.search(of["what"])):
        # A share of something given, and not plainly the highest: another rate, perhaps.
        return "unclear"
    several = {_share(other) for other in _SHARE.finditer(folded, begins, ends)} != {_share(match)}
    return "unclear" if several or not _LEAST <= _share(match) < _WHOLE else "rate"


def _share(match: re.Match[str]) -> Decimal:
    return Decimal(match["number"].replace(",", "."))
