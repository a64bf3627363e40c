"""One page of hits in the order asked for. Every order is total, so that pages never overlap."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from tantivy import DocAddress, Query

from index.paging import Cursor, CursorError, fingerprint
from index.tantivy_queries import Question, both
from index.tantivy_reader import Reader, place_of, within
from normalize.call import Status

_BEYOND = 20
"""Hits asked for beyond the page, to see where its last group of equals ends."""
_BEYOND_EQUALS = 1_000
"""Hits asked for where a page may end among equals: they often are many, and cost less than a second pass."""
_COUNTED_WITH = 10_000
"""Offset up to which hits are counted in the pass that finds them; a page far beyond is counted first."""
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
_ALIKE = 100
"""Scores that differ by less than a part of so many are alike: then the nearer deadline comes first."""
_BY_STATUS: tuple[tuple[Status, ...], ...] = (
    ("open",),
    ("forthcoming",),
    ("unknown",),
    ("closed", "withdrawn"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A hit and its place: by group, then score from above, then order, then id."""

    address: DocAddress
    group: int = 0
    score: float = 0.0
    order: int = 0
    call_id: str = ""

    def key(self) -> tuple[int, float, int, str]:
        """Return what places are sorted by."""
        return self.group, -self.score, self.order, self.call_id


class _Found(NamedTuple):
    """The first hits in an order, and the place of the next one; None when there is no other."""

    places: list[Place]
    beyond: Place | None


@dataclass(frozen=True, slots=True)
class Page:
    """Hits of one page, how many there are in all, and where the next page begins."""

    total: int
    places: Sequence[Place]
    next_cursor: str | None


def page_of(reader: Reader, asked: Question, cursor: Cursor | None) -> Page:
    """Return the page asked for.

    Args:
        reader: The state of the index.
        asked: The question, as of the cursor's moment when there is one.
        cursor: Where the page before ended.

    Raises:
        CursorError: It belongs to another question.
    """
    return _Pages(reader, asked, cursor).page()


