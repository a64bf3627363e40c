from contextlib import suppress
from decimal import Decimal
from typing import Literal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from normalize.call import Money
from normalize.errors import RecordError
from normalize.money import money_of, parse_money, parse_range, parse_rate
from tests.normalize.building import source

Mark = Literal[".", ","]
CENTS = st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False, allow_infinity=False)
MARKS: dict[str, Mark] = {
    "en": ".", "de": ",", "fr": ",", "es": ",", "it": ",", "nl": ",", "pl": ",", "sv": ",", "pt": ",",
    "de_CH": ".",
}  # fmt: skip


@pytest.mark.parametrize("locale", MARKS)
@given(amount=CENTS)
def test_amounts_printed_by_any_locale_are_read_back(locale: str, amount: Decimal) -> None:
    printed = format_decimal(amount, format="#,##0.00", locale=locale)

    assert parse_money(f"{printed} EUR", decimal=MARKS[locale]) == Money(amount=amount, currency="EUR")


@given(text=st.text(max_size=60), decimal=st.sampled_from([".", ","]))
def test_no_text_raises_anything_but_record_error(text: str, decimal: Mark) -> None:
    for parse in (parse_money, parse_range):
        with suppress(RecordError):
            parse(text, decimal=decimal, currency="EUR")


@given(
    value=st.one_of(
        st.integers(), st.floats(), st.decimals(), st.booleans(), st.none(),
        st.text(alphabet="0123456789.,-+ €%kMmioEUR", max_size=20),
    )
)  # fmt: skip
def test_no_value_raises_anything_but_record_error_and_none_is_negative(value: object) -> None:
    try:
        money = money_of(value, source())  # type: ignore[arg-type]  # JSON may hold anything
        rate = parse_rate(value, source())  # type: ignore[arg-type]
    except RecordError:
        return
    assert money is None or money.amount > 0
    assert rate is None or 0 < rate <= 1


@pytest.mark.parametrize(
    ("text", "decimal", "amount", "currency"),
    [
        ("EUR 2.5 million", ".", "2500000", "EUR"),
        ("1.250.000 €", ",", "1250000", "EUR"),
        ("1.250", ",", "1250", "EUR"),
        ("1.250", ".", "1.25", "EUR"),
        ("up to EUR 500 000", ".", "500000", "EUR"),
        ("€ 3.000.000,-", ",", "3000000", "EUR"),
        ("10'000 CHF", ".", "10000", "CHF"),
        ("1 250 000,50 zł", ",", "1250000.50", "PLN"),
        ("500 k€", ".", "500000", "EUR"),
        ("500 TEUR", ",", "500000", "EUR"),
        ("5 M€", ",", "5000000", "EUR"),
        ("12 Md€", ",", "12000000000", "EUR"),
        ("12 Mio. €", ",", "12000000", "EUR"),
        ("3,5 Milliarden Euro", ",", "3500000000", "EUR"),
        ("2,5 millions d'euros", ",", "2500000", "EUR"),
        ("1,5 mil millones de euros", ",", "1500000000", "EUR"),
        ("150 milhões de euros", ",", "150000000", "EUR"),
        ("3 mila euro", ",", "3000", "EUR"),
        ("2,5 miljoen euro", ",", "2500000", "EUR"),
        ("2,5 mln zł", ",", "2500000", "PLN"),
        ("25 miljoner SEK", ",", "25000000", "SEK"),
        ("ISK 500", ".", "500", "ISK"),
    ],
)
def test_printed_forms(text: str, decimal: Mark, amount: str, currency: str) -> None:
    money = parse_money(text, decimal=decimal, currency="EUR")

    assert (money.amount, money.currency) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "to be announced",
        "1-2 million",
        "5 million EUR or USD",
        "5 zillion",
        "MEUR 5",
        "TEUR 500",
        "million 5",
        "JPY 500",
        "¥ 500",
        "500 kr",
        "-500",
        "−500 €",
        "50 %",
        "€500/month",
        ".5 million",
        "FY2026",
        "1,25,000",
        "1234,567.00",
        "1.5.2",
        "99 999 999 999 999 999",
        "5" * 300,
    ],
)
def test_what_is_not_one_certain_amount_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        parse_money(text, decimal=".", currency="EUR")


def test_without_any_currency_an_amount_is_refused() -> None:
    with pytest.raises(RecordError, match="0 currencies"):
        parse_money("500", decimal=".")


def test_crowns_are_those_of_the_source() -> None:
    assert parse_money("500 kr", decimal=",", currency="SEK").currency == "SEK"


@pytest.mark.parametrize(
    ("text", "decimal", "lower", "upper"),
    [
        ("1-2 million", ".", 1_000_000, 2_000_000),
        ("between EUR 1 and 2 million", ".", 1_000_000, 2_000_000),
        ("500 000 to 1 million", ".", 500_000, 1_000_000),
        ("€1m – €2.5m", ".", 1_000_000, 2_500_000),
        ("1 bis 2 Mio. EUR", ",", 1_000_000, 2_000_000),
        ("de 1 à 2 millions d'euros", ",", 1_000_000, 2_000_000),
        ("da 1 a 2 milioni di euro", ",", 1_000_000, 2_000_000),
        ("tussen 1 en 2 miljoen", ",", 1_000_000, 2_000_000),
        ("500 000 - 1 000 000 €", ".", 500_000, 1_000_000),
    ],
)
def test_ranges(text: str, decimal: Mark, lower: int, upper: int) -> None:
    low, high = parse_range(text, decimal=decimal, currency="EUR")

    assert (low.amount, high.amount) == (Decimal(lower), Decimal(upper))


