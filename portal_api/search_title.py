"""A search in words, for the titles of feeds, calendars and files."""

import re
from itertools import groupby

from index.query import SearchQuery
from portal_api.search_view import chips_of
from portal_api.state import Portal

TITLE = "Funding calls"
TITLE_MAX = 200
_UNPRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def search_title(portal: Portal, query: SearchQuery) -> str:
    """Return a search as a title: "Funding calls: hydrogen; Status: Open; Country: France or Spain".

    Args:
        portal: Where the words of sources and areas are looked up.
        query: Its order and page have no part in it.
    """
    said = [query.text] if query.text.strip() else []
    for title, chips in groupby(chips_of(portal, query), key=lambda chip: chip.title):
        labels = [chip.label for chip in chips]
        said.append("; ".join(labels) if title == "Range" else f"{title}: {' or '.join(labels)}")
    if not said:
        return TITLE
    title = " ".join(_UNPRINTED.sub(" ", f"{TITLE}: {'; '.join(said)}").split())
    return title if len(title) <= TITLE_MAX else f"{title[: TITLE_MAX - 1]}…"
