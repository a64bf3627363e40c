"""A time to apply that was moved: "il termine, fissato al 21 novembre, è prorogato al 5 dicembre".

The day it was moved to is the deadline, and replaces an earlier one in the same sentence. A sentence that
does not speak of the time to apply moves something else: a project, an event.
"""

import re

from config.prose_words import prose_words
from normalize.prose_sentences import CONNECTING, SENTENCE, sentence_around

_FROM = r"(?:\s+(?:from|dal|dall'|du|del?|desde\s+el|vom|von|van|z|do)\s[^.;]{4,40}?)?"
_TO = (
    r"\s+(?:(?:fino|sino|ulteriormente|again|further)\s+)*"
    r"(?:to|until|till?|alle|al|all'|a\s+las|a|au|jusqu'au|bis\s+zum|bis|auf(?:\s+den)?|hasta\s+(?:el|las)|tot|do|ate|para|pana\s+la)"
)
_MOVED_TO = re.compile(_FROM + _TO + CONNECTING.pattern)


def is_moved_to(folded: str, start: int, end: int) -> bool:
    """Tell whether a date is the day to which the time to apply was moved.

    Args:
        folded: The text without accents and capitals.
        start: Where the date begins.
        end: Where it ends.
    """
    begins, ends = sentence_around(folded, start, end)
    words = list(prose_words().extended.finditer(folded, begins, start))
    if not words or not any(_MOVED_TO.fullmatch(folded, word.end(), start) for word in words):
        return False
    sentence = folded[begins : min(ends, end + SENTENCE)]
    if prose_words().deadline.search(sentence):
        return True
    return bool(prose_words().until.search(sentence) and prose_words().applying.search(sentence))
