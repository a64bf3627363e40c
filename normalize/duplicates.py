"""The same call seen twice: through two sources, or cut into lots by one. Pure.

A wrong merge hides a call, a missed one only shows it twice: every rule here needs two independent
signs, and a word or a number that stands in one title and another in its place in the other ends it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from zoneinfo import ZoneInfo

from normalize.call import Call
from normalize.duplicate_references import address_key, references_of
from normalize.duplicate_titles import Title, acronyms_in, same_title, title_of

CROWD = 60
"""More calls than this under one key share a habit, not a call; the key tells nothing then."""
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Match:
    """Two calls that are the same, and why; ``one`` sorts before ``other``."""

    one: str
    other: str
    reason: str


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """Calls that are the same.

    Attributes:
        lead: Id of the call that stands for all.
        reasons: Id of each member -> why it belongs here; the lead among them.
    """

    lead: str
    reasons: Mapping[str, str]


def find_groups(calls: Iterable[Call], apart: Collection[Pair] = ()) -> list[FoundGroup]:
    """Return the groups among calls, each call in at most one.

    Args:
        calls: Every call; a withdrawn one is in no group.
        apart: Pairs of ids, the lower first, that staff said are not the same. They never end up in
            one group, not even by way of a third call.
    """
    by_id = {call.id: call for call in calls if not call.withdrawn}
    groups = _Groups(frozenset(apart))
    for match in find_matches(list(by_id.values())):
        groups.join(match)
    return [_group([by_id[call_id] for call_id in ids], reasons) for ids, reasons in groups.found()]


def find_matches(calls: Sequence[Call]) -> list[Match]:
    """Return the pairs of calls that are the same, the surest reasons first."""
    titles = {call.id: title_of(call) for call in calls}
    found: dict[Pair, Match] = {}
    for match in (
        *_by_reference(calls),
        *_by_address(calls, titles),
        *_by_project(calls, titles),
        *_by_title(calls, titles),
        *_by_lot(calls, titles),
    ):
        found.setdefault((match.one, match.other), match)
    return list(found.values())


def _by_reference(calls: Sequence[Call]) -> Iterator[Match]:
    """A number that one source gives and another names: BDNS's in Catalonia's register."""
    keyed: dict[Hashable, list[Call]] = defaultdict(list)
    words: dict[Hashable, str] = {}
    for call in calls:
        for reference in references_of(call):
            keyed[reference.key].append(call)
            words[reference.key] = reference.words
    for key, together in keyed.items():
        for one, other in _pairs(together, _across_sources):
            if _places_meet(one, other):
                yield _match(one, other, f"both carry {words[key]}")


def _by_address(calls: Sequence[Call], titles: Mapping[str, Title]) -> Iterator[Match]:
    """One page, and titles that do not contradict: some portals give many calls one page."""
    for together in _keyed(calls, lambda call: filter(None, (address_key(call.url),))).values():
        for one, other in _pairs(together, _across_sources):
            if same_title(titles[one.id], titles[other.id]):
                yield _match(one, other, "same page and same title")


def _by_project(calls: Sequence[Call], titles: Mapping[str, Title]) -> Iterator[Match]:
    """A cascade call: the project's acronym in both, and the same day."""
    cascade = [call for call in calls if call.deadlines]
    keyed = _keyed(cascade, lambda call: ((at, name) for at in _days(call) for name in acronyms_in(call)))
    for (day, _name), together in keyed.items():
        for one, other in _pairs(together, _across_sources):
            names = set(acronyms_in(one)) & set(acronyms_in(other))
            if (one.cascade or other.cascade) and names and titles[one.id].numbers_agree(titles[other.id]):
                yield _match(one, other, f"project {min(names)} and deadline {day}")


def _by_title(calls: Sequence[Call], titles: Mapping[str, Title]) -> Iterator[Match]:
    """The same words across sources, the same day, and places that meet."""
    keyed = _keyed(calls, lambda call: ((at, word) for at in _days(call) for word in titles[call.id].rarest))
    for (day, _word), together in keyed.items():
        for one, other in _pairs(together, _across_sources):
            if _places_meet(one, other) and same_title(titles[one.id], titles[other.id]):
                yield _match(one, other, f"same title and deadline {day}")


