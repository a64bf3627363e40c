"""Technology readiness levels in the running text of a call, with the words that say so.

Taken only where the text says at which level the funded work starts or ends. "Expected to achieve TRL 6-8"
says nothing of the start: an idea at level 4 may apply, so the lower end stays open. Prototypes "at TRL 4"
beside the way are nobody's condition, and "from TRL 1 to TRL 9" is the scale itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

READ_MAX = 60_000
WORDS_MAX = 200
_LEVEL = r"(?:TRLs?|technology readiness levels?(?: \(TRLs?\))?)\s?"
_TO = r"\s?(?:-|–|—|/|to|and|à|bis|a|y|e|do|tot|till)\s?(?:TRL\s?)?"
_START = r"(?:start(?:s|ing)?|begin(?:s|ning)?|démarr\w+|débuter?|beginnen|starten|partir|partono|comenzar)"
_REACH = (
    r"(?:achiev\w+|reach\w*|attain\w*|bring\w*|atteindre|atteint|erreich\w+|alcanz\w+|raggiung\w+|bereik\w+|osiągn\w+"
    r"|alcanç\w+|nå)"
)
_PATTERNS = (
    # "start at TRL 4 and achieve TRL 6-7"
    rf"\b{_START}\b[^.;\n]{{0,30}}?{_LEVEL}(?P<low>\d)(?:{_TO}\d)?\b[^.;\n]{{0,40}}?\b{_REACH}\b[^.;\n]{{0,30}}?"
    rf"{_LEVEL}(?P<a>\d)(?:{_TO}(?P<b>\d))?(?!\d)",
    # "expected to achieve TRL 6-8"
    rf"\b{_REACH}\b[^.;\n]{{0,40}}?{_LEVEL}(?P<a>\d)(?:{_TO}(?P<b>\d))?(?!\d)",
    # "move from TRL 6 to TRL 9"
    rf"\b(?:from|de|von|da|van|od)\s{_LEVEL}(?P<low>\d)\s(?:to|à|bis|a|tot|do)\s(?:TRL\s?)?(?P<a>\d)(?!\d)",
)
_OPEN = re.compile(
    r"\b(?:at least|minimum|or higher|au moins|mindestens|al menos|almeno|minstens|co najmniej)\b", re.I
)
_NAMED = re.compile(r"TRL|[Rr]eadiness [Ll]evel")
_NEAR = 160
_COMPILED = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS)


@dataclass(frozen=True, slots=True)
class StatedTrl:
    """Lowest level to start from and highest to reach, 1 to 9, None where open; and the words."""

    low: int | None
    high: int
    words: str


def find_trl(text: str) -> StatedTrl | None:
    """Return the levels a text states for the funded work.

    Args:
        text: Plain text; only its beginning is read (`READ_MAX`).

    Returns:
        None when it states none, or two places state different ones.
    """
    found: dict[tuple[int | None, int], StatedTrl] = {}
    for start, end in _near(text):
        for one in _in(text[start:end]):
            found.setdefault((one.low, one.high), one)
    return next(iter(found.values())) if len(found) == 1 else None


def _near(text: str) -> list[tuple[int, int]]:
    """Return the stretches around the scale's name: the patterns over a whole text cost a millisecond."""
    if "TRL" not in text and "eadiness" not in text:
        return []
    spans: list[tuple[int, int]] = []
    for match in _NAMED.finditer(text, 0, READ_MAX):
        start, end = max(0, match.start() - _NEAR), match.end() + _NEAR
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _in(text: str) -> Iterator[StatedTrl]:
    taken: list[tuple[int, int]] = []
    for pattern in _COMPILED:
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            if (one := _stated(match)) is not None:
                yield one


def _stated(match: re.Match[str]) -> StatedTrl | None:
    if _OPEN.search(match.group()):  # "reach at least TRL 4" says nothing of the highest
        return None
    groups = match.groupdict()
    ends = [int(level) for level in (groups.get("a"), groups.get("b")) if level]
    low = int(groups["low"]) if groups.get("low") else None
    levels = [*ends, *([low] if low is not None else [])]
    if not all(1 <= level <= 9 for level in levels) or (low is not None and low > max(ends)):
        return None
    if (low, max(ends)) == (1, 9):  # the scale itself
        return None
    return StatedTrl(low, max(ends), " ".join(match.group().split())[:WORDS_MAX])
