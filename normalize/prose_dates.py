"""Deadlines in running text: a date is taken only next to a word that makes it one.

"Domande entro le ore 12.00 del 15 maggio 2027" is a deadline. A date without such a word is none; one
near "expenses" or "completion of the works" ends something else; "before 15 May" leaves open which day
is the last; two dates that nothing tells apart contradict each other. All of those become a note in the
source's own words, never a date.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from config.nuts import fold
from config.prose_words import prose_words
from normalize.dates import parse_printed
from normalize.errors import RecordError
from normalize.fields import DeadlineText
from normalize.moved_dates import SENTENCE, is_moved_to, sentence_around
from normalize.printed_date import OPEN_ENDED, PrintedDate

READ_MAX = 60_000
"""Characters read; no call says its deadline only after that."""
NEAR = 70
"""Characters between the end of a deadline word and its date (recorded Italian and French pages)."""
_DATES_MAX = 40
NOTE_MAX = 400
_DATE = re.compile(
    r"(?<![\w/.-])(?:"
    r"\d{4}-\d{2}-\d{2}(?!\d)"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}(?![\d/])"
    r"|\d{1,2}(?:\s?[.ºª°]|er|st|nd|rd|th)?\s+(?:d[e']\s*|di\s+|of\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de[l]?\s+)?\d{4}(?!\d)"
    r"|[^\W\d_]{3,12},?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}(?!\d)"
    r")",
    re.IGNORECASE,
)
_CLOCK = r"(?P<hour>\d{1,2})\s?(?:[:.]|h\s?|uhr\s?)(?P<minute>\d{2})(?![\d%])(?:\s?(?P<half>[ap])\.?\s?m\b)?"
_AT = r"(?:ore|alle|las|a las|a|at|um|kl\.?|klo|godz\.?|ora|until|by|till|h)"
_MAINLAND = r"(?:\((?:hora |ora )?(?:peninsular|oficial|italiana)[^()]{0,30}\)\s*)?"
_OF_DAY = r"(?:del(?:l[’'])?(?:\s+(?:giorno|d[ií]a))?|du|le|di|on|am|vom|den|dnia|de(?:\s+d[ií]a)?|,)?"
_HOUR_BEFORE = re.compile(
    rf"{_AT}\s*{_CLOCK}\s*(?:h|horas|heures|hours|uhr|ore)?\.?,?\s*{_MAINLAND}{_OF_DAY}\s*$", re.IGNORECASE
)
_HOUR_AFTER = re.compile(
    rf"\s*,?\s*(?:\(?\s*)(?:alle|ore|alle ore|a las|à|at|um|kl\.?|klo|ora|,|at:|(?<=\s)(?=\d{{1,2}}:\d\d))"
    rf"\s*(?:ore\s*)?{_CLOCK}",
    re.IGNORECASE,
)
_HOUR_SIGN = re.compile(
    r"\d{1,2}\s?(?:[:h]|uhr)\s?\d{0,2}|\d\s?[ap]\.?\s?m\b|\b(?:ore|uhr|mezzogiorno|noon|midi|mezzanotte|midnight|minuit)\b",
    re.IGNORECASE,
)
_WINDOW = re.compile(r"[^.;\n]{0,20}\b(?:al|alle|au|bis|to|al dia|tot|do|ate|a)\b.{0,40}", re.DOTALL)
"""What stands between the first and the last day of a window: "dal 15/04 alle ore 12 del 03/06"."""
_ANY_DAY = re.compile(
    r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{4}-\d{2}-\d{2}"
    r"|\b\d{1,2}\s?[.ºª°]?\s(?:d[e']\s?)?(?:"
    r"jan|feb|fev|mar|apr|avr|abr|mai|may|mag|maj|mei|jun|jui|giu|gen|ene|jul|lug|aug|aou|ago|sep|set|oct|okt|ott|out"
    r"|nov|dec|dez|dic|sty|lut|kwi|cze|lip|sie|wrz|paz|lis|gru)"
)
_SENTENCE = re.compile(r"[!?;\n]|\.(?=\s+[A-ZÀ-ÖØ-Þ])")


@dataclass(frozen=True, slots=True)
class ProseDates:
    """What a text says of the time to apply.

    Attributes:
        deadlines: As printed, each once; empty when none is certain.
        continuous: It says that there is no end but that of the money.
        note: The sentences about the end, where they hold no certain date.
    """

    deadlines: tuple[DeadlineText, ...] = ()
    continuous: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    printed: PrintedDate | None
    text: str
    certain: bool
    ends_else: bool = False
    """It ends something else than the time to apply, so it contradicts no deadline."""
    unsaid: bool = False
    """It ends something, of what is not said: no deadline, but it contradicts one on another day."""
    moved: bool = False
    """The time to apply was moved to this day."""


def find_deadlines(
    text: str, formats: tuple[str, ...] = (), language: str | None = None, *, of_the_end: bool = False
) -> ProseDates:
    """Read the deadlines of a call out of its text.

    A deadline word ("closing date") makes a date one. A word that ends anything ("until", "entro il")
    does so only where its sentence speaks of applying: calls also say until when projects run.

    Args:
        text: Plain text; only its beginning is read (`READ_MAX`).
        formats: ``strptime`` formats the source declares; needed for all-digit dates.
        language: ISO 639-1 of the text.
        of_the_end: The text is itself what the source says of the end of the time to apply.
    """
    text = text[:READ_MAX]
    folded = _folded(text)
    found = _without_replaced(folded, list(_dates(text, folded, _Reading(formats, language, of_the_end))))
    certain = {
        (one.printed.day, one.printed.hour): one for one in found if one.certain and one.printed is not None
    }
    days = {day for day, _ in certain}
    endless = bool(prose_words().no_end.search(folded)) and _may_be_endless(found, folded)
    if days and any(_contradicts(one, days) for one in found):
        # A second window, or an end that we cannot read: the first would be no more than half the truth.
        return ProseDates((), note=_note(text, folded, found))
    if len(days) == 1 and len(certain) <= 2 and len({hour for _, hour in certain if hour}) <= 1:
        # "15 May 2027" in one place and "15 May 2027 at 12:00" in another: the hour is the same day's.
        best = max(certain, key=lambda when: when[1] is not None)
        return ProseDates((DeadlineText(text=certain[best].text),), endless)
    if (
        len(certain) > 1
        and len(days) == len(certain)
        and all(_is_told_apart(folded, one) for one in certain.values())
    ):
        ordered = [certain[when] for when in sorted(certain, key=lambda when: when[0])]
        return ProseDates(tuple(DeadlineText(text=one.text, kind="cut_off") for one in ordered), endless)
    return ProseDates((), endless and not certain, _note(text, folded, found))


def _without_replaced(folded: str, found: list[_Found]) -> list[_Found]:
    """Leave out the days that their own sentence says were moved to a later one."""
    replaced = set()
    for moved in found:
        if not (moved.moved and moved.certain and moved.printed):
            continue
        begins, ends = sentence_around(folded, moved.start, moved.end)
        replaced |= {
            one.start
            for one in found
            if one.printed and begins <= one.start < ends and one.printed.day < moved.printed.day
        }
    return [one for one in found if one.start not in replaced]


def _contradicts(one: _Found, days: set[date]) -> bool:
    if one.printed is None or one.ends_else or one.printed.day in days:
        return False
    return one.unsaid or one.printed.day > max(days)


def _may_be_endless(found: list[_Found], folded: str) -> bool:
    """Tell whether words of "until the money is spent" may speak of the whole call.

    Recorded calls that close on a day say so of the order in which they are funded. So they count only
    beside the certain last day of the call, or where no day at all stands in the text.
    """
    return any(one.certain for one in found) or not (found or _ANY_DAY.search(folded))


class _Letters(dict[int, str]):
    """Fills itself with the folded form of each character met: one for one, so that offsets stay."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        folded = fold(sign)
        self[code] = letter = folded if len(folded) == 1 else "'" if sign in "’ʼ`´" else sign.lower()[0]
        return letter