def _by_lot(calls: Sequence[Call], titles: Mapping[str, Title]) -> Iterator[Match]:
    """One source, one funder, one day, and titles that differ by the number of the lot alone."""

    def key(call: Call) -> Iterator[Hashable]:
        title = titles[call.id]
        if title.lot and len(title.words) >= 3 and call.deadlines:
            yield call.source_id, call.funder, call.programme, tuple(_days(call)), title.words, title.numbers

    for together in _keyed(calls, key).values():
        for one, other in _pairs(together, lambda one, other: titles[one.id].lot != titles[other.id].lot):
            yield _match(one, other, "lots of one call")


def _keyed(
    calls: Iterable[Call], keys: Callable[[Call], Iterable[Hashable]]
) -> Mapping[tuple[Hashable, ...], list[Call]]:
    """Return key -> calls that share it; a key that a crowd shares is left out."""
    found: dict[tuple[Hashable, ...], list[Call]] = defaultdict(list)
    for call in calls:
        for key in dict.fromkeys(keys(call)):
            found[key if isinstance(key, tuple) else (key,)].append(call)
    return {key: together for key, together in found.items() if 1 < len(together) <= CROWD}


def _pairs(calls: Sequence[Call], wanted: Callable[[Call, Call], bool]) -> Iterator[tuple[Call, Call]]:
    ordered = sorted({call.id: call for call in calls}.values(), key=lambda call: call.id)
    return (pair for pair in combinations(ordered, 2) if wanted(*pair))


def _across_sources(one: Call, other: Call) -> bool:
    return one.source_id != other.source_id


def _match(one: Call, other: Call, reason: str) -> Match:
    return Match(min(one.id, other.id), max(one.id, other.id), reason)


def _days(call: Call) -> list[date]:
    """Return the local day of each deadline: one source prints an hour, another does not."""
    return sorted({at.at.astimezone(ZoneInfo(at.zone)).date() for at in call.deadlines if at.at})


def _places_meet(one: Call, other: Call) -> bool:
    """Tell whether somebody could apply to both; a place that is not stated contradicts nothing."""
    return _overlap(one.countries, other.countries) and _overlap(one.regions, other.regions)


def _overlap(one: Sequence[str], other: Sequence[str]) -> bool:
    return not one or not other or bool(set(one) & set(other))


class _Groups:
    """Joins pairs into groups, never two calls that staff keep apart."""

    def __init__(self, apart: frozenset[Pair]) -> None:
        self._apart = apart
        self._group_of: dict[str, set[str]] = {}
        self._reasons: dict[str, str] = {}

    def join(self, match: Match) -> None:
        one = self._group_of.get(match.one, {match.one})
        other = self._group_of.get(match.other, {match.other})
        if one is other or any((min(a, b), max(a, b)) in self._apart for a in one for b in other):
            return
        joined = one | other
        self._group_of |= dict.fromkeys(joined, joined)
        self._reasons.setdefault(match.one, match.reason)
        self._reasons.setdefault(match.other, match.reason)

    def found(self) -> Iterator[tuple[list[str], Mapping[str, str]]]:
        """Yield the ids of each group with their reasons."""
        for ids in {id(group): group for group in self._group_of.values()}.values():
            yield sorted(ids), {call_id: self._reasons[call_id] for call_id in sorted(ids)}


def _group(calls: Sequence[Call], reasons: Mapping[str, str]) -> FoundGroup:
    return FoundGroup(max(calls, key=_worth).id, reasons)


_FACTS = (
    "deadlines", "opens_at", "budget_total", "grant_max", "applicants", "eligibility", "programme", "funder",
    "funding_rate_max", "countries", "action_type", "documents",
)  # fmt: skip


def _worth(call: Call) -> tuple[int, bool, int, int, str]:
    """Order calls of a group: more facts, an exact hour, more text, and a stable tie."""
    filled = sum(bool(getattr(call, name)) for name in _FACTS)
    exact = any(deadline.precision == "minute" for deadline in call.deadlines)
    words = len(call.summary or "") + len(call.description or "")
    # A negative length of the id puts the shorter, older looking key first among equals.
    return filled, exact, words, -len(call.id), call.id
