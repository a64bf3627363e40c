"""The time to apply as two dates beside each other: "domande dal 15 aprile 2027 al 3 giugno 2027"."""

import re

from config.prose_words import prose_words
from normalize.prose_sentences import CONNECTING, NEAR, sentence_around

_CLOSES = re.compile(r"[^.;\n]{0,20}\b(?:al|alle|au|bis|to|al dia|tot|do|ate|a)\b.{0,40}", re.DOTALL)
"""What stands between the first and the last day of a window: "dal 15/04 alle ore 12 del 03/06"."""


def closes_window(between: str) -> bool:
    """Tell whether words between two dates make the second the end of what the first begins."""
    return _CLOSES.fullmatch(between) is not None


def is_window_to_apply(folded: str, first: re.Match[str], last: re.Match[str]) -> bool:
    """Tell whether the dates of a window are the first and the last day to apply, and of nothing else.

    Args:
        folded: The text without accents and capitals.
        first: Its first day.
        last: Its last day.
    """
    begins, ends = sentence_around(folded, first.start(), last.end())
    before = folded[begins : first.start()]
    if not _begins(before) or not prose_words().applying.search(before[-2 * NEAR :]):
        return False
    sentence = folded[begins : min(ends, last.end() + NEAR // 2)]
    return not (prose_words().other_end.search(sentence) or prose_words().takes_place.search(sentence))


def opens_window(folded: str, first: re.Match[str], last: re.Match[str]) -> bool:
    """Tell whether the first of two dates is the day on which begins what the second ends.

    Only where no other word stands between them: "the form is there from 2 May, applications until 9 June"
    tells of two things.
    """
    begins, _ = sentence_around(folded, first.start(), first.end())
    nothing_else = CONNECTING.fullmatch(folded, first.end(), last.start())
    return nothing_else is not None and _begins(folded[begins : first.start()])


def _begins(before: str) -> bool:
    """Tell whether a word of beginning leads to a date, and not the day that a document bears."""
    near = before[-NEAR // 2 :]
    words = list(prose_words().beginning.finditer(near))
    if not words:
        return False
    end = len(near[: words[-1].start()].rstrip())
    return all(document.end() != end for document in prose_words().document.finditer(near, 0, end))
