"""Which deadline of the old version is which of the new one. Pure."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from normalize.call import Deadline
from store.fingerprint import minute_of

_STAGES = ("stage_1", "stage_2")
_NEVER = datetime.max.replace(tzinfo=UTC)
Pair = tuple[Deadline, Deadline]
_Key = Callable[[Deadline], Hashable | None]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Deadlines that moved (before, after), that are gone, and that have come; in order of time."""

    moved: tuple[Pair, ...]
    gone: tuple[Deadline, ...]
    come: tuple[Deadline, ...]


def is_later(pair: Pair) -> bool:
    """Tell whether a deadline moved later; no end date is later than every date."""
    return moment_of(pair[1]) > moment_of(pair[0])


def moment_of(deadline: Deadline) -> datetime:
    """Return the deadline's minute in UTC, the end of time for one without end."""
    return minute_of(deadline.at) if deadline.at else _NEVER


def pair_deadlines(old: Sequence[Deadline], new: Sequence[Deadline]) -> Pairing:
    """Pair what stood still, then stages with themselves, then the rest in order of time, as moved.

    A deadline that moved past one that stood still has not moved: the one is gone (a cut-off that
    is over), the other is new. The same deadline printed twice is one.
    """
    gone, come = _in_order(old), _in_order(new)
    stood = _take_pairs(gone, come, lambda deadline: (deadline.kind, moment_of(deadline)))
    moved = _take_pairs(gone, come, lambda deadline: deadline.kind if deadline.kind in _STAGES else None)
    stood += _take_pairs(gone, come, moment_of)
    for pair in zip(tuple(gone), tuple(come), strict=False):
        if not _jumps(pair, stood):
            moved.append(pair)
            gone.remove(pair[0])
            come.remove(pair[1])
    return Pairing(tuple(moved), tuple(gone), tuple(come))


def _in_order(deadlines: Iterable[Deadline]) -> list[Deadline]:
    once = {(deadline.kind, moment_of(deadline)): deadline for deadline in deadlines}
    return sorted(once.values(), key=moment_of)


def _take_pairs(gone: list[Deadline], come: list[Deadline], key: _Key) -> list[Pair]:
    """Take out of both lists, in their order, what has the same key; None pairs with nothing."""
    pairs: list[Pair] = []
    for was in tuple(gone):
        wanted = key(was)
        same = next((now for now in come if wanted is not None and key(now) == wanted), None)
        if same is not None:
            pairs.append((was, same))
            gone.remove(was)
            come.remove(same)
    return pairs


def _jumps(pair: Pair, stood: Sequence[Pair]) -> bool:
    low, high = sorted(map(moment_of, pair))
    return any(low < moment_of(still) < high for still, _ in stood)
