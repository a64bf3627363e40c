"""Running text as it is read for dates and amounts: folded, and how far words belong to one."""

import re
from collections.abc import Iterator
from functools import lru_cache

from config.nuts import fold

NEAR = 70
"""Characters between a word and the date it belongs to (recorded Italian and French pages)."""
SENTENCE = 240
"""Characters of a sentence looked at on either side of a date."""
CONNECTING = re.compile(
    r"(?:[\W\d_]|\b(?:e|ed|and|et|und|y|fino|sino|entro|non|oltre|until|till?|to|no|later|than|jusqu|au|a|al|alle|le|ore"
    r"|il|the|bis|zum|spatestens|hasta|el|las|del|dell|giorno|dia|hs?|heures|horas|hours|uhr|um|am|on|of|du|tot|do|ate"
    r"|at|by)\b)*"
)
"""What may lead to a date, or from one to the next, without saying anything else: small words and an hour."""
WORDS_MAX = 240
"""Characters of the words that are kept beside what was read from them."""
_GLUED = re.compile(r"[^\W\d_]{3}\.(?=[A-ZÀ-ÖØ-Þ])")
"""The end of a sentence that the next one follows without a blank, as in the EU portal's texts."""
_STOP = re.compile(r"[!?;\n]|\.\s")


def sentence_around(folded: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence around ``folded[start:end]`` begins and ends."""
    first = max(start - SENTENCE, 0)
    begins = max([first, *(stop.end() for stop in _STOP.finditer(folded, first, start))])
    following = _STOP.search(folded, end)
    return begins, following.start() if following else len(folded)


class _Letters(dict[int, str]):
    """Fills itself with the folded form of each character met: one for one, so that offsets stay."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        folded = fold(sign)
        self[code] = letter = folded if len(folded) == 1 else "'" if sign in "’ʼ`´" else sign.lower()[0]
        return letter


_LETTERS = _Letters()
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


@lru_cache(2)  # the same text is read for several things, one after the other
def folded_in_place(text: str) -> str:
    """Return the text without accents and capitals, as long as it was."""
    # Most letters are ASCII: to look only at the others is four times as fast as a table for all.
    return _BEYOND_ASCII.sub(_folded, text).lower().replace("`", "'")


def _folded(beyond: re.Match[str]) -> str:
    return beyond.group().translate(_LETTERS)


def found_near(
    pattern: re.Pattern[str], folded: str, signs: tuple[str, ...], reach: int
) -> Iterator[re.Match[str]]:
    """Yield what a pattern finds near signs that each match holds; a pattern over a whole text is slow.

    Args:
        pattern: What is looked for.
        folded: Folded text.
        signs: A match holds one of them, and reaches no further than ``reach`` characters from it.
        reach: Characters.
    """
    spans: list[tuple[int, int]] = []
    for at in sorted(place for sign in signs for place in _places(folded, sign)):
        start, end = max(at - reach, 0), at + reach
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    for start, end in spans:
        yield from pattern.finditer(folded, start, end)


def _places(text: str, sign: str) -> Iterator[int]:
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + 1)


def words_around(text: str, folded: str, start: int, end: int) -> str:
    """Return the sentence around ``text[start:end]``, or as much of it as is kept; ``folded`` is as long."""
    begins, ends = sentence_around(folded, start, end)
    begins = max(begins, end - WORDS_MAX)
    begins = max([begins, *(glued.end() for glued in _GLUED.finditer(text, begins, start))])
    if begins and text[begins - 1].isalnum():
        begins = text.find(" ", begins, start) + 1 or start
    ends = min(ends, max(end, begins + WORDS_MAX))
    if ends < len(text) and text[ends].isalnum():
        ends = max(text.rfind(" ", end, ends), end)
    return " ".join(text[begins:ends].split()).strip(" ,.-–•")
