"""What really changed from one recorded daily list to the next, from the recorded values alone.

Deliberately simple and without any of our own parsing: text cut at the minute, numbers compared.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jobs.evaluation.daily_lists import Day, Grant

_BRUSSELS = ZoneInfo("Europe/Brussels")


class Happened(NamedTuple):
    """One change of one record; values only for deadlines, to the minute."""

    native_id: str
    kind: str
    old: str = ""
    new: str = ""


class Truth:
    """Remembers what each record was like when it was last listed.

    Args:
        after_runs: Days in a row a record must be missing before it counts as withdrawn.

    Attributes:
        seconds_only: Deadlines so far that changed by their seconds alone.
        short_gaps: Records so far that were gone for too few days to count as withdrawn.
    """

    def __init__(self, after_runs: int) -> None:
        self._after_runs = after_runs
        self._last: dict[str, Grant] = {}
        self._missing: dict[str, int] = {}
        self._withdrawn: set[str] = set()
        self.seconds_only = 0
        self.short_gaps = 0

    def of_day(self, day: Day, now: datetime) -> list[Happened]:
        """Return what happened since the day before."""
        found: list[Happened] = []
        for reference, grant in day.listed.items():
            found += self._seen(reference, grant)
        for reference, grant in self._last.items():
            if reference not in day.listed and self._is_withdrawn(reference, grant, now):
                found.append(Happened(key_of(grant), "withdrawn"))
        self._last |= day.listed
        return found

    def _seen(self, reference: str, grant: Grant) -> Iterator[Happened]:
        before = self._last.get(reference)
        gone = self._missing.pop(reference, 0)
        self.short_gaps += 0 < gone < self._after_runs
        if before is None:
            yield Happened(key_of(grant), "new")
            return
        if reference in self._withdrawn:
            self._withdrawn.remove(reference)
            yield Happened(key_of(grant), "returned")
        was, now = before["deadlineDate"], grant["deadlineDate"]
        self.seconds_only += was != now and _printed(was) == _printed(now)
        yield from _changes(before, grant)

    def _is_withdrawn(self, reference: str, grant: Grant, now: datetime) -> bool:
        self._missing[reference] = self._missing.get(reference, 0) + 1
        if self._missing[reference] < self._after_runs or reference in self._withdrawn:
            return False
        if _is_over(grant, now):
            return False
        self._withdrawn.add(reference)
        return True


def key_of(grant: Grant) -> str:
    """Return our native id of a record."""
    number = "".join(character for character in grant["id"] if character.isdigit())
    kind = grant["kind"]["id"]
    if kind == "2":
        return f"prospect-{grant['callIdentifier'] or number}"
    return f"cascade-{number}" if kind == "8" else number


def moment_words(at: str, precision: str) -> str:
    """Return a moment of ours as the lists print it: a day, or Brussels' day and minute."""
    local = datetime.fromisoformat(at).astimezone(_BRUSSELS)
    return f"{local:%Y-%m-%d}" if precision == "day" else f"{local:%Y-%m-%dT%H:%M}"


def _changes(before: Grant, now: Grant) -> Iterator[Happened]:
    key, was, is_ = key_of(now), _printed(before["deadlineDate"]), _printed(now["deadlineDate"])
    if was != is_:
        kind = "deadline_added" if not was else "deadline_removed" if not is_ else ""
        yield Happened(key, kind or ("deadline_extended" if is_ > was else "deadline_shortened"), was, is_)
    if _day(now["startDate"]) < _day(before["startDate"]):
        yield Happened(key, "opened_early")
    if _amounts(before) != _amounts(now):
        yield Happened(key, "budget_changed")
    if any(_words(before[name]) != _words(now[name]) for name in ("title", "abstract")):
        yield Happened(key, "text_changed")


def _printed(moment: str | None) -> str:
    """Cut a moment at the minute, at the day where it is midnight."""
    if not moment:
        return ""
    return moment[:10] if moment[11:16] == "00:00" else moment[:16]


def _day(moment: str | None) -> str:
    return (moment or "")[:10]


def _amounts(grant: Grant) -> Mapping[str, Any]:
    names = ("totalBudgetEur", "expectedGrants", "minContributionEur", "maxContributionEur")
    budget = grant.get("budget") or {}
    return {name: budget.get(name) or 0 for name in names}


def _words(text: str | None) -> list[str]:
    return (text or "").split()


def _is_over(grant: Grant, now: datetime) -> bool:
    printed = _printed(grant["deadlineDate"])
    if not printed:
        return False
    if "T" not in printed:
        return printed < f"{now.astimezone(_BRUSSELS):%Y-%m-%d}"
    return datetime.fromisoformat(printed).replace(tzinfo=_BRUSSELS) < now.astimezone(UTC)
