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
        phrases = "|".join(re.escape(phrase) for phrase in boilerplate)
        self._boilerplate = re.compile(rf"\b(?:{phrases})\b", re.IGNORECASE) if phrases else None

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
        if self._boilerplate is None:
            return text
        kept: list[str] = []
        done = 0
        for match in self._boilerplate.finditer(text):
            if match.start() < done:
                continue
            start = max(text.rfind(mark, done, match.start()) for mark in ".\n") + 1 or done
            stops = [stop for mark in ".\n" if (stop := text.find(mark, match.end())) >= 0]
            end = min(stops, default=len(text))
            kept.append(text[done:start] + " " * (end - start))
            done = end
        return "".join(kept) + text[done:]
