"""Amounts and rates as sources print them.

`Decimal` throughout; the decimal mark is declared by the source, never guessed.
"""

import re
from decimal import Decimal
from typing import Literal

from config.sources import Source
from normalize.call import Money
from normalize.errors import RecordError
from normalize.fields import AmountText
from normalize.money_words import CONNECTORS, currency_code, holds_scale, scale_of, take_currency

CENT = Decimal("0.01")
NOT_STATED = frozenset({Decimal(0), Decimal(99999999999), Decimal(999999999), Decimal("99999999999.99")})
"""Amounts that mean "not stated": 0 (EU portal, BDNS, Portugal), eleven nines (incentivi.gov.it)."""
MAX_CHARACTERS = 200
_MAX = Decimal(10) ** 13

_AMOUNT = re.compile(
    r"(?<![^\W_])(?P<number>\d(?:[\d.,'’\s]*\d)?)"
    r"(?:\s*(?P<scale>mil(?:es\s+de)?\s+mil[^\W\d_]+|[^\W\d_]+))?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+")
_RATE = re.compile(r"(?P<words>\D*?)(?P<number>\d{1,6}(?:[.,]\d{1,20})?)\s*(?P<percent>%)?\.?", re.DOTALL)


def parse_money(
    text: str, *, decimal: Literal[".", ","], currency: str | None = None, language: str | None = None
) -> Money:
    """Parse one printed amount into whole currency units.

    ``"EUR 2.5 million"`` with decimal ``"."`` is 2 500 000.00 EUR;
    ``"1.250.000 €"`` with decimal ``","`` is 1 250 000.00 EUR.

    Args:
        text: One amount, with at most one currency and one scale word after its number.
        decimal: The source's decimal mark; the other mark, white space and apostrophes separate
            thousands.
        currency: ISO 4217 code to use when the text names none.
        language: ISO 639-1; decides what "mil" is, a thousand or a million.

    Returns:
        Units of the currency, exact to the cent.

    Raises:
        RecordError: No or several amounts or currencies, an unknown scale word or currency,
            thousands that do not stand in threes, a share, a negative or absurd amount.
    """
    code, bare = _take_currency(text, currency)
    amounts = list(_AMOUNT.finditer(bare))
    if len(amounts) != 1:
        raise RecordError(f"{len(amounts)} amounts, expected 1", value=text)
    found = amounts[0]
    _check_around(bare, amounts, text)
    return _money(
        _number(found["number"], decimal, text) * scale_of(found["scale"], text, language), code, text
    )


def parse_range(
    text: str, *, decimal: Literal[".", ","], currency: str | None = None, language: str | None = None
) -> tuple[Money, Money]:
    """Parse "between 1 and 2 million" into its two ends, lower first.

    A scale word that stands only at the upper end holds for both, unless the lower end would
    then be above it ("500 000 to 1 million").

    Raises:
        RecordError: Not exactly two amounts joined by a known word, or as `parse_money`.
    """
    code, bare = _take_currency(text, currency)
    amounts = list(_AMOUNT.finditer(bare))
    if len(amounts) != 2:
        raise RecordError(f"{len(amounts)} amounts, expected a range of 2", value=text)
    low, high = amounts
    start = low.end("number") if (low["scale"] or "").casefold() in CONNECTORS else low.end()
    if bare[start : high.start()].strip(" .\n\t\xa0").casefold() not in CONNECTORS:
        raise RecordError("no known word between two amounts", value=text)
    _check_around(bare, [low, high], text)
    upper_scale = scale_of(high["scale"], text, language)
    lower_scale = scale_of(low["scale"], text, language) if start == low.end() else Decimal(1)
    lower = _number(low["number"], decimal, text) * lower_scale
    upper = _number(high["number"], decimal, text) * upper_scale
    if lower_scale == 1 and lower * upper_scale <= upper:
        lower *= upper_scale
    if lower > upper:
        raise RecordError("a range whose lower end is above its upper", value=text)
    return _money(lower, code, text), _money(upper, code, text)


