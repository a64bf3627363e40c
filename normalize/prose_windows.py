"""The time to apply as two dates beside each other: "domande dal 15 aprile 2027 al 3 giugno 2027"."""

import re

from config.prose_words import prose_words
from normalize.moved_dates import sentence_around

NEAR = 70
"""Characters within which words belong to a date (recorded Italian and French pages)."""
_CLOSES = re.compile(r"[^.;\n]{0,20}\b(?:al|alle|au|bis|to|al dia|tot|do|ate|a)\b.{0,40}", re.DOTALL)
"""What stands between the first and the last day of a window: "dal 15/04 alle ore 12 del 03/06"."""
_FROM = re.compile(r"\b(?:dal(?:le|l')?|from|vom|ab|du|desde|od|van|fran|fra)\b")
_OF_A_DOCUMENT = re.compile(
    r"(?:richtlinie\w*|bekanntmachung\w*|verordnung\w*|gesetz\w*|fassung|erlass\w*|reglement\w*|arrete\w*|decret\w*"
    r"|loi|deliber\w*|determin\w*|delibera|ley|orden|resolucion|convocatoria|version)\s*$"
)
"""A document has a day of its own: "nach der Richtlinie vom 3. Mai bis zum 30. Juni einzureichen"."""
_TAKES_PLACE = re.compile(
    r"\b(?:si terr\w*|si svolg\w*|avra luogo|fier[ae]\w*|takes? place|held|stattfind\w*|se celebra\w*"
    r"|aura lieu|se tiendr\w*|se deroul\w*)\b"
)
"""A fair or a course has a window of its own, in sentences that speak of applying for it."""
_ONLY_BETWEEN = re.compile(
    r"(?:[\W\d_]|\b(?:e|ed|and|et|und|y|fino|sino|entro|non|oltre|until|till?|to|no|later|than|jusqu|au|a|al|alle|le|ore"
    r"|il|the|bis|zum|spatestens|hasta|el|las|del|dell|giorno|dia|hs?|heures|horas|hours|uhr|um|am|on|of|du|tot|do|ate"
    r"|at|by)\b)*"
)
"""All words that may stand between the first day of a window and the last, if nothing else is said."""


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
    return not (prose_words().other_end.search(sentence) or _TAKES_PLACE.search(sentence))


def opens_window(folded: str, first: re.Match[str], last: re.Match[str]) -> bool:
    """Tell whether the first of two dates is the day on which begins what the second ends.

    Only where no other word stands between them: "the form is there from 2 May, applications until 9 June"
    tells of two things.
    """
    begins, _ = sentence_around(folded, first.start(), first.end())
    nothing_else = _ONLY_BETWEEN.fullmatch(folded, first.end(), last.start())
    return nothing_else is not None and _begins(folded[begins : first.start()])


def _begins(before: str) -> bool:
    near = before[-NEAR // 2 :]
    words = list(_FROM.finditer(near))
    return bool(words) and _OF_A_DOCUMENT.search(near[: words[-1].start()]) is None
