"""From places of terms to scores, from scores to a decision. Few numbers, chosen by cross-validation."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

EARLY = 800
"""Characters of a description that say what the call is about; later ones explain and repeat."""
_REPEATS_MAX = 16


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers of the tagger; docs/tagging.md says how they were chosen and what they reach.

    Attributes:
        title, keywords, early, late: What a term is worth by the best place it stands in.
        late_max: What all terms of an area that stand only late are worth together at most.
        repeat: What each doubling of a term's count adds.
        weak, weak_title: Factors, in text and in titles, for terms that name the context as often as
            the technology.
        others: Factor for a sector's other areas beside its best.
        sector: Score a sector needs; ``area`` the score a further area needs in it.
        share: Share of the sector's best area that a further area needs.
        rival: Share of the best sector's score that a further sector needs.
        hint: Factor for what identifiers hint.
        defence, space: Scores the flags need.
    """

    title: float = 3.5
    keywords: float = 1.0
    early: float = 1.0
    late: float = 0.4
    late_max: float = 1.0
    repeat: float = 0.5
    weak: float = 0.4
    weak_title: float = 0.6
    others: float = 0.5
    sector: float = 3.0
    area: float = 2.0
    share: float = 0.6
    rival: float = 0.5
    hint: float = 1.0
    defence: float = 3.0
    space: float = 3.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where one term stands: a field and the offset in it."""

    field: str
    offset: int


def area_score(terms: Iterable[tuple[bool, Sequence[Place]]], weights: Weights) -> float:
    """Return what the terms found of one area are worth together.

    Args:
        terms: For each term whether it is weak, and the places it stands in.
        weights: The numbers.
    """
    clear = late = 0.0
    for weak, places in terms:
        best = max(_worth(place, weights) * _factor(place, weak, weights) for place in places)
        repeat = weights.repeat * math.log2(min(len(places), _REPEATS_MAX))
        score = best + repeat * (weights.weak if weak else 1.0)
        if any(place.field != "description" or place.offset < EARLY for place in places):
            clear += score
        else:
            late += score
    return clear + min(late, weights.late_max)


def _factor(place: Place, weak: bool, weights: Weights) -> float:
    if not weak:
        return 1.0
    return weights.weak_title if place.field == "title" else weights.weak


def _worth(place: Place, weights: Weights) -> float:
    if place.field == "title":
        return weights.title
    if place.field == "keywords":
        return weights.keywords
    return weights.early if place.offset < EARLY else weights.late


def decide(
    areas: Mapping[str, float], titled: Collection[str], bonus: Mapping[str, float], weights: Weights
) -> list[tuple[str, float]]:
    """Return the areas that hold with their scores, best first.

    A sector holds when its best area, a part of the others and what is known of the call reach the
    threshold, and it is no mere by-catch of a stronger sector. Within it the best area holds, and
    others near enough to it or named in the title.

    Args:
        areas: ``sector.area`` -> score, what hints speak for the area included.
        titled: Areas with a term in the title that is not weak.
        bonus: Sector -> what hints speak for (or against) the whole sector.
        weights: The numbers.
    """
    groups: dict[str, dict[str, float]] = {}
    for key, score in areas.items():
        if score > 0:
            groups.setdefault(key.split(".")[0], {})[key] = score
    totals = {sector: _total(group, bonus.get(sector, 0.0), weights) for sector, group in groups.items()}
    top = max(totals.values(), default=0.0)
    decided: list[tuple[str, float]] = []
    for sector, total in totals.items():
        if total < weights.sector or total < weights.rival * top:
            continue
        group = groups[sector]
        best = max(group.values())
        needed = min(best, max(weights.area, weights.share * best))
        decided += [
            (key, score)
            for key, score in group.items()
            if score >= needed or (key in titled and score >= weights.area)
        ]
    return sorted(decided, key=lambda item: (-item[1], item[0]))


def _total(group: Mapping[str, float], bonus: float, weights: Weights) -> float:
    scores = sorted(group.values(), reverse=True)
    return scores[0] + weights.others * sum(scores[1:]) + bonus


def confidence_of(score: float) -> float:
    """Return how often a tag of such a score was right, 0 to 1.

    A logistic curve in the logarithm of the score, fitted to the labelled calls: 3 is right in
    about six of ten, 6 in nine of ten. It says how sure the area is; its sector is surer.
    """
    return round(min(0.99, score**2.5 / (score**2.5 + 9)), 2) if score > 0 else 0.0
