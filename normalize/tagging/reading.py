"""What the tagger reads of a call: its fields, without what says nothing of the technology."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

READ_MAX = 200_000
"""Characters read of a description; no call says its purpose only after that."""
ACTION_TYPES = re.compile(
    r"\((?:R?IA|CSA|PCP|PPI|COFUND|FPA|SGA|ERC|MSCA|(?:Coordination and Support|Research and Innovation"
    r"|Innovation) Actions?)\)"
)


@dataclass(frozen=True, slots=True)
class TagText:
    """What the tagger reads of a call; every text plain.

    Attributes:
        keywords: Offsets of evidence in them are those of the keywords joined by line feeds.
        language: ISO 639-1 of the texts; None when unknown.
    """

    title: str
    summary: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    call_identifier: str | None = None
    programme: str | None = None
    language: str | None = None

    def value(self, field: str) -> str:
        """Return the text that offsets of the field count in."""
        text = "\n".join(self.keywords) if field == "keywords" else getattr(self, field)
        return text or ""


class Reader:
    """Blanks action types in titles and the sentences around boilerplate; offsets stay."""

    def __init__(self, boilerplate: Sequence[str]) -> None:
        self._boilerplate = tuple(phrase.lower() for phrase in boilerplate)

    def fields(self, text: TagText) -> list[tuple[str, str]]:
        """Return (field, text to look for terms in) for each field there is."""
        read = [
            ("title", ACTION_TYPES.sub(lambda match: " " * len(match.group()), text.title)),
            ("summary", self._sentences(text.summary[:READ_MAX])),
            ("description", self._sentences(text.description[:READ_MAX])),
            ("keywords", text.value("keywords")[:READ_MAX]),
        ]
        return [(field, value) for field, value in read if value]

    def _sentences(self, text: str) -> str:
        """Blank each sentence that holds a phrase every call of a programme repeats."""
        kept: list[str] = []
        done = 0
        for begin, stop in self._phrases(text):
            if begin < done:
                continue
            start = max(text.rfind(mark, done, begin) for mark in ".\n") + 1 or done
            stops = [found for mark in ".\n" if (found := text.find(mark, stop)) >= 0]
            end = min(stops, default=len(text))
            kept.append(text[done:start] + " " * (end - start))
            done = end
        return "".join(kept) + text[done:] if kept else text

    def _phrases(self, text: str) -> list[tuple[int, int]]:
        """Return where the phrases stand as whole words, in reading order.

        Twenty searches for a fixed string are ten times quicker than one for their alternation.
        """
        lower = text.lower()
        if len(lower) != len(text):  # "İ" lowers to two characters, and every offset after it moves
            lower = "".join(sign.lower()[0] for sign in text)
        found: list[tuple[int, int]] = []
        for phrase in self._boilerplate:
            begin = lower.find(phrase)
            while begin >= 0:
                end = begin + len(phrase)
                if not lower[begin - 1 : begin].isalnum() and not lower[end : end + 1].isalnum():
                    found.append((begin, end))
                begin = lower.find(phrase, end)
        return sorted(found)
