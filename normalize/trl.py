"""Technology readiness levels from words."""

import re

from normalize.errors import RecordError

_RANGE = re.compile(r"(\d)\s*(?:-|–|—|to|and|à|bis|a|y|e|do|/)\s*(\d)")
_ONE = re.compile(r"(?<!\d)(\d)(?!\d)")


def parse_trl(text: str) -> tuple[int, int]:
    """Read "TRL 4", "TRL 4-6" or "4 to 6" as the lowest and highest level, 1 to 9.

    Raises:
        RecordError: No level, more than two, or one outside 1 to 9.
    """
    ranged = _RANGE.search(text)
    levels = [int(level) for level in (ranged.groups() if ranged else _ONE.findall(text))]
    if not levels or len(levels) > 2 or not all(1 <= level <= 9 for level in levels):
        raise RecordError("no technology readiness level", value=text)
    return min(levels), max(levels)