class _Pages:
    """Finds one page, after a cursor or by offset."""

    def __init__(self, reader: Reader, asked: Question, cursor: Cursor | None) -> None:
        self._reader = reader
        self._asked = asked
        self._query = asked.query()
        self._question = fingerprint(asked.asked.question().model_dump_json(exclude_defaults=True))
        if cursor is not None and cursor.question != self._question:
            raise CursorError("the cursor belongs to another question")
        self._after = cursor
        self._total: int | None = None
        """Counted in the pass that finds the hits, where one pass meets them all."""
        self._by_words = asked.text.ranks and asked.asked.sort == "relevance"

    def page(self) -> Page:
        query = self._asked.asked
        places: list[Place] = []
        if query.limit and query.offset <= _COUNTED_WITH and self._in_one_pass():
            places = self._ordered(query.offset + query.limit + 1)[query.offset :]
        total = self._reader.count(self._query) if self._total is None else self._total
        if self._total is None and query.limit and query.offset < total:
            places = self._ordered(query.offset + query.limit + 1)[query.offset :]
        if not places:
            return Page(total, [], None)
        shown = places[: query.limit]
        following = self._cursor(shown[-1], query.offset + len(shown)) if len(places) > len(shown) else None
        return Page(total, shown, following)

    def _in_one_pass(self) -> bool:
        """Tell whether the pass that finds this page meets every hit: not those before a cursor's place."""
        return self._by_words or (self._after is None and self._asked.asked.sort != "relevance")

    def _ordered(self, upto: int) -> list[Place]:
        if self._asked.asked.sort == "newest":
            return self._by_newest(upto)
        if self._asked.asked.sort == "deadline":
            return self._by_deadline(self._query, upto, group=0)
        return self._by_score(upto) if self._by_words else self._by_status(upto)

    def _counted(
        self, query: Query, limit: int, order_by: str, *, descending: bool = False
    ) -> tuple[int | None, list[tuple[float, DocAddress]]]:
        """Return how many there are, where this pass meets them all, and the first in an order."""
        if self._in_one_pass():
            return self._reader.find_and_count(query, limit, order_by=order_by, descending=descending)
        return None, self._reader.find(query, limit, order_by=order_by, descending=descending)

    def _by_newest(self, upto: int) -> list[Place]:
        """Order by first seen, the newest first; the order is kept negative so that it rises."""
        query = self._query
        if self._after:
            query = both(query, within("newest_order", _LOWEST, -self._after.order))

        def find(limit: int, _wanted: int) -> _Found:
            self._total, found = self._counted(query, limit, "newest_order", descending=True)
            places = [Place(address, order=-int(value)) for value, address in found]
            return _Found(places, places[-1] if len(places) == limit else None)

        return self._rest(find, upto)

    def _by_deadline(self, query: Query, upto: int, *, group: int) -> list[Place]:
        """Order by the next deadline as of now.

        The indexed order was right when the call was written. Calls whose deadline has passed since
        are few (the next synchronising writes them again); they are placed anew and merged in.
        """
        fresh = self._asked.fresh(query)
        stale = [
            Place(one.address, group=group, order=one.order, call_id=one.call_id)
            for one in self._asked.stale_of(query)
        ]
        if self._after and self._after.group == group:
            fresh = both(fresh, within("deadline_order", self._after.order, _HIGHEST))

        def find(limit: int, _wanted: int) -> _Found:
            count, found = self._counted(fresh, limit, "deadline_order")
            self._total = None if count is None else count + len(stale)
            places = [Place(address, group=group, order=int(value)) for value, address in found]
            # Beyond the last one found nothing is known yet.
            last = places[-1] if len(places) == limit else None
            return _Found(places + [one for one in stale if last is None or one.order < last.order], last)

        return self._rest(find, upto)

    def _by_status(self, upto: int) -> list[Place]:
        """Order what is open before what is forthcoming, unknown, over; within each by deadline."""
        places: list[Place] = []
        for group, statuses in enumerate(_BY_STATUS):
            if len(places) < upto and not (self._after and group < self._after.group):
                query = self._asked.of_status(*statuses)
                places += self._by_deadline(query, upto - len(places), group=group)
        return places

    def _by_score(self, upto: int) -> list[Place]:
        """Order by score; hits that fit alike by their next deadline."""
        scored = self._asked.scored()
        already = self._after.seen if self._after else 0

        def find(limit: int, wanted: int) -> _Found:
            self._total, hits = self._reader.find_and_count(scored, limit + already)
            # `round` looks for the nearest decimal fraction, four times as slowly.
            worth = [int(score * _ALIKE + 0.5) / _ALIKE for score, _ in hits]
            # What is worth less than the last hit wanted only tells where its equals end.
            end = next((at for at in range(already + wanted, len(hits)) if worth[at] < worth[at - 1]), None)
            if end is None and len(hits) == limit + already:
                return _Found([], Place(hits[-1][1], score=worth[-1], order=_LOWEST))
            beyond = None if end is None else Place(hits[end][1], score=worth[end], order=_LOWEST)
            return self._nearest(
                worth[:end], [address for _, address in hits[:end]], already + wanted, beyond
            )

        return self._rest(find, upto, _BEYOND_EQUALS if self._asked.text.is_rough else 0)

    def _nearest(
        self, worth: Sequence[float], addresses: Sequence[DocAddress], wanted: int, beyond: Place | None
    ) -> _Found:
        """Return the first of some hits by what they are worth, then by deadline."""
        orders = self._reader.values("deadline_order", addresses)
        if self._asked.stale:
            for index, address in enumerate(addresses):
                if stale := self._asked.stale.get(place_of(address)):
                    orders[index] = stale.order
        keys = sorted(zip([-score for score in worth], orders, range(len(orders)), strict=True))
        end = next((at for at in range(wanted, len(keys)) if keys[at][:2] != keys[at - 1][:2]), len(keys))
        found = [Place(addresses[at], score=-score, order=order) for score, order, at in keys[: end + 1]]
        return _Found(found[:end], found[end] if end < len(keys) else beyond)

    def _rest(self, find: Callable[[int, int], _Found], upto: int, least: int = 0) -> list[Place]:
        """Return the first places after the cursor, in order; what ties at their end is seen whole.

        Args:
            find: Looks at a number of hits, and returns those of them wanted or more.
            upto: Places wanted.
            least: Hits to look at.
        """
        limit, wanted = max(upto + _BEYOND, least), upto
        while True:
            found, beyond = find(limit, wanted)
            found.sort(key=lambda place: (place.group, -place.score, place.order))
            places = self._after_cursor(self._identified(found))
            if beyond is None or (len(places) >= upto and _is_before(places[upto - 1], beyond)):
                return places[:upto]
            # Equals go on beyond what was found and must be whole to be ordered, or a cursor is behind them.
            limit, wanted = max(limit * 4, _BEYOND_EQUALS), wanted * 4

    def _identified(self, places: list[Place]) -> list[Place]:
        """Order equals by id: ids are read only where something ties, or the cursor may stand."""
        ordered: list[Place] = []
        for (_, score, order), tied in groupby(places, key=lambda p: (p.group, -p.score, p.order)):
            equals = list(tied)
            cursor = self._after
            may_be_last = cursor is not None and (score, order) == (-cursor.score, cursor.order)
            if len(equals) > 1 or may_be_last:
                equals = sorted(map(self._with_id, equals), key=lambda place: place.call_id)
            ordered += equals
        return ordered

    def _with_id(self, place: Place) -> Place:
        if place.call_id:
            return place
        call_id, _ = self._reader.shown(place.address)
        return Place(place.address, place.group, place.score, place.order, call_id)

    def _after_cursor(self, places: list[Place]) -> list[Place]:
        cursor = self._after
        if cursor is None:
            return places
        end = (cursor.group, -cursor.score, cursor.order, cursor.call_id)
        return [place for place in places if place.key() > end]

    def _cursor(self, last: Place, shown: int) -> str:
        place = self._with_id(last)
        seen = shown + (self._after.seen if self._after else 0)
        return Cursor(
            question=self._question,
            moment=self._asked.moment,
            seen=seen,
            group=place.group,
            score=float(place.score),
            order=place.order,
            call_id=place.call_id,
            snapshot=self._reader.stamp if self._by_words else "",
        ).written()


def _is_before(one: Place, other: Place) -> bool:
    """Tell whether a hit comes before another one, and before whatever comes after that."""
    return (-one.score, one.order) < (-other.score, other.order)
