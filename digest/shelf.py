"""All calls at one moment, as sets of bits: ten thousand saved searches are answered in seconds.

A set of calls is one integer, bit n for call n: "and", "or" and "not" of whole sets cost less than
a microsecond. Filters are worked out from the very facet values and moments an index document
holds, and a test asks engine and shelf the same questions. Words are asked of the engine, once
for each different text: which words count as misspelt depends on what all calls hold.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR
from functools import cached_property

from digest.profile import Profile
from index.documents import build_document, facet_values, moment_of
from index.query import FACETS, FacetName, SearchQuery
from index.ranges import cents, first_instant, last_instant
from normalize.call import Call, Deadline
from store.known_calls import SIZE, call_key

ALIVE = ("open", "forthcoming", "unknown")
"""Statuses of what one may still apply for."""


class Shelf:
    """The calls of the store as of ``now``.

    Args:
        calls: All of them.
        now: UTC.
        find_text: Ids of the calls that the engine finds for a text, without any filter.
    """

    def __init__(self, calls: Sequence[Call], now: datetime, find_text: Callable[[str], set[str]]) -> None:
        self.calls = calls
        self.now = now
        self.place = {call.id: at for at, call in enumerate(calls)}
        self._by_key = {call_key(call.id): at for at, call in enumerate(calls)}
        self._find_text = find_text
        self._texts: dict[str, int] = {}
        self._answers: dict[SearchQuery, int] = {}
        self._profiles: dict[Profile, int] = {}
        self._profile_parts: dict[tuple[str, object], int] = {}
        self._near: dict[timedelta, int] = {}
        self._ranges: dict[tuple[str, int | None, int | None], int] = {}
        self.next_deadlines: list[Deadline | None] = [call.next_deadline_at(now) for call in calls]
        self.everything = (1 << len(calls)) - 1
        self.postings = self._postings()
        self.alive = self._any("status", ALIVE)

    def _postings(self) -> dict[tuple[FacetName, str], int]:
        found: dict[tuple[FacetName, str], list[int]] = {}
        for at, call in enumerate(self.calls):
            for facet, values in facet_values(call).items():
                for value in values:
                    found.setdefault((facet, value), []).append(at)
            found.setdefault(("status", call.status_at(self.now)), []).append(at)
        return {name: self.bits(places) for name, places in found.items()}

    # --- sets

    def bits(self, places: Iterable[int]) -> int:
        """Return the set of the calls at these places."""
        found = bytearray(len(self.calls) // 8 + 1)
        for at in places:
            found[at >> 3] |= 1 << (at & 7)
        return int.from_bytes(found, "little")

    def bits_of(self, call_ids: Iterable[str]) -> int:
        """Return the set of these calls; ids of none are left out."""
        return self.bits(self.place[call_id] for call_id in call_ids if call_id in self.place)

    def bits_of_known(self, packed: bytes) -> int:
        """Return the set of the calls whose keys are packed (see `store.known_calls`)."""
        by_key = self._by_key
        keys = (packed[at : at + SIZE] for at in range(0, len(packed), SIZE))
        return self.bits(by_key[key] for key in keys if key in by_key)

    def packed(self, bits: int) -> bytes:
        """Return the packed keys of a set."""
        return b"".join(sorted(call_key(self.calls[at].id) for at in places_of(bits)))

    # --- questions

    def matching(self, query: SearchQuery) -> int:
        """Return the calls a saved search finds: what the search page would list, all pages."""
        asked = query.model_copy(update={"offset": 0, "limit": 0, "sort": "relevance"})
        if asked not in self._answers:
            self._answers[asked] = self._answer(asked)
        return self._answers[asked]

    def _answer(self, query: SearchQuery) -> int:
        found = self.everything
        for facet in FACETS:
            values = getattr(query, facet)
            if values:
                found &= self._any(facet, values)
        for part in self._range_filters(query):
            found &= part
        if found and query.text.strip():
            found &= self._text(query.text)
        return found

    def fitting(self, profile: Profile) -> int:
        """Return the calls that are for a company."""
        if profile not in self._profiles:
            self._profiles[profile] = self._fit(profile)
        return self._profiles[profile]

    def _fit(self, profile: Profile) -> int:
        found = self._those(("place", (profile.country, profile.region)), profile.fits_place)
        found &= self._those(("kinds", profile.kinds), profile.fits_applicant)
        found &= self._those(("trl", profile.trl), profile.fits_trl)
        if profile.areas:
            areas = tuple(area for area in profile.areas if "." in area)
            sectors = tuple(area for area in profile.areas if "." not in area)
            found &= self._any("area", areas) | self._any("sector", sectors)
        return found

    def _those(self, name: tuple[str, object], fits: Callable[[Call], bool]) -> int:
        if name not in self._profile_parts:
            self._profile_parts[name] = self.bits(at for at, call in enumerate(self.calls) if fits(call))
        return self._profile_parts[name]

    def _any(self, facet: FacetName, values: Iterable[str]) -> int:
        found = 0
        for value in values:
            found |= self.postings.get((facet, value), 0)
        return found

    def _text(self, text: str) -> int:
        if text not in self._texts:
            self._texts[text] = self.bits_of(self._find_text(text))
        return self._texts[text]

    def near(self, within: timedelta) -> int:
        """Return the calls whose next deadline is at most this far away."""
        if within not in self._near:
            end = self.now + within
            self._near[within] = self.bits(
                at
                for at, following in enumerate(self.next_deadlines)
                if following is not None and following.at is not None and following.at <= end
            )
        return self._near[within]

    def by_deadline(self, bits: int) -> list[int]:
        """Return the places of a set, the nearest deadline first, those without a date last."""
        return sorted(places_of(bits), key=self._rank.__getitem__)

    @cached_property
    def _rank(self) -> list[int]:
        def key(at: int) -> tuple[bool, datetime, str]:
            following = self.next_deadlines[at]
            when = following.at if following else None
            return (when is None, when or self.now, self.calls[at].id)

        rank = [0] * len(self.calls)
        for place, at in enumerate(sorted(range(len(self.calls)), key=key)):
            rank[at] = place
        return rank

    # --- ranges, with the bounds of `index.query.SearchQuery`

    def _range_filters(self, query: SearchQuery) -> Iterator[int]:
        if query.deadline_from or query.deadline_to:
            yield self._between(
                "next_at", first_instant(query.deadline_from), last_instant(query.deadline_to)
            )
        if query.opens_from or query.opens_to:
            yield self._between("opens", first_instant(query.opens_from), last_instant(query.opens_to))
        if query.budget_min is not None or query.budget_max is not None:
            low, high = cents(query.budget_min, ROUND_CEILING), cents(query.budget_max, ROUND_FLOOR)
            yield self._between("budget", low, high)
        if query.new_since:
            yield self._between("first_seen", first_instant(query.new_since), None)

    def _between(self, name: str, low: int | None, high: int | None) -> int:
        key = (name, low, high)
        if key not in self._ranges:
            self._ranges[key] = self.bits(
                at
                for at, value in enumerate(self._moments[name])
                if value is not None and (low is None or value >= low) and (high is None or value <= high)
            )
        return self._ranges[key]

    @cached_property
    def _moments(self) -> dict[str, list[int | None]]:
        documents = [build_document(call) for call in self.calls]
        pairs = list(zip(self.calls, self.next_deadlines, strict=True))
        return {
            "next_at": [
                moment_of(following.at) if following and following.at and not call.withdrawn else None
                for call, following in pairs
            ],
            "opens": [moment_of(call.opens_at) if call.opens_at else None for call in self.calls],
            "budget": [document.budget_cents for document in documents],
            "first_seen": [document.first_seen for document in documents],
        }


def places_of(bits: int) -> Iterator[int]:
    """Yield the places in a set, lowest first."""
    whole = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    for at, byte in enumerate(whole):
        while byte:
            low = byte & -byte
            yield at * 8 + low.bit_length() - 1
            byte ^= low
