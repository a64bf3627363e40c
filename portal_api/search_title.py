"""A search in words, for the titles of feeds, calendars and files."""

from itertools import groupby

from index.query import SearchQuery
from portal_api.search_view import chips_of
from portal_api.state import Portal

TITLE = "Funding calls"
TITLE_MAX = 200


def search_title(portal: Portal, query: SearchQuery) -> str:
    """Return a search as a title: "Funding calls: hydrogen; Status: Open; Country: France or Spain".

    Args:
        portal: Where the words of sources and areas are looked up.
        query: Its order and page have no part in it.
    """
    said = [" ".join(query.text.split())] if query.text.strip() else []
    for title, chips in groupby(chips_of(portal, query), key=lambda chip: chip.title):
        labels = [chip.label for chip in chips]
        said.append("; ".join(labels) if title == "Range" else f"{title}: {' or '.join(labels)}")
    if not said:
        return TITLE
    title = f"{TITLE}: {'; '.join(said)}"
    return title if len(title) <= TITLE_MAX else f"{title[: TITLE_MAX - 1]}…"
