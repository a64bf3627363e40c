"""From places of terms to scores, from scores to a decision. Few numbers, chosen by cross-validation."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

EARLY = 800
"""Characters of a description that say what the call is about; later ones explain and repeat."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers of the tagger; `make eval` prints what they reach, docs/tagging.md how they were chosen.

    Attributes:
        title, keywords, early, late: What a term is worth by where it stands first.
        repeat: What each doubling of its count adds.
        weak: Factor for terms that name the context as often as the technology.
        sector: Score a sector needs; ``area`` the score an area needs in it.
        share: Share of the sector's best area that a further area needs.
        rival: Share of the best sector's score that a further sector needs.
        defence, space: Scores the flags need.
    """

    title: float = 3.0
    keywords: float = 1.0
    early: float = 1.0
    late: float = 0.4
    repeat: float = 0.5
    weak: float = 0.3
    sector: float = 3.0
    area: float = 2.0
    share: float = 0.5
    rival: float = 0.5
    defence: float = 4.0
    space: float = 3.0


def field_score(places: Iterable[tuple[str, int]], weights: Weights) -> float:
    """Return what one term is worth: its best place, and a little for being repeated.

    Args:
        places: (field, offset) of each time it stands.
        weights: The numbers.
    """
    best, count = 0.0, 0
    for field, offset in places:
        count += 1
        if field == "title":
            worth = weights.title
        elif field == "keywords":
            worth = weights.keywords
        else:
            worth = weights.early if offset < EARLY else weights.late
        best = max(best, worth)
    return best + weights.repeat * math.log2(count) if count else 0.0


def decide(
    areas: Mapping[str, float], hint: tuple[tuple[str, ...], float], weights: Weights
) -> list[tuple[str, float]]:
    """Return the areas that hold, best first.

    A sector holds when its best area, a part of the others, and what the identifier hints reach
    the threshold, and it is no mere by-catch of a stronger sector. Within it the best area holds,
    and others near enough.

    Args:
        areas: ``sector.area`` -> score.
        hint: Areas or sectors the call identifier speaks for, and the weight of its word.
        weights: The numbers.
    """
    scores = _with_hint(areas, hint)
    sectors = _sector_scores(scores, hint)
    top = max(sectors.values(), default=0.0)
    decided: list[tuple[str, float]] = []
    for sector, total in sectors.items():
        if total < weights.sector or total < weights.rival * top:
            continue
        ours = {key: score for key, score in scores.items() if key.startswith(f"{sector}.")}
        best = max(ours.values())
        decided += [
            (key, score)
            for key, score in ours.items()
            if score > 0 and (score == best or (score >= weights.area and score >= weights.share * best))
        ]
    return sorted(decided, key=lambda item: (-item[1], item[0]))


def _with_hint(areas: Mapping[str, float], hint: tuple[tuple[str, ...], float]) -> dict[str, float]:
    speaks_for, weight = hint
    scores = dict(areas)
    for key in speaks_for:
        if key in scores:
            scores[key] += weight
    return scores


def _sector_scores(scores: Mapping[str, float], hint: tuple[tuple[str, ...], float]) -> dict[str, float]:
    speaks_for, weight = hint
    totals: dict[str, float] = {}
    for sector in dict.fromkeys(key.split(".")[0] for key in scores):
        ours = sorted((score for key, score in scores.items() if key.startswith(f"{sector}.")), reverse=True)
        total = ours[0] + 0.5 * sum(ours[1:])
        if sector in speaks_for and ours[0] > 0:
            total += weight
        if not speaks_for:
            total += weight
        totals[sector] = total
    return totals


def confidence_of(score: float, weights: Weights) -> float:
    """Return a score as 0 to 1: one half at the threshold, towards 1 as evidence piles up."""
    return 1 - 0.5 ** (score / weights.sector) if score > 0 else 0.0
