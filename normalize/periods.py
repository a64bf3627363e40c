"""Stretches of time that sources print where a date belongs: weeks, quarters, half-years, months.

A period is no date: it becomes a note in the source's words, never a guessed day.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from config.nuts import fold
from normalize.calendar_words import PARTICLES, months_of, settle
from normalize.errors import RecordError
from normalize.printed_date import YEARS

MAX_CHARACTERS = 60
_YEAR = r"(?P<year>\d{4})"
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_ORDINALS = {
    1: "first premier premiere erstes erste primer primero primo prima eerste pierwszy primeiro forsta",
    2: "second deuxieme zweites zweite segundo segunda secondo seconda tweede drugi druga andra",
    3: "third troisieme drittes dritte tercer tercero terzo terza derde trzeci terceiro tredje",
    4: "fourth quatrieme viertes vierte cuarto quarto quarta vierde czwarty fjarde",
}  # fmt: skip
_NUMBERED = {word: number for number, words in _ORDINALS.items() for word in words.split()}
_QUARTER = (
    "q quarter trimestre trim t quartal kwartaal kwartal kw kv kvartal ctvrtleti stvrtrok negyedev tromesecje"
    " tromjesecje trimestru ketvirtis ceturksnis kvartali"
)
_HALF = "h half semestre semester halbjahr halfjaar polrocze polroku pololeti polrok felev semestru halvar"
_WEEK = "w week semaine woche kw settimana semana tydzien vecka uge viikko"
_SIZES = {
    **dict.fromkeys(_WEEK.split(), "week"),
    **dict.fromkeys(_HALF.split(), "half"),
    **dict.fromkeys(_QUARTER.split(), "quarter"),
}
_ISO_WEEK = re.compile(rf"{_YEAR}-?W(?P<number>\d{{2}})", re.IGNORECASE | re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TOKENS = re.compile(r"\d+|[^\W\d_]+")
_FOREIGN = re.compile(r"[^\w\s./'’()º°ª-]")
_GERMAN_WEEK_FROM = 5
"""``KW 5`` can be no quarter (Polish "kw."), so it is a German calendar week; below that only a Roman
or ordinal number, or Polish, makes ``kw`` a quarter."""


@dataclass(frozen=True, slots=True)
class Period:
    """From ``first`` to ``last``, both days included."""

    first: date
    last: date


def parse_period(text: str, language: str | None = None) -> Period:
    """Read "2026-W48", "I kw. 2026", "Q1 2026", "first half of 2026" or "mai 2026".

    Args:
        text: One period and nothing else.
        language: ISO 639-1; decides what "KW 3/2026" is (a week in German, a quarter in Polish) and
            month names that differ between languages.

    Raises:
        RecordError: Anything else, a period that does not exist, or one that two languages read differently.
    """
    if len(text) > MAX_CHARACTERS:
        raise RecordError("too long for a period", value=text)
    squeezed = " ".join(text.split())
    if match := _ISO_WEEK.fullmatch(squeezed):
        return _week(int(match["year"]), int(match["number"]), text)
    if _FOREIGN.search(squeezed):
        raise RecordError("not a period", value=text)
    tokens = [token for token in _TOKENS.findall(_split(fold(squeezed))) if token not in _SKIPPED]
    years = [int(token) for token in tokens if len(token) == 4 and token.isdecimal()]
    rest = [token for token in tokens if not (len(token) == 4 and token.isdecimal())]
    if len(years) != 1 or years[0] not in YEARS:
        raise RecordError("not a period", value=text)
    return _of_rest(years[0], rest, language, text)


def is_period(text: str, language: str | None = None) -> bool:
    """Tell whether `parse_period` would read the text."""
    if _ISO_DAY.match(text):  # nearly every date there is; none of them is a period
        return False
    try:
        parse_period(text, language)
    except RecordError:
        return False
    return True


_SKIPPED = PARTICLES - {"t", "h", "w", "q"}


def _split(text: str) -> str:
    """Part a letter from the number glued to it: "Q1", "T2", "H1"."""
    return re.sub(r"\b([qthw])(\d{1,2})\b", r"\1 \2", re.sub(r"\b(\d)([qthw])\b", r"\2 \1", text))


def _of_rest(year: int, rest: list[str], language: str | None, text: str) -> Period:
    months = [found for token in rest if (found := months_of(token))]
    if len(rest) == 1 and months:
        number = settle(months[0], language)
        if number is None:
            raise RecordError("a month that two languages read differently", value=text)
        return _months(year, number, 1)
    sizes = [token for token in rest if token in _SIZES]
    numbers = [token for token in rest if token not in _SIZES]
    if len(sizes) != 1 or len(numbers) != 1:
        raise RecordError("not a period", value=text)
    return _sized(year, sizes[0], numbers[0], language, text)


def _sized(year: int, word: str, printed: str, language: str | None, text: str) -> Period:
    worded = _ROMAN.get(printed) or _NUMBERED.get(printed)
    number = worded or (int(printed) if printed.isdecimal() else 0)
    size = _SIZES[word]
    if word == "kw":
        certain = bool(worded) or language == "pl"
        if not certain and language != "de" and number < _GERMAN_WEEK_FROM:
            raise RecordError("a week in German, a quarter in Polish", value=text)
        size = "quarter" if certain else "week"
    if size == "week":
        return _week(year, number, text)
    length = {"quarter": 3, "half": 6}[size]
    if not 1 <= number <= 12 // length:
        raise RecordError("a period that does not exist", value=text)
    return _months(year, (number - 1) * length + 1, length)


def _week(year: int, number: int, text: str) -> Period:
    try:
        first = date.fromisocalendar(year, number, 1)
    except ValueError as error:
        raise RecordError("a week that does not exist", value=text) from error
    return Period(first, first + timedelta(days=6))


def _months(year: int, month: int, count: int) -> Period:
    after = month + count
    following = date(year + (after > 12), after - 12 if after > 12 else after, 1)
    return Period(date(year, month, 1), following - timedelta(days=1))
