"""Every call a question finds, without pages: for whoever compares sets instead of reading hits."""

from datetime import datetime

from index.embedded import EmbeddedEngine
from index.engine import SearchEngine
from index.query import PAGE_SIZE_MAX, SearchQuery


def matching_ids(engine: SearchEngine, query: SearchQuery, *, now: datetime) -> set[str]:
    """Return the ids of all calls that ``query`` finds at ``now``; its page and order do not count.

    Raises:
        SearchUnavailable: The engine cannot answer.
    """
    if isinstance(engine, EmbeddedEngine):
        return engine.matching_ids(query, now=now)
    found: set[str] = set()
    while True:
        asked = query.model_copy(update={"sort": "newest", "offset": len(found), "limit": PAGE_SIZE_MAX})
        result = engine.search(asked, now=now)
        found |= {hit.call_id for hit in result.hits}
        if not result.hits or len(found) >= result.total:
            return found
