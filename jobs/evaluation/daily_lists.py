"""The EU portal's list as it was, day by day, from recorded snapshots and their recorded differences.

One snapshot and 152 days of differences give every day's list; the later snapshots prove it. The
differences hold what really happened to dates, budgets and texts, and what only trembled: seconds
that change with each ingest, records that paging lost for a day.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

Grant = Mapping[str, Any]
FIELDS = ("deadlineDate", "startDate", "title", "status", "identifier", "abstract", "budget")
"""Fields of a record whose changes were recorded."""


@dataclass(frozen=True, slots=True)
class Day:
    """The list of one day: reference -> record."""

    day: date
    listed: Mapping[str, Grant]


class Recorded:
    """The recorded answers of one folder.

    Args:
        folder: Holds ``ft_topics_union.jsonl.gz``, ``ft_topics_daily_changes.jsonl.gz`` and ``daily/``.
    """

    def __init__(self, folder: Path) -> None:
        self._newest = {row["id"]: row for row in _lines(folder / "ft_topics_union.jsonl.gz")}
        self._rows: dict[date, list[dict[str, Any]]] = defaultdict(list)
        for row in _lines(folder / "ft_topics_daily_changes.jsonl.gz"):
            self._rows[date.fromisoformat(row["date"])].append(row)
        self.snapshots = {
            date.fromisoformat(file.name[7:17]): self._covered(file)
            for file in sorted((folder / "daily").glob("grants_*.json.gz"))
        }

    def _covered(self, file: Path) -> dict[str, Grant]:
        """Return a snapshot's records; those of which no differences were kept are left out."""
        grants = json.loads(gzip.decompress(file.read_bytes()))["grants"]
        return {grant["id"]: grant for grant in grants if grant["id"] in self._newest}

    def days(self) -> Iterator[Day]:
        """Yield every day's list, the first snapshot first."""
        first = min(self.snapshots)
        following = self._next_values()
        listed: dict[str, Grant] = dict(self.snapshots[first])
        yield Day(first, dict(listed))
        for day in sorted(self._rows):
            for row in self._rows[day]:
                if row["event"] == "appeared":
                    listed[row["id"]] = self._as_of(row["id"], day, following)
                elif row["event"] == "disappeared":
                    listed.pop(row["id"], None)
                elif row["id"] in listed:
                    listed[row["id"]] = {**listed[row["id"]], row["field"]: _value(row["field"], row["new"])}
            yield Day(day, dict(listed))

    def _next_values(self) -> Mapping[tuple[str, str], Sequence[tuple[date, Any]]]:
        """Return (reference, field) -> days of its changes with the value before each."""
        found: dict[tuple[str, str], list[tuple[date, Any]]] = defaultdict(list)
        for day in sorted(self._rows):
            for row in self._rows[day]:
                if row["event"] == "changed":
                    found[row["id"], row["field"]].append((day, row["old"]))
        return found

    def _as_of(
        self, reference: str, day: date, following: Mapping[tuple[str, str], Sequence[tuple[date, Any]]]
    ) -> Grant:
        """Return a record as it was: a value is what the next change calls the old one, else the newest."""
        grant = dict(self._newest[reference])
        for field in FIELDS:
            later = (old for at, old in following.get((reference, field), ()) if at > day)
            value = next(later, None)
            if value is not None:
                grant[field] = _value(field, value)
        return grant


def differences(one: Mapping[str, Grant], other: Mapping[str, Grant]) -> list[str]:
    """Return where two lists of a day differ, in words; only what differences were recorded of."""
    found = [f"{reference}: in one list only" for reference in sorted(set(one) ^ set(other))]
    for reference in sorted(set(one) & set(other)):
        for field in ("deadlineDate", "startDate", "title", "identifier"):
            here, there = one[reference].get(field), other[reference].get(field)
            if here != there:
                found.append(f"{reference}: {field} {here} and {there}")
    return found


def hit_of(grant: Grant) -> dict[str, Any]:
    """Return a record as the search API sends it, one hit of its ``results``."""
    kind = grant["kind"]["id"]
    reference = str(grant["id"])
    number = "".join(character for character in reference if character.isdigit())
    programmes = grant["frameworkProgrammes"]
    metadata: dict[str, Any] = {
        "type": [kind],
        "language": ["en"],
        "DATASOURCE": ["SEDIA"],
        "REFERENCE": [reference],
        "identifier": _list(grant["identifier"]),
        "title": _list(grant["title"]),
        "callIdentifier": _list(grant["callIdentifier"] or (number if kind == "2" else None)),
        "callTitle": _list(grant["callTitle"] or grant["title"]),
        "frameworkProgramme": [programmes[0]["id"]] if programmes else [],
        "status": [grant["status"]["id"]],
        "startDate": _list(_offset(grant["startDate"])),
        "deadlineDate": _list(_offset(grant["deadlineDate"])),
        "descriptionByte": _list(grant["abstract"]),
        "typesOfAction": _list(grant["actionType"]),
        "callccm2Id" if kind == "8" else "ccm2Id": [number],
    }
    if grant.get("budget"):
        metadata["budgetOverview"] = [json.dumps(_overview(grant))]
    return {"reference": reference, "url": grant["url"], "language": "en", "metadata": metadata}


def _overview(grant: Grant) -> dict[str, Any]:
    budget = grant["budget"]
    line = {
        "action": f"{grant['identifier']} - {grant['actionType']}",
        "expectedGrants": budget["expectedGrants"] or 0,
        "minContribution": budget["minContributionEur"] or 0,
        "maxContribution": budget["maxContributionEur"] or 0,
        "budgetYearMap": {"2026": str(budget["totalBudgetEur"] or 0)},
    }
    return {"budgetTopicActionMap": {"1": [line]}}


def _value(field: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    return {"id": value, "label": ""} if field == "status" and isinstance(value, str) else value


def _list(value: str | None) -> list[str]:
    return [value] if value else []


def _offset(moment: str | None) -> str | None:
    """Print a moment as the API does: ``+0000``, not ``Z``."""
    return moment.removesuffix("Z") + "+0000" if moment else None


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    for line in gzip.decompress(file.read_bytes()).decode().splitlines():
        yield json.loads(line)
