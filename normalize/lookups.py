"""The source's words to ours, by the tables of its entry."""

from collections.abc import Iterable

from config.sources import Source
from normalize.errors import RecordError
from normalize.text import clean_line


def look_up(field: str, words: Iterable[str], source: Source) -> tuple[str, ...]:
    """Return our words for the source's, each once, in order; blank words count as not stated.

    A table's value is a word of ours, a list of them, or "" for a word that is known and means
    nothing to us.

    Raises:
        RecordError: A word that the entry's table for ``field`` does not hold: never a guess.
    """
    table = source.lookups.get(field, {})
    found: dict[str, None] = {}
    for word in words:
        key = " ".join(word.split())
        if not key:
            continue
        if key not in table:
            raise RecordError("unknown word", field=field, value=word)
        ours = table[key]
        found |= dict.fromkeys([ours] if isinstance(ours, str) else ours)
    found.pop("", None)
    return tuple(found)


def look_up_status(word: str | None, source: Source) -> str | None:
    """Return our word for the source's status; its own word where the entry has no table for it.

    Raises:
        RecordError: As `look_up`.
    """
    if not word or not word.strip():
        return None
    if "status" not in source.lookups:
        return clean_line(word) or None
    return next(iter(look_up("status", [word], source)), None)
