"""Where few calls or none fit all of a search: what to leave out, and how many that finds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from index.query import SearchQuery
from portal_api import search_view
from portal_api.speech import ngettext, say
from portal_api.state import Portal

WAYS_MAX = 5
"""Ways shown; and words looked at, for each is a search of its own."""
FEW = 5
"""Calls found up to which a search is asked with one thing less as well."""
_TYPED = re.compile(r'-?"[^"]*"?|\S+')


@dataclass(frozen=True, slots=True)
class WayOut:
    """A search with one thing less: in words, and its address."""

    words: str
    href: str


def ways_out(
    portal: Portal,
    query: SearchQuery,
    total: int,
    now: datetime,
    to: search_view.Address = search_view.address,
) -> list[WayOut]:
    """Return the searches with one filter or one word less that find more, most calls first.

    Args:
        portal: Its engine is asked once for each of them.
        query: A search; one that finds enough, or is turned to a later page, has none.
        total: Calls it finds.
        now: The moment.
        to: Makes the address of a search.

    Raises:
        SearchUnavailable: The engine cannot answer.
    """
    if total > FEW or query.offset:
        return []
    found = []
    for label, wider in _wider(portal, query):
        asked = wider.model_copy(update={"limit": 0, "offset": 0})
        count = portal.engine.search(asked, now=now, explained=False).total
        if count > total:
            found.append((count, label, wider))
    found.sort(key=lambda way: -way[0])
    return [
        WayOut(
            ngettext("Without %(what)s: %(num)s call", "Without %(what)s: %(num)s calls", count, what=label),
            to(wider, offset=0),
        )
        for count, label, wider in found[:WAYS_MAX]
    ]


def _wider(portal: Portal, query: SearchQuery) -> Iterator[tuple[str, SearchQuery]]:
    for fields, label in search_view.filters_of(portal, query):
        yield label, query.model_copy(update=fields)
    typed = _TYPED.findall(query.text)
    for left_out in typed[:WAYS_MAX] if len(typed) > 1 else ():
        rest = " ".join(word for word in typed if word != left_out)
        label = left_out if '"' in left_out else say("“%(words)s”", words=left_out)
        yield label, query.model_copy(update={"text": rest})
