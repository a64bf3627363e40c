"""The most that one project or applicant gets, where the running text of a call says so plainly.

"La cuantía máxima por beneficiario será de 60.000 euros" is such a sentence. An amount counts only behind
a word that makes it a ceiling and beside one that says it is for each; ceilings of the whole call, of
expenses, loans and years are others. Two ceilings that differ (by size of firm, by line) contradict each
other: then nothing is taken, and the text itself says it better.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Literal

from babel import Locale, UnknownLocaleError

from config.grant_words import grant_words
from normalize.call import Money
from normalize.errors import RecordError
from normalize.money import parse_money
from normalize.prose_sentences import folded_in_place, found_near, sentence_around, words_around

READ_MAX = 60_000
"""Characters read; no call says its ceiling only after that."""
_AMOUNTS_MAX = 60
_LEAST = 100
"""Units of the currency: a ceiling below is that of an hour, a ton or a page."""
_BEFORE, _BEHIND = 200, 40
"""Characters of the sentence before an amount and behind it that tell what it is."""
_MARK = r"(?:€|£|eur(?:os?)?\b|gbp\b)"
_SIGNS = ("€", "£", "eur", "gbp")
_REACH = 40
"""Characters between the sign of a currency and the other end of its amount."""
_SCALE = r"(?:millones|millions?|milioni|millionen|mio\.?|mila|m)\b"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_MARK})\s?)?(?P<number>\d{{1,3}}(?:[.,'\s]\d{{3}})+(?:[.,]\d{{1,2}})?|\d+(?:[.,]\d{{1,2}})?)"
    rf"(?:\s?(?P<scale>{_SCALE}))?(?:\s(?:de|di|d')\s?)?(?:\s?(?P<behind>{_MARK}))?"
)
_UNIT = re.compile(r"\s*(?:/|(?:de|di|d'|of)\s|(?:por|par|per|pro|je|al|a la|au|chacun|cad)\b)")
"""What leads to the unit an amount is counted by; which units are a project's, `GrantWords.apiece` says."""

_SHARE_OF_COSTS = re.compile(
    r"\d\s?(?:%|(?:por ciento|per cento|pour cent|prozent|per ?cent)\b)\s(?:\w+\.?\s)?"
    r"(?:(?:de[lr]?|du|des|dei|delle|della|of)\s|d')(?:\w+'?\s){0,2}?"
    r"(?:cost|gasto|spes[ae]|cout|surcout|depense|kosten|ausgaben|inversi|investi|expens|expenditure)\w*"
)

DecimalMark = Literal[".", ","]
_Kind = Literal["apiece", "other", "unclear"]


@dataclass(frozen=True, slots=True)
class StatedGrant:
    """The ceiling, and the words that state it."""

    most: Money
    words: str


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
    folded = folded_in_place(text)
    reading = _Reading(folded, _mark_of(language) or decimal, currency, language)
    stated: dict[Money, re.Match[str]] = {}
    for amount in reading.amounts:
        kind = _kind(reading, amount)
        if kind == "other":
            continue
        money = reading.money(amount)
        if kind == "unclear" or money is None:
            return None
        stated.setdefault(money, amount)
    if len(stated) != 1 or len(reading.amounts) > _AMOUNTS_MAX:
        return None
    money, where = stated.popitem()
    if money.amount < _LEAST:
        return None
    return StatedGrant(money, words_around(text, folded, where.start(), where.end()))


class _Reading:
    """The amounts of a text that name their currency, each read when it is asked for.

    Attributes:
        folded: The text.
        amounts: The first ones; one more than are looked at where there are too many.
    """

    def __init__(self, folded: str, decimal: DecimalMark, currency: str, language: str | None) -> None:
        self.folded = folded
        self._decimal: DecimalMark = decimal
        self._currency = currency
        self._language = language
        near = found_near(_AMOUNT, folded, _SIGNS, _REACH)
        named = (match for match in near if match["before"] or match["behind"])
        self.amounts = list(islice(named, _AMOUNTS_MAX + 1))
        self._read: dict[int, Money | None] = {}

    def money(self, amount: re.Match[str]) -> Money | None:
        """Return an amount; None where it cannot be read, or is of another currency."""
        if amount.start() not in self._read:
            self._read[amount.start()] = self._parsed(amount)
        return self._read[amount.start()]

    def _parsed(self, amount: re.Match[str]) -> Money | None:
        # "1.500" where the point is the decimal mark: a thousand and a half, or one and a half?
        if re.search(rf"{re.escape(self._decimal)}\d{{3}}", amount["number"]):
            return None
        parts = (amount["number"], amount["scale"], amount["before"] or amount["behind"])
        try:
            money = parse_money(
                " ".join(filter(None, parts)),
                decimal=self._decimal,
                currency=self._currency,
                language=self._language,
            )
        except RecordError:
            return None
        return money if money.currency == self._currency else None


@cache
def _mark_of(language: str | None) -> DecimalMark | None:
    """Return the decimal mark of a language, where it is one of the two that are read."""
    try:
        mark = Locale(language or "").number_symbols["latn"]["decimal"]
    except (UnknownLocaleError, ValueError, KeyError):
        return None
    return mark if mark in (".", ",") else None


def _kind(reading: _Reading, amount: re.Match[str]) -> _Kind:
    """Tell what an amount is: a project's ceiling, none of one project, or nobody can tell."""
    words, folded = grant_words(), reading.folded
    begins, ends = sentence_around(folded, amount.start(), amount.end())
    before = folded[max(begins, amount.start() - _BEFORE) : amount.start()]
    behind = folded[amount.end() : min(ends, amount.end() + _BEHIND)]
    # "Up to 70 % of the costs, at most 10 000 euro": the costs of one project, and no ceiling of theirs.
    share = _SHARE_OF_COSTS.search(before)
    before = _SHARE_OF_COSTS.sub("", before)
    if not words.ceiling.search(before):
        return "other"
    apiece = share or words.apiece.search(before) or words.apiece.search(behind)
    is_given = words.given.search(before)
    if words.other.search(before) or words.other.search(behind):
        return "unclear" if apiece and words.aid.search(before) else "other"
    if words.whole.search(before):
        return "unclear" if apiece or is_given else "other"
    # "Maximum per project" alone may stand below a heading of expenses. A "Reg." ends sentences, not lines.
    line = folded[max(amount.start() - _BEFORE, 0) : amount.start()].rpartition("\n")[2]
    if not (is_given or (apiece and words.aid.search(line))):
        return "unclear"
    if _is_counted_otherwise(behind) or _are_several(reading, amount, begins, ends):
        return "unclear"
    return "apiece"


def _is_counted_otherwise(behind: str) -> bool:
    """Tell whether an amount is for each of something else: a contract, a vehicle, a ton."""
    return _UNIT.match(behind) is not None and grant_words().apiece.match(behind.lstrip()) is None


def _are_several(reading: _Reading, amount: re.Match[str], begins: int, ends: int) -> bool:
    """Tell whether another amount stands in the sentence: which of them is whose, only a reader can say."""
    inside = (other for other in reading.amounts if begins <= other.start() < ends)
    return any(reading.money(other) != reading.money(amount) for other in inside)
