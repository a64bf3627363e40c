"""The source's words to ours, by the tables of its entry."""

from collections.abc import Iterable

from config.sources import Source
from normalize.errors import RecordError


def look_up(field: str, words: Iterable[str], source: Source) -> tuple[str, ...]:
    """Return our words for the source's, each once, in order.

    A table's value is a word of ours, a list of them, or "" for a word that is known and means
    nothing to us.

    Raises:
        RecordError: A word that the entry's table for ``field`` does not hold: never a guess.
    """
    table = source.lookups.get(field, {})
    found: dict[str, None] = {}
    for word in words:
        key = " ".join(word.split())
        if key not in table:
            raise RecordError("unknown word", field=field, value=word)
        ours = table[key]
        found |= dict.fromkeys([ours] if isinstance(ours, str) else ours)
    found.pop("", None)
    return tuple(found)