@pytest.mark.parametrize("text", ["5", "2-1", "1 or 2 million", "1-2-3", "-1 - 2", "EUR 1 - USD 2"])
def test_what_is_not_a_range_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        parse_range(text, decimal=".", currency="EUR")


@pytest.mark.parametrize(
    "value", [None, "", "  ", 0, 0.0, -0.0, "0", "0,00 €", 99999999999, "99999999999", 0.004]
)
def test_zero_and_sentinels_mean_not_stated(value: object) -> None:
    assert money_of(value, source(decimal=",")) is None  # type: ignore[arg-type]


def test_a_float_is_read_through_its_text() -> None:
    money = money_of(1234567.1, source())

    assert money is not None
    assert str(money.amount) == "1234567.10"


def test_the_records_currency_goes_before_the_sources() -> None:
    money = money_of(5, source(currency="EUR"), "NOK")

    assert money == Money(amount=Decimal("5.00"), currency="NOK")


@pytest.mark.parametrize("value", [-1, -0.5, Decimal("-1"), float("nan"), float("inf"), True, 10**14])
def test_impossible_numbers_are_refused(value: object) -> None:
    with pytest.raises(RecordError):
        money_of(value, source())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", ["80 %", "80%", 80, 80.0, "80", "0.8", "0,8", 0.8, "up to 80 %", "jusqu'à 80 %."]
)
def test_rates(value: object) -> None:
    assert parse_rate(value, source()) == Decimal("0.8")  # type: ignore[arg-type]


def test_one_percent_is_not_all_of_it() -> None:
    assert parse_rate("1 %", source()) == Decimal("0.01")
    assert parse_rate(1, source()) == 1


@pytest.mark.parametrize("value", [None, "", 0, "0 %"])
def test_no_rate_is_none(value: object) -> None:
    assert parse_rate(value, source()) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", ["80 EUR", "60-80 %", "-5 %", "120", 101, -1, "half", True, float("nan"), "8" * 300]
)
def test_impossible_rates_are_refused(value: object) -> None:
    with pytest.raises(RecordError):
        parse_rate(value, source())  # type: ignore[arg-type]


def test_a_number_too_long_to_print_is_refused() -> None:
    with pytest.raises(RecordError):
        money_of(10**5000, source())


@pytest.mark.parametrize(
    ("text", "currency", "language", "amount"),
    [
        ("10 miljoner kronor", "SEK", "sv", "10000000"),
        ("5 mkr", "SEK", "sv", "5000000"),
        ("2,5 mnkr", "SEK", "sv", "2500000"),
        ("500 tkr", "SEK", "sv", "500000"),
        ("3 millioner kroner", "NOK", "nb", "3000000"),
        ("30 mil euros", "EUR", "es", "30000"),
        ("30 mil euros", "EUR", "pt", "30000"),
        ("30 mil. Kč", "CZK", "cs", "30000000"),
        ("20 tys. złotych", "PLN", "pl", "20000"),
    ],
)
def test_words_of_a_language_beside_an_amount(text: str, currency: str, language: str, amount: str) -> None:
    money = parse_money(text, decimal=",", currency=currency, language=language)

    assert money == Money(amount=Decimal(amount), currency=currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("30 mil euros", "EUR"),
        ("10 miljoner kronor", "EUR"),
        ("mil 30 euros", "EUR"),
        ("1 000 000 mil. Kč", "CZK"),
    ],
)
def test_what_its_language_or_currency_does_not_settle_is_refused(text: str, currency: str) -> None:
    with pytest.raises(RecordError):
        parse_money(text, decimal=",", currency=currency)


WORDS = {
    "en": ("thousand", "million", "billion"), "de": ("Tausend", "Millionen", "Milliarden"),
    "fr": ("mille", "millions", "milliards"), "es": ("mil", "millones", "mil millones"),
    "it": ("mila", "milioni", "miliardi"), "nl": ("duizend", "miljoen", "miljard"),
    "pl": ("tysięcy", "milionów", "miliardów"), "sv": ("tusen", "miljoner", "miljarder"),
    "pt": ("mil", "milhões", "mil milhões"),
}  # fmt: skip


@pytest.mark.parametrize("language", WORDS)
@given(number=st.integers(1, 999), power=st.integers(0, 2), cents=st.integers(0, 99))
def test_scale_words_of_nine_languages_are_read_back(
    language: str, number: int, power: int, cents: int
) -> None:
    printed = f"{number},{cents:02d} {WORDS[language][power]} €"

    money = parse_money(printed, decimal=",", language=language)

    assert money.amount == (Decimal(f"{number}.{cents:02d}") * 10 ** (3 * (power + 1))).quantize(
        Decimal("0.01")
    )


def test_a_billion_is_english_or_nothing() -> None:
    assert parse_money("EUR 2 billion", decimal=".", language="en").amount == Decimal(2_000_000_000)
    with pytest.raises(RecordError, match="billion"):
        parse_money("2 Billion EUR", decimal=",", language="de")
