"""Search as you type: how a text may go on, from the words of the calls that already fit."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from index.engine import SearchEngine
from index.query import Highlight, SearchQuery, SearchResult

SUGGESTIONS_MAX = 8
_LOOKED_AT = 40
"""Hits whose words are counted."""
_LAST_WORD = re.compile(r"\S+$")


class SuggestedCall(BaseModel):
    """A call that fits what is typed so far."""

    model_config = ConfigDict(frozen=True)

    call_id: str
    title: str


class Suggestions(BaseModel):
    """How a text may go on, and the first calls that fit it."""

    model_config = ConfigDict(frozen=True)

    text: str
    completions: tuple[str, ...]
    calls: tuple[SuggestedCall, ...]


def suggest(engine: SearchEngine, text: str, *, now: datetime, limit: int = SUGGESTIONS_MAX) -> Suggestions:
    """Return what somebody may be about to type.

    Completions are words as calls write them, accents and all, the most frequent among the first
    hits first; a text with a typing error is completed by the text without it. Nothing is suggested
    for an empty text.

    Args:
        engine: Asked once.
        text: What is typed so far.
        now: Timezone-aware; what can be applied for comes first.
        limit: Completions, and calls, at most.

    Raises:
        SearchUnavailable: The engine cannot answer.
    """
    if not text.strip() or not limit:
        return Suggestions(text=text, completions=(), calls=())
    result = engine.search(SearchQuery(text=text, limit=_LOOKED_AT, expand=False), now=now)
    texts = [result.suggestion] if result.suggestion else []
    texts += _completed(text, result)
    calls = [SuggestedCall(call_id=hit.call_id, title=_title(hit.highlights)) for hit in result.hits[:limit]]
    return Suggestions(text=text, completions=tuple(dict.fromkeys(texts))[:limit], calls=tuple(calls))


def _title(highlights: tuple[Highlight, ...]) -> str:
    return next((part.text for part in highlights if part.field == "title"), "")


def _completed(text: str, result: SearchResult) -> Iterator[str]:
    """Yield the text with its last word completed, the word most calls have first."""
    begun = _LAST_WORD.search(text)
    if begun is None:
        return
    words = Counter(
        word
        for hit in result.hits
        for word in {why.found.lower() for why in hit.reasons if why.by == "prefix" and why.field != "body"}
    )
    for word, _ in sorted(words.items(), key=lambda item: (-item[1], item[0])):
        if " " not in word:
            yield text[: begun.start()] + word
