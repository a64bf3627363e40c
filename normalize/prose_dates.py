"""Deadlines in running text: a date is taken only next to a word that makes it one.

"Domande entro le ore 12.00 del 15 maggio 2027" is a deadline. A date without such a word is none; one
near "expenses" or "completion of the works" ends something else; "before 15 May" leaves open which day
is the last; two dates that nothing tells apart contradict each other. All of those become a note in the
source's own words, never a date.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from config.prose_words import prose_words
from normalize.fields import DeadlineText
from normalize.moved_dates import is_moved_to
from normalize.printed_date import OPEN_ENDED, PrintedDate
from normalize.prose_hours import hour_unread, with_hour
from normalize.prose_sentences import NEAR, SENTENCE, folded_in_place, sentence_around
from normalize.prose_windows import closes_window, is_window_to_apply, opens_window

READ_MAX = 60_000
"""Characters read; no call says its deadline only after that."""
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
_BROKEN = re.compile(r"\b(ore|alle|al|il|del|le|au|du|the|am|um|el|las)\s?\n(?=\s?\d)", re.IGNORECASE)
"""A line broken between an article and its day or hour."""
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
        opens: The first day to apply, as printed; only beside one certain last day.
    """

    deadlines: tuple[DeadlineText, ...] = ()
    continuous: bool = False
    note: str | None = None
    opens: str | None = None


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
    opens: str | None = None
    """The day before it on which the time to apply begins, as printed."""


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
    text = _BROKEN.sub(lambda broken: broken.group().replace("\n", " "), text[:READ_MAX])
    folded = folded_in_place(text)
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
        openings = {one.opens for one in certain.values() if one.opens}
        opens = openings.pop() if len(openings) == 1 else None
        return ProseDates((DeadlineText(text=certain[best].text),), endless, opens=opens)
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


@dataclass(frozen=True, slots=True)
class _Reading:
    formats: tuple[str, ...]
    language: str | None
    of_the_end: bool


def _dates(text: str, folded: str, reading: _Reading) -> Iterator[_Found]:
    last = 0
    earlier: re.Match[str] | None = None
    for count, match in enumerate(_DATE.finditer(text)):
        if count >= _DATES_MAX:
            return
        before = _before(folded, match.start(), last)
        first, earlier, last = earlier, match, match.end()
        read = with_hour(text, match, reading.formats, reading.language)
        if read is not None and read[1].day in OPEN_ENDED:
            continue
        words = _ending_words(before)
        moved = is_moved_to(folded, match.start(), match.end())
        if not words and not moved:
            if first and read and closes_window(folded[first.end() : match.start()]):
                certain = is_window_to_apply(folded, first, match) and not hour_unread(text, match, read[1])
                end = _Found(match.start(), match.end(), read[1], read[0], certain)
                yield _with_opening(end, text, folded, first, match, reading)
            continue
        if read is None:  # no such day, or no date after all: for the note alone
            yield _Found(match.start(), match.end(), None, match.group(), certain=False)
            continue
        between = before[words[-1].end() :] if words else ""
        around = before + folded[match.end() : match.end() + NEAR // 2].split("\n")[0]
        ends_else = prose_words().other_end.search(around) is not None
        unsaid = not (reading.of_the_end or ends_else or moved or _speaks_of_applying(folded, match, before))
        plain = moved or (len(between) <= NEAR and not prose_words().exclusive.search(between))
        certain = plain and not (ends_else or unsaid or hour_unread(text, match, read[1]))
        end = _Found(match.start(), match.end(), read[1], read[0], certain, ends_else, unsaid, moved)
        yield _with_opening(end, text, folded, first, match, reading) if first else end


def _with_opening(
    found: _Found, text: str, folded: str, first: re.Match[str], last: re.Match[str], reading: _Reading
) -> _Found:
    """Add the day on which the time to apply begins, where the date before is that."""
    if not (found.certain and found.printed and opens_window(folded, first, last)):
        return found
    read = with_hour(text, first, reading.formats, reading.language)
    if read is None or read[1].day >= found.printed.day or hour_unread(text, first, read[1]):
        return found
    return replace(found, opens=read[0])


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