def money_of(value: AmountText | None, source: Source, currency: str | None = None) -> Money | None:
    """Return an amount given as a number or as text; None when not stated (see `NOT_STATED`).

    Raises:
        RecordError: As `parse_money`; a number that is negative, infinite or absurd; no ISO 4217 code.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        raise RecordError("a truth value where an amount belongs", value=value)
    code = currency_code(currency or source.currency)
    if isinstance(value, str):
        money = parse_money(value, decimal=source.decimal, currency=code, language=source.language)
    else:
        # A float through its text: Decimal(0.1) is not 0.1.
        money = _money(value if isinstance(value, int) else Decimal(str(value)), code, value)
    return None if money.amount in NOT_STATED else money


def parse_rate(value: AmountText | None, source: Source) -> Decimal | None:
    """Return a co-funding rate between 0 and 1; percentages are divided, 0 means not stated.

    ``"80 %"``, ``"up to 80%"``, ``80`` and ``"0.8"`` are 0.8. Without a percent sign a number of at
    most 1 is a share, and no other word may stand beside it.

    Raises:
        RecordError: No single number, or a rate below 0 or above 100 %.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        raise RecordError("a truth value where a rate belongs", value=value)
    percent = False
    if isinstance(value, str):
        match = _RATE.fullmatch(value.strip()) if len(value) <= MAX_CHARACTERS else None
        if match is None or "-" in match["words"] or "−" in match["words"]:
            raise RecordError("not one rate", value=value)
        percent = bool(match["percent"])
        if match["words"].strip() and not percent:
            raise RecordError("not one rate", value=value)
        rate = Decimal(match["number"].replace(",", "."))
    else:
        rate = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not rate.is_finite() or rate < 0 or rate > 100:
        raise RecordError("a rate below 0 or above 100 %", value=value)
    if percent or rate > 1:
        rate /= 100
    return rate or None


def _take_currency(text: str, currency: str | None) -> tuple[str, str]:
    if len(text) > MAX_CHARACTERS:
        raise RecordError("too long for an amount", value=text)
    return take_currency(text, currency)


def _check_around(bare: str, amounts: list[re.Match[str]], text: str) -> None:
    """Refuse what would change an amount and is not part of it: signs, shares, a scale word before it."""
    rest = bare
    for found in reversed(amounts):
        before, after = bare[: found.start()].rstrip(), bare[found.end() :].lstrip()
        if before.endswith(("-", "−")) and found is amounts[0]:
            raise RecordError("a negative amount", value=text)
        if bare[: found.start()].endswith((".", ",")) or after.startswith(("%", "‰", "/")):
            raise RecordError("not an amount of money", value=text)
        rest = f"{rest[: found.start()]} {rest[found.end() :]}"
    if holds_scale(_WORDS.findall(rest)):
        raise RecordError("a scale word away from its number", value=text)


def _money(amount: Decimal | int, code: str, value: object) -> Money:
    if isinstance(amount, Decimal) and not amount.is_finite():
        raise RecordError("an infinite amount", value=value)
    if amount < 0:
        raise RecordError("a negative amount", value=value)
    if amount > _MAX:
        raise RecordError(
            "an absurd amount", value=str(value)[:200] if isinstance(value, str) else "over 10^13"
        )
    return Money(amount=Decimal(amount).quantize(CENT), currency=code)


def _number(digits: str, decimal: str, text: str) -> Decimal:
    """Read digits with the declared mark; thousands must stand in threes."""
    other = "," if decimal == "." else "."
    whole, _, fraction = digits.partition(decimal)
    groups = re.split(rf"[{re.escape(other)}'’\s]+", whole)
    in_threes = all(len(group) == 3 for group in groups[1:]) and (len(groups) == 1 or len(groups[0]) <= 3)
    if not in_threes or re.search(r"\D", fraction):
        raise RecordError(f"not a number with the decimal mark {decimal!r}", value=text)
    return Decimal(f"{''.join(groups)}.{fraction or 0}")
