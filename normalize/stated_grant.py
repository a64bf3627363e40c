"""The most that one project or applicant gets, where the running text of a call says so plainly.

"La cuantía máxima por beneficiario será de 60.000 euros" is such a sentence. An amount counts only behind
a word that makes it a ceiling and beside one that says it is for each; ceilings of the whole call, of
expenses, loans and years are others. Two ceilings that differ (by size of firm, by line) contradict each
other: then nothing is taken, and the text itself says it better.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from babel import Locale, UnknownLocaleError

from config.grant_words import grant_words
from normalize.call import Money
from normalize.errors import RecordError
from normalize.money import parse_money
from normalize.prose_sentences import folded_in_place, sentence_around, words_around

READ_MAX = 60_000
"""Characters read; no call says its ceiling only after that."""
_AMOUNTS_MAX = 60
_LEAST = 100
"""Units of the currency: a ceiling below is that of an hour, a ton or a page."""
_BEFORE, _BEHIND = 200, 40
"""Characters of the sentence before an amount and behind it that tell what it is."""
_MARK = r"(?:€|£|eur(?:os?)?\b|gbp\b)"
_NAMED = re.compile(_MARK, re.IGNORECASE)
_SCALE = r"(?:millones|millions?|milioni|millionen|mio\.?|mila|m)\b"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_MARK})\s?)?(?P<number>\d{{1,3}}(?:[.,'\s]\d{{3}})+(?:[.,]\d{{1,2}})?|\d+(?:[.,]\d{{1,2}})?)"
    rf"(?:\s?(?P<scale>{_SCALE}))?(?:\s(?:de|di|d')\s?)?(?:\s?(?P<behind>{_MARK}))?"
)
_UNIT = re.compile(r"\s*(?:/|(?:de|di|d'|of)\s|(?:por|par|per|pro|je|al|a la|au|chacun|cad)\b)")
"""What leads to the unit an amount is counted by; which units are a project's, `GrantWords.apiece` says."""

DecimalMark = Literal[".", ","]
_Kind = Literal["apiece", "other", "unclear"]


@dataclass(frozen=True, slots=True)
class StatedGrant:
    """The ceiling, and the words that state it."""

    most: Money
    words: str


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    money: Money | None


def find_grant(text: str, *, decimal: DecimalMark, currency: str, language: str | None) -> StatedGrant | None:
    """Return the most that a text says one project gets.

    Args:
        text: Plain text; only its beginning is read (`READ_MAX`).
        decimal: The source's decimal mark, for a text of unknown language; running text has its language's.
        currency: ISO 4217 code of the source; amounts must name theirs, and it must be this one.
        language: ISO 639-1 of the text.

    Returns:
        None when it says none, or several that differ.
    """
    text = text[:READ_MAX]
    if _NAMED.search(text) is None:  # most texts name no sum, and to fold one takes half a millisecond
        return None
    folded = folded_in_place(text)
    stated: dict[Money, _Found] = {}
    amounts = list(_amounts(folded, _mark_of(language) or decimal, currency, language))
    for one in amounts:
        kind = _kind(folded, one, amounts)
        if kind == "unclear" or (kind == "apiece" and one.money is None):
            return None
        if kind == "apiece" and one.money is not None:
            stated.setdefault(one.money, one)
    if len(stated) != 1:
        return None
    money, where = stated.popitem()
    return (
        StatedGrant(money, words_around(text, folded, where.start, where.end))
        if money.amount >= _LEAST
        else None
    )


def _mark_of(language: str | None) -> DecimalMark | None:
    """Return the decimal mark of a language, where it is one of the two that are read."""
    try:
        mark = Locale(language or "").number_symbols["latn"]["decimal"]
    except (UnknownLocaleError, ValueError, KeyError):
        return None
    return mark if mark in (".", ",") else None


def _amounts(folded: str, decimal: DecimalMark, currency: str, language: str | None) -> Iterator[_Found]:
    """Yield the amounts that name their currency, the first ones."""
    named = (match for match in _AMOUNT.finditer(folded) if match["before"] or match["behind"])
    for match in islice(named, _AMOUNTS_MAX):
        money = None
        # "1.500" where the point is the decimal mark: a thousand and a half, or one and a half?
        if not re.search(rf"{re.escape(decimal)}\d{{3}}", match["number"]):
            printed = " ".join(
                filter(None, (match["number"], match["scale"], match["before"] or match["behind"]))
            )
            with suppress(RecordError):
                money = parse_money(printed, decimal=decimal, currency=currency, language=language)
        is_ours = money is not None and money.currency == currency
        yield _Found(match.start(), match.end(), money if is_ours else None)


def _kind(folded: str, one: _Found, amounts: list[_Found]) -> _Kind:
    """Tell what an amount is: a project's ceiling, none of one project, or nobody can tell."""
    words = grant_words()
    begins, ends = sentence_around(folded, one.start, one.end)
    before = folded[max(begins, one.start - _BEFORE) : one.start]
    behind = folded[one.end : min(ends, one.end + _BEHIND)]
    if not words.ceiling.search(before):
        return "other"
    apiece = words.apiece.search(before) or words.apiece.search(behind)
    is_given = words.given.search(before)
    if words.other.search(before) or words.other.search(behind):
        return "unclear" if apiece and words.aid.search(before) else "other"
    if words.whole.search(before):
        return "unclear" if apiece or is_given else "other"
    if not (apiece or is_given):
        return "unclear"
    if _is_counted_otherwise(behind) or _are_several(one, begins, ends, amounts):
        return "unclear"
    return "apiece"


def _is_counted_otherwise(behind: str) -> bool:
    """Tell whether an amount is for each of something else: a contract, a vehicle, a ton."""
    return _UNIT.match(behind) is not None and grant_words().apiece.match(behind.lstrip()) is None


def _are_several(one: _Found, begins: int, ends: int, amounts: list[_Found]) -> bool:
    """Tell whether another amount stands in the sentence: which of them is whose, only a reader can say."""
    return any(begins <= other.start < ends and other.money != one.money for other in amounts)
