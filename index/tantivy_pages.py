"""One page of hits in the order asked for. Every order is total, so that pages never overlap."""

from tantivy import DocAddress, Query

from index.tantivy_queries import Question
from index.tantivy_reader import Reader, place_of
from normalize.call import Status

Hits = list[tuple[float, DocAddress]]
_BEYOND = 20
"""Hits asked for beyond the page, to see where its last group of equals ends."""
_SCORE_DIGITS = 3
"""Scores that differ less are alike: then the nearer deadline comes first."""
_BY_STATUS: tuple[tuple[Status, ...], ...] = (
    ("open",),
    ("forthcoming",),
    ("unknown",),
    ("closed", "withdrawn"),
)


def page_of(reader: Reader, asked: Question) -> tuple[int, Hits]:
    """Return the total and the page's hits with their scores."""
    query = asked.asked
    everything = asked.query()
    total = reader.count(everything)
    upto = min(query.offset + query.limit, total)
    if query.offset >= upto:
        return total, []
    if query.sort == "newest":
        hits = reader.find(everything, upto, order_by="newest_order", descending=True)
        return total, [(0.0, address) for _, address in hits[query.offset :]]
    if query.sort == "deadline":
        return total, _by_deadline(reader, asked, everything, upto)[query.offset :]
    if asked.text.ranks:
        return total, _by_score(reader, asked, upto)[query.offset :]
    return total, _by_status(reader, asked, upto)


def _by_score(reader: Reader, asked: Question, upto: int) -> Hits:
    """Order by score; hits that fit alike by their next deadline."""
    scored, limit = asked.scored(), upto + _BEYOND
    while True:
        found = [(round(score, _SCORE_DIGITS), address) for score, address in reader.find(scored, limit)]
        if len(found) < limit or found[-1][0] < found[upto - 1][0]:
            break
        limit *= 4  # the group of equals at the page's end goes on: it must be whole to be ordered
    addresses = [address for _, address in found]
    orders = reader.values("deadline_order", addresses)
    for index, address in enumerate(addresses):
        if stale := asked.stale.get(place_of(address)):
            orders[index] = stale.order
    ranked = sorted(range(len(found)), key=lambda index: (-found[index][0], orders[index]))
    return [found[index] for index in ranked[:upto]]


def _by_status(reader: Reader, asked: Question, upto: int) -> Hits:
    """Order what is open before what is forthcoming, unknown, over; within each by deadline."""
    hits: Hits = []
    start = 0
    for statuses in _BY_STATUS:
        group = asked.of_status(*statuses)
        end = start + reader.count(group)
        if end > asked.asked.offset and start < upto:
            first = max(asked.asked.offset - start, 0)
            hits += _by_deadline(reader, asked, group, min(upto, end) - start)[first:]
        start = end
    return hits


def _by_deadline(reader: Reader, asked: Question, query: Query, upto: int) -> Hits:
    """Order by the next deadline as of now.

    The indexed order was right when the call was written. Calls whose deadline has passed since
    are few (the next synchronising writes them again); they are placed anew and merged in.
    """
    fresh = reader.find(asked.fresh(query), upto, order_by="deadline_order")
    merged = [(int(order), address) for order, address in fresh]
    merged += [(stale.order, stale.address) for stale in asked.stale_of(query)]
    merged.sort(key=lambda item: item[0])
    return [(0.0, address) for _, address in merged[:upto]]
