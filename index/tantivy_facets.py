"""Facet counts: each facet counted without its own filter, so that a choice never hides its rivals."""

from collections.abc import Mapping, Sequence
from typing import Any

import tantivy

from index.query import NOT_STATED, FacetName, FacetValue
from index.tantivy_queries import STATUSES, Question, total_of

VALUES_MAX = 4_000
"""Above every facet's number of values (NUTS has 1,798 codes); tantivy gives ten unless told."""


def count_facets(
    searcher: tantivy.Searcher, asked: Question, facets: Sequence[FacetName]
) -> dict[FacetName, tuple[FacetValue, ...]]:
    """Return the counts of the facets asked for.

    Facets without a choice share one pass over the hits; each with a choice takes its own.
    """
    counted: dict[FacetName, tuple[FacetValue, ...]] = {}
    chosen = [facet for facet in facets if getattr(asked.asked, facet)]
    free = [facet for facet in facets if facet not in chosen and facet != "status"]
    counts = _terms(searcher, asked, free, None) if free else {}
    for facet in chosen:
        if facet != "status":
            counts |= _terms(searcher, asked, [facet], facet)
    for facet in facets:
        found = _statuses(searcher, asked) if facet == "status" else counts[facet]
        counted[facet] = _values(found, getattr(asked.asked, facet))
    return counted


def _terms(
    searcher: tantivy.Searcher, asked: Question, facets: Sequence[FacetName], without: FacetName | None
) -> dict[FacetName, dict[str, int]]:
    wanted = {facet: {"terms": {"field": f"f_{facet}", "size": VALUES_MAX}} for facet in facets}
    answer: Mapping[str, Any] = searcher.aggregate(asked.query(without), wanted)
    return {
        facet: {str(bucket["key"]): int(bucket["doc_count"]) for bucket in answer[facet]["buckets"]}
        for facet in facets
    }


def _statuses(searcher: tantivy.Searcher, asked: Question) -> dict[str, int]:
    rest = asked.query("status")
    counts = {}
    for status in STATUSES:
        both = tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, rest), (tantivy.Occur.Must, asked.status(status))]
        )
        counts[status] = total_of(searcher.search(both, 1, count=True))
    return {status: count for status, count in counts.items() if count}


def _values(counts: Mapping[str, int], selected: Sequence[str]) -> tuple[FacetValue, ...]:
    """Return most frequent first, chosen ones always there, "not stated" last."""
    every = dict.fromkeys(selected, 0) | dict(counts)
    ordered = sorted(every.items(), key=lambda item: (item[0] == NOT_STATED, -item[1], item[0]))
    return tuple(FacetValue(value=value, count=count, selected=value in selected) for value, count in ordered)