_LETTERS = _Letters()


def _folded(text: str) -> str:
    return text.translate(_LETTERS)


@dataclass(frozen=True, slots=True)
class _Reading:
    formats: tuple[str, ...]
    language: str | None
    of_the_end: bool


def _dates(text: str, folded: str, reading: _Reading) -> Iterator[_Found]:
    last = 0
    for count, match in enumerate(_DATE.finditer(text)):
        if count >= _DATES_MAX:
            return
        before = _before(folded, match.start(), last)
        closes = last > 0 and _WINDOW.fullmatch(folded[last : match.start()]) is not None
        last = match.end()
        read = _with_hour(text, match, reading.formats, reading.language)
        if read is not None and read[1].day in OPEN_ENDED:
            continue
        words = _ending_words(before)
        moved = is_moved_to(folded, match.start(), match.end())
        if not words and not moved:
            if closes and read is not None:
                yield _Found(match.start(), match.end(), read[1], read[0], certain=False)
            continue
        if read is None:  # no such day, or no date after all: for the note alone
            yield _Found(match.start(), match.end(), None, match.group(), certain=False)
            continue
        between = before[words[-1].end() :] if words else ""
        around = before + folded[match.end() : match.end() + NEAR // 2].split("\n")[0]
        ends_else = prose_words().other_end.search(around) is not None
        unsaid = not (reading.of_the_end or ends_else or moved or _speaks_of_applying(folded, match, before))
        plain = moved or (len(between) <= NEAR and not prose_words().exclusive.search(between))
        certain = plain and not (ends_else or unsaid or _hour_unread(text, match, read[1]))
        yield _Found(match.start(), match.end(), read[1], read[0], certain, ends_else, unsaid, moved)


def _ending_words(before: str) -> list[re.Match[str]]:
    found = [*prose_words().deadline.finditer(before), *prose_words().until.finditer(before)]
    return sorted(found, key=lambda word: word.end())


def _speaks_of_applying(folded: str, match: re.Match[str], before: str) -> bool:
    """Tell whether a deadline word stands before the date, or its sentence speaks of applying."""
    if prose_words().deadline.search(before):
        return True
    begins, ends = sentence_around(folded, match.start(), match.end())
    sentence = folded[begins:ends]
    return prose_words().applying.search(sentence[: 2 * SENTENCE]) is not None


def _before(folded: str, start: int, last: int) -> str:
    """Return what stands before a date in its sentence, and after the date before it."""
    window = folded[max(last, start - 2 * NEAR) : start]
    ends = list(re.finditer(r"[!?;\n]|\.\s", window))
    return window[ends[-1].end() :] if ends else window


def _with_hour(
    text: str, match: re.Match[str], formats: tuple[str, ...], language: str | None
) -> tuple[str, PrintedDate] | None:
    """Return a date, with its hour where one stands beside it, as one text and as read; None for no date."""
    day = match.group().rstrip(",")
    beside = _HOUR_BEFORE.search(text[max(0, match.start() - 80) : match.start()]) or _HOUR_AFTER.match(
        text[match.end() : match.end() + 40]
    )
    try:
        printed = parse_printed(day, formats, language)
        if beside is None:
            return day, printed
        hour, half = int(beside["hour"]), (beside["half"] or "").lower()
        if half == "a" and hour == 12:
            return day, printed  # midnight before or after: the hour counts as not read
        # "4:00pm"; "12:30 pm" and "16:00 pm" already are of the afternoon.
        hour += 12 if half == "p" and hour < 12 else 0
        iso = f"{printed.day:%Y-%m-%d} {hour:02d}:{beside['minute']}"
        return iso, parse_printed(iso)
    except RecordError:
        return None


def _hour_unread(text: str, match: re.Match[str], printed: PrintedDate) -> bool:
    """Tell whether an hour stands by the date that we could not read: then the date alone would mislead."""
    if printed.hour is not None:
        return False
    near = text[max(0, match.start() - 60) : match.start()] + " " + text[match.end() : match.end() + 25]
    return _HOUR_SIGN.search(near) is not None


def _is_told_apart(folded: str, found: _Found) -> bool:
    return prose_words().told_apart.search(folded[max(0, found.start - 2 * NEAR) : found.start]) is not None


def _note(text: str, folded: str, found: list[_Found]) -> str | None:
    """Return the sentences that speak of the end, as they stand."""
    spans: dict[tuple[int, int], int] = {}
    for start, end in [(one.start, one.end) for one in found] + [
        m.span() for m in prose_words().no_end.finditer(folded)
    ]:
        stops = [m.end() for m in _SENTENCE.finditer(text, 0, start)]
        following = _SENTENCE.search(text, end)
        spans[stops[-1] if stops else 0, following.start() if following else len(text)] = end
    ordered = sorted(spans.items())
    words = " … ".join(" ".join(text[start:end].split()) for (start, end), _ in ordered)
    if len(words) > NOTE_MAX and len(ordered) > 1:
        # Every day must be seen: of long sentences what leads to their last day is kept.
        share = NOTE_MAX // len(ordered) - 5
        words = " … ".join(_tail(text[start:last], share) for (start, _), last in ordered)
    return (words if len(words) <= NOTE_MAX else f"{words[: NOTE_MAX - 1]}…") or None


def _tail(sentence: str, length: int) -> str:
    """Return the end of a sentence that is too long, from a whole word on."""
    words = " ".join(sentence.split())
    return words if len(words) <= length else "…" + words[-length:].partition(" ")[2]
