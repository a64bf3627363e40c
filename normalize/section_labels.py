"""Section labels glued to their sections: "ExpectedOutcome:Projects should", "the market.Scope:Proposals".

Exports that strip a page's tags join heading and text. A label is parted only where it is glued: text begins
right after its colon, and before it stands nothing or the end of a sentence.
"""

import re

_WORDS = """
Expected Outcome, Expected Outcomes, Expected Impact, Expected Impacts, Expected Results, Scope, Objective,
Objectives, Specific Challenge, Specific Objective, Specific Objectives, Background, Context,
Outcomes and deliverables, Activities, Eligibility, Budget, Themes and priorities, Targeted stakeholders,
Who can apply, Deadline
"""
_LABELS = {
    label.replace(" ", ""): label
    for label in (" ".join(word.split()) for word in _WORDS.replace("\n", " ").split(","))
}
_GLUED = re.compile(
    r"(?:^|(?<=[.!?:;)\]”\"]))[ \t]*(?P<label>"
    + "|".join(sorted((label.replace(" ", "[ ]?") for label in _LABELS.values()), key=len, reverse=True))
    + r"):(?=[^\W\d_])",
    re.MULTILINE,
)


def part_labels(text: str) -> str:
    """Return plain text with every glued label on a line of its own, its words apart.

    Args:
        text: Plain text; anything but glued labels comes back as it was.
    """
    if ":" not in text:
        return text
    return _GLUED.sub(lambda match: f"\n{_LABELS[match['label'].replace(' ', '')]}:\n", text).lstrip("\n")
