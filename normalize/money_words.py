"""Words and signs that stand beside an amount: currencies, scales, and what joins two ends of a range."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache

from babel import Locale

from normalize.errors import RecordError

_CURRENCIES: Mapping[str, str] = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "eura": "EUR", "euroa": "EUR", "ευρώ": "EUR",
    "£": "GBP", "$": "USD", "us$": "USD", "zł": "PLN", "złotych": "PLN", "złote": "PLN", "złoty": "PLN",
    "kč": "CZK", "korun": "CZK", "koruny": "CZK", "lei": "RON",
    "ft": "HUF", "forint": "HUF", "лв": "BGN", "лева": "BGN",
}  # fmt: skip
_CODES = frozenset({"GBP", "USD", "PLN", "CZK", "RON", "HUF", "BGN", "SEK", "NOK", "DKK", "CHF", "ISK"})
_CROWNS = frozenset({"SEK", "NOK", "DKK", "ISK"})
_CROWN_WORDS = frozenset({"kr", "kronor", "kroner", "kronen", "krónur"})
"""What these may mean; which, only the source's own currency says."""
_GLUED_CROWNS = re.compile(r"\b(?P<scale>m|mn|md|t)kr\b", re.IGNORECASE)
_CROWN_SCALES = {"m": "mn", "mn": "mn", "md": "md", "t": "tusen"}
""""5 mkr", "5 mnkr": Swedish for millions of crowns."""
_SIGNS = re.compile(r"us\$|[€£$]|[¢¤¥₠-₫₭-₿]", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+")
_GLUED = re.compile(r"(?<![^\W\d_])(?P<scale>mrd|mio|mln|md|mn|[kmt])(?=(?:€|eur\b|euros?\b))", re.IGNORECASE)
_THOUSANDS = "k thousand tausend tsd mille mila tis duizend tys tysiąc tysiące tysięcy tusen"
_MILLIONS = (
    "m mn mio mln mill million millions millionen millón millones milione milioni miljoen milion miliony"
    " milionów miljon miljoner millioner milhão milhões milhao milhoes"
)
_BILLIONS = (
    "bn md mld mrd billion milliard milliards milliarde milliarden miliardo miliardi miljard miljarden"
    " miliard miliardy miliardów miljarder mia"
)
_MIL_MILLONES = ("mil millones", "miles de millones", "mil milhões", "mil milhoes")
"""In Spanish and Portuguese a billion is "a thousand millions"."""
SCALES: Mapping[str, Decimal] = {
    **dict.fromkeys(_THOUSANDS.split(), Decimal(10) ** 3),
    **dict.fromkeys(_MILLIONS.split(), Decimal(10) ** 6),
    **dict.fromkeys((*_BILLIONS.split(), *_MIL_MILLONES), Decimal(10) ** 9),
}
"""Scale words of English, German, French, Spanish, Italian, Dutch, Polish, Swedish and Portuguese."""
_JOINING = "- – — to and till bis und à et a y e ed i en tot och do até hasta al"
CONNECTORS = frozenset(_JOINING.split())
"""What may stand between the two ends of a range."""


def take_currency(text: str, currency: str | None) -> tuple[str, str]:
    """Return the one currency a text is in, and the text without its marks.

    Args:
        text: As printed.
        currency: ISO 4217 code to use when the text names none.

    Raises:
        RecordError: No currency, several, or one nobody here knows (never taken for the default).
    """
    spaced = _GLUED.sub(lambda match: f"{_UNGLUED.get(match['scale'].casefold(), match['scale'])} ", text)
    spaced = _GLUED_CROWNS.sub(lambda match: f"{_CROWN_SCALES[match['scale'].casefold()]} kr", spaced)
    marks = [*_SIGNS.findall(spaced), *_WORDS.findall(spaced)]
    codes = {code for code in (_code_of(mark, currency, text) for mark in marks) if code}
    if len(codes | ({currency} if not codes and currency else set())) != 1:
        raise RecordError(f"{len(codes)} currencies, expected 1", value=text)
    bare = _WORDS.sub(lambda m: " " if _code_of(m.group(), currency, text) else m.group(), spaced)
    return (codes.pop() if codes else str(currency)), _SIGNS.sub(" ", bare)


_UNGLUED = {"t": "tausend"}
""""TEUR" is a German thousand; "t" alone is a tonne."""


def _code_of(mark: str, default: str | None, text: str) -> str | None:
    if mark in _CODES:
        return mark
    if known := _CURRENCIES.get(mark.casefold()):
        return known
    if mark.casefold() in _CROWN_WORDS and default in _CROWNS:
        return default
    if mark in _iso_codes() or mark.casefold() in _CROWN_WORDS or _SIGNS.fullmatch(mark):
        raise RecordError("a currency nobody here knows", value=text)
    return None


def currency_code(text: str) -> str:
    """Return an ISO 4217 code given as such.

    Raises:
        RecordError: It is none.
    """
    code = text.strip().upper()
    if code not in _iso_codes():
        raise RecordError("a currency nobody here knows", value=text)
    return code


@cache
def _iso_codes() -> frozenset[str]:
    return frozenset(Locale("en").currencies)


_MIL = {
    **dict.fromkeys(("es", "pt", "gl", "ca"), 10**3),
    **dict.fromkeys(("cs", "sk", "sl", "hr", "ro"), 10**6),
}
""""mil" is a thousand to some and short for a million to others: read only where the language is known."""


def scale_of(word: str | None, text: str, language: str | None = None) -> Decimal:
    """Return the factor of a scale word, 1 for none.

    Args:
        word: As printed.
        text: The whole amount, for the error.
        language: ISO 639-1; decides what "mil" is.

    Raises:
        RecordError: A word that is no scale.
    """
    folded = " ".join((word or "").casefold().split())
    if folded == "mil" and language in _MIL:
        return Decimal(_MIL[language])
    if folded == "billion" and language not in (None, "en"):
        raise RecordError("a billion that is a thousand or a million millions", value=text)
    scale = SCALES.get(folded) if word else Decimal(1)
    if scale is None:
        raise RecordError("unknown scale word", value=text)
    return scale


def holds_scale(words: Iterable[str]) -> bool:
    """Tell whether one of the words is a scale word."""
    return any(word.casefold() in SCALES or word.casefold() == "mil" for word in words)
