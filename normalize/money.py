"""Amounts and rates as sources print them. `Decimal` throughout; the decimal mark is declared, never guessed."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Literal

from config.sources import Source
from normalize.call import Money
from normalize.errors import RecordError
from normalize.fields import AmountText

CENT = Decimal("0.01")
NOT_STATED = frozenset({Decimal(0), Decimal(99999999999), Decimal(999999999), Decimal("99999999999.99")})
"""Amounts that mean "not stated": 0 (EU portal, BDNS, Portugal), eleven nines (incentivi.gov.it)."""
_MAX = Decimal(10) ** 13

_CURRENCIES: Mapping[str, str] = {
    "€": "EUR", "EUR": "EUR", "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "GBP": "GBP", "NOK": "NOK", "SEK": "SEK",
    "DKK": "DKK", "PLN": "PLN", "ZŁ": "PLN", "CZK": "CZK", "KČ": "CZK", "RON": "RON", "HUF": "HUF", "BGN": "BGN",
    "CHF": "CHF", "USD": "USD", "$": "USD",
}  # fmt: skip
_MILLION, _THOUSAND, _BILLION = Decimal(10) ** 6, Decimal(10) ** 3, Decimal(10) ** 9
_SCALES: Mapping[str, Decimal] = {
    "": Decimal(1),
    **dict.fromkeys(("k", "thousand", "tausend", "tsd", "mille", "mil", "mila", "duizend", "tys", "tusen"), _THOUSAND),
    **dict.fromkeys(
        (
            "m", "mio", "million", "millions", "millionen", "millón", "millones", "milione", "milioni", "miljoen", "mln",
            "miljon", "miljoner", "milhão", "milhões", "millioner", "mill", "m€",
        ),
        _MILLION,
    ),
    **dict.fromkeys(
        ("bn", "billion", "milliarde", "milliarden", "mrd", "milliard", "milliards", "miliardo", "miliardi", "miljard",
         "miljarder", "mld", "md"),
        _BILLION,
    ),
}  # fmt: skip
_MARK_WORDS = re.compile(
    r"(?<![^\W\d_])(?:"
    + "|".join(re.escape(mark) for mark in sorted(_CURRENCIES, key=len, reverse=True))
    + r")(?![^\W\d_])",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"(?P<number>\d(?:[\d.,'’\s]*\d)?)\s*(?P<scale>[^\W\d_]+)?")
_RANGE = re.compile(
    r"\s*(?:-|–|—|\bto\b|\band\b|\bà\b|\bet\b|\bbis\b|\ba\b|\be\b|\bund\b|\by\b|\bdo\b|\btot\b|\btill\b)\s*"
)


def parse_money(text: str, *, decimal: Literal[".", ","], currency: str | None = None) -> Money:
    """Parse one printed amount into whole currency units.

    ``"EUR 2.5 million"`` with decimal ``"."`` is 2 500 000.00 EUR;
    ``"1.250.000 €"`` with decimal ``","`` is 1 250 000.00 EUR.

    Args:
        text: One amount, with at most one currency and one scale word.
        decimal: The source's decimal mark; the other mark, white space and apostrophes separate
            thousands.
        currency: ISO 4217 code to use when the text names none.

    Returns:
        Units of the currency, exact to the cent.

    Raises:
        RecordError: No or several amounts or currencies, an unknown scale word, thousands that
            do not stand in threes, a negative or absurd amount.
    """
    codes = {_CURRENCIES[mark.upper()] for mark in _MARK_WORDS.findall(text)} or ({currency} - {None})
    bare = _MARK_WORDS.sub(" ", text)
    amounts = list(_AMOUNT.finditer(bare))
    if len(codes) != 1 or len(amounts) != 1:
        raise RecordError(f"{len(amounts)} amounts, {len(codes)} currencies, expected 1 and 1", value=text)
    found = amounts[0]
    if bare[: found.start()].rstrip().endswith(("-", "−")):
        raise RecordError("a negative amount", value=text)
    scale = _SCALES.get((found["scale"] or "").casefold())
    if scale is None:
        raise RecordError("unknown scale word", value=text)
    number = _number(found["number"], decimal, text) * scale
    if number > _MAX:
        raise RecordError("an absurd amount", value=text)
    return Money(amount=number.quantize(CENT), currency=str(codes.pop()))


def parse_range(text: str, *, decimal: Literal[".", ","], currency: str | None = None) -> tuple[Money, Money]:
    """Parse "between 1 and 2 million" into its two ends, lower first.

    A scale word or currency that stands only once holds for both ends.

    Raises:
        RecordError: Not exactly two amounts, or as `parse_money`.
    """
    parts = [part for part in _RANGE.split(_MARK_WORDS.sub(" ", text)) if re.search(r"\d", part)]
    codes = {_CURRENCIES[mark.upper()] for mark in _MARK_WORDS.findall(text)} or ({currency} - {None})
    if len(parts) != 2 or len(codes) != 1:
        raise RecordError("not a range of two amounts in one currency", value=text)
    code = str(codes.pop())
    upper = parse_money(parts[1], decimal=decimal, currency=code)
    lower = parse_money(parts[0], decimal=decimal, currency=code)
    scale = _AMOUNT.search(parts[1])
    if scale and scale["scale"] and not re.search(r"\d\s*[^\W\d_]", parts[0]):
        lower = parse_money(f"{parts[0]} {scale['scale']}", decimal=decimal, currency=code)
    if lower.amount > upper.amount:
        raise RecordError("a range whose lower end is above its upper", value=text)
    return lower, upper


def money_of(value: AmountText | None, source: Source, currency: str | None = None) -> Money | None:
    """Return an amount given as a number or as text; None when not stated (see `NOT_STATED`).

    Raises:
        RecordError: As `parse_money`; or a number that is negative, infinite or absurd.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    code = currency or source.currency
    if isinstance(value, bool):
        raise RecordError("a truth value where an amount belongs", value=value)
    if isinstance(value, str):
        money = parse_money(value, decimal=source.decimal, currency=code)
    else:
        amount = Decimal(str(value))
        if not amount.is_finite() or amount < 0 or amount > _MAX:
            raise RecordError("a negative, infinite or absurd amount", value=value)
        money = Money(amount=amount.quantize(CENT), currency=code)
    return None if money.amount in NOT_STATED else money


