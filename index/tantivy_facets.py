"""Facet counts: each facet counted without its own filter, so that a choice never hides its rivals."""

from collections.abc import Mapping, Sequence

from index.query import NOT_STATED, FacetName, FacetValue
from index.tantivy_queries import STATUSES, Question, both
from index.tantivy_reader import Reader


def count_facets(
    reader: Reader, asked: Question, facets: Sequence[FacetName]
) -> dict[FacetName, tuple[FacetValue, ...]]:
    """Return the counts of the facets asked for.

    Facets without a choice share one pass over the hits; each with a choice takes its own.
    """
    chosen = [facet for facet in facets if getattr(asked.asked, facet)]
    free = [facet for facet in facets if facet not in chosen and facet != "status"]
    counts = reader.facet_counts(asked.query(), free)
    for facet in chosen:
        if facet != "status":
            counts |= reader.facet_counts(asked.query(facet), [facet])
    if "status" in facets:
        counts["status"] = _statuses(reader, asked)
    return {facet: _values(counts[facet], getattr(asked.asked, facet)) for facet in facets}


def _statuses(reader: Reader, asked: Question) -> dict[str, int]:
    """Count each status as of now: it is no indexed value but a question of time."""
    rest = asked.query("status")
    counts = {status: reader.count(both(rest, asked.status(status))) for status in STATUSES}
    return {status: count for status, count in counts.items() if count}


def _values(counts: Mapping[str, int], selected: Sequence[str]) -> tuple[FacetValue, ...]:
    """Return most frequent first, chosen ones always there, "not stated" last."""
    every = dict.fromkeys(selected, 0) | dict(counts)
    ordered = sorted(every.items(), key=lambda item: (item[0] == NOT_STATED, -item[1], item[0]))
    return tuple(FacetValue(value=value, count=count, selected=value in selected) for value, count in ordered)