def parse_rate(value: AmountText | None, source: Source) -> Decimal | None:
    """Return a co-funding rate between 0 and 1; percentages are divided, 0 means not stated.

    Text without a percent sign is a share when at most 1 ("0.8"), else a percentage ("80").

    Raises:
        RecordError: No single number, or a rate above 100 %.
    """
    if value is None or value == "":
        return None
    text = str(value)
    numbers = re.findall(r"\d+(?:[.,]\d+)?", text)
    if isinstance(value, bool) or len(numbers) != 1 or "-" in text:
        raise RecordError("not one rate", value=value)
    rate = Decimal(numbers[0].replace(",", "."))
    if "%" in text or rate > 1:
        rate /= 100
    if rate > 1:
        raise RecordError("a rate above 100 %", value=value)
    return rate or None


def _number(digits: str, decimal: str, text: str) -> Decimal:
    """Read digits with the declared mark; thousands must stand in threes."""
    other = "," if decimal == "." else "."
    whole, _, fraction = digits.partition(decimal)
    groups = re.split(rf"[{re.escape(other)}'’\s]+", whole)
    if decimal in fraction or re.search(r"\D", fraction) or any(len(group) != 3 for group in groups[1:]):
        raise RecordError(f"not a number with the decimal mark {decimal!r}", value=text)
    try:
        return Decimal(f"{''.join(groups)}.{fraction or 0}")
    except InvalidOperation as error:
        raise RecordError("not a number", value=text) from error
