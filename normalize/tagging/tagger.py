"""Scores areas by the terms found, decides, and keeps the words as evidence."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from config.taxonomy import Taxonomy
from normalize.call import Evidence, Sector, Tag
from normalize.tagging.matching import Match, Matcher
from normalize.tagging.reading import Reader, TagText
from normalize.tagging.scoring import Place, Weights, area_score, confidence_of, decide

EVIDENCE_MAX = 6
"""Words shown for a tag; more convinces nobody."""
_ORDER = {"title": 0, "keywords": 1, "summary": 2, "description": 3}
_WHOLE = ""
"""Key of what a hint says of the whole call, not of an area or sector."""
_IDENTIFIER_MAX = 300
DEFENCE = "defence.defence"
"""The area of a call with a military or dual-use purpose."""


@dataclass(frozen=True, slots=True)
class TagResult:
    """Tags with their evidence, and the two flags that stand beside the sectors.

    Attributes:
        tags: Best first; a defence purpose is one too (``defence.defence``).
        flag_evidence: The words that raised each flag that is up.
    """

    tags: tuple[Tag, ...] = ()
    defence: bool = False
    space: bool = False
    flag_evidence: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Findings:
    """All that was found in one call: matches by area, and what the hints say."""

    matches: dict[str, list[tuple[str, Match]]]
    hints: dict[str, float]
    hinted: dict[str, list[Evidence]]


class Tagger:
    """Built once a process from a taxonomy; `tag` is pure and safe to call from threads."""

    def __init__(self, taxonomy: Taxonomy, weights: Weights | None = None) -> None:
        self.version = taxonomy.version
        self.weights = weights or Weights()
        self._matcher = Matcher(taxonomy)
        self._reader = Reader(taxonomy.boilerplate)
        self._hints = [(re.compile(hint.pattern), hint) for hint in taxonomy.hints]
        self._sectors: tuple[str, ...] = tuple(taxonomy.sectors)
        self._areas = tuple(key for key, _ in taxonomy.areas())

    def tag(self, text: TagText) -> TagResult:
        """Return the areas a call's money is for, each with the words that say so.

        Args:
            text: Plain texts of one call; any length, any characters.
        """
        return self.judge(text, self.read(text))

    def read(self, text: TagText) -> Findings:
        """Return what stands in a call; `judge` makes tags of it, under any weights."""
        found: dict[str, list[tuple[str, Match]]] = defaultdict(list)
        for name, value in self._reader.fields(text):
            for match in self._matcher.find(value, text.language):
                found[match.pattern.area].append((name, match))
        hints, hinted = self._read_hints(text)
        return Findings(dict(found), hints, hinted)

    def judge(self, text: TagText, found: Findings, weights: Weights | None = None) -> TagResult:
        """Return the tags that findings earn.

        Args:
            text: The call the findings are from.
            found: What `read` returned for it.
            weights: Other numbers than the tagger's own, for measuring.
        """
        weights = weights or self.weights
        scores = _scores(found, weights)
        bonus = {name: scores.get(name, 0.0) + scores.get(_WHOLE, 0.0) for name in self._sectors}
        areas = {key: scores.get(key, 0.0) for key in self._areas}
        decided = decide(areas, _titled(found), bonus, weights)
        up = {
            "defence": scores.get("defence", 0.0) >= weights.defence,
            "space": scores.get("space", 0.0) >= weights.space or "digital.space" in dict(decided),
        }
        if up["defence"]:
            decided.append((DEFENCE, scores["defence"]))
        tags = tuple(
            Tag(
                area=key,
                sector=cast("Sector", key.split(".")[0]),
                confidence=confidence_of(score),
                evidence=_evidence(key.removeprefix("defence."), text, found),
            )
            for key, score in decided
        )
        flags = {name: _evidence(name, text, found) for name in up if up[name]}
        return TagResult(tags, up["defence"], up["space"], flags)

    def _read_hints(self, text: TagText) -> tuple[dict[str, float], dict[str, list[Evidence]]]:
        """Return key -> weight (`_WHOLE`: the whole call), and the words that gave it."""
        weights: dict[str, float] = {}
        evidence: dict[str, list[Evidence]] = {}
        for name in ("call_identifier", "programme"):
            value = text.value(name)[:_IDENTIFIER_MAX]
            fitting = (
                (match, hint)
                for pattern, hint in self._hints
                if hint.field == name and (match := pattern.match(value))
            )
            match, hint = next(fitting, (None, None))
            if match is None or hint is None:
                continue
            for key in hint.areas or (_WHOLE,):
                weights[key] = weights.get(key, 0.0) + hint.weight
                evidence.setdefault(key, []).append(
                    Evidence(field=name, start=match.start(), end=match.end(), term=match.group())
                )
        return weights, evidence


def _scores(found: Findings, weights: Weights) -> dict[str, float]:
    scores = {key: _score(matches, weights) for key, matches in found.matches.items()}
    for key, weight in found.hints.items():
        scores[key] = scores.get(key, 0.0) + weights.hint * weight
    return scores


def _titled(found: Findings) -> set[str]:
    return {
        area
        for area, matches in found.matches.items()
        if any(name == "title" and not match.pattern.weak for name, match in matches)
    }


def _score(matches: Iterable[tuple[str, Match]], weights: Weights) -> float:
    places: dict[str, list[Place]] = defaultdict(list)
    weak: dict[str, bool] = {}
    for name, match in matches:
        key = match.pattern.term.casefold()
        places[key].append(Place(name, match.start))
        weak[key] = match.pattern.weak
    return area_score(((weak[key], found) for key, found in places.items()), weights)


def _evidence(key: str, text: TagText, found: Findings) -> tuple[Evidence, ...]:
    """Return the telling places, title first, each word of the text once; then what the hints saw."""
    shown: dict[str, Evidence] = {}
    for name, match in sorted(
        found.matches.get(key, ()),
        key=lambda place: (_ORDER[place[0]], place[1].pattern.weak, place[1].start),
    ):
        words = text.value(name)[match.start : match.end]
        if words.casefold() not in shown:
            shown[words.casefold()] = Evidence(field=name, start=match.start, end=match.end, term=words)
    speaking = [name for name in (key, key.split(".")[0]) if found.hints.get(name, 0.0) > 0]
    hinted = [evidence for name in dict.fromkeys(speaking) for evidence in found.hinted[name]]
    return (*tuple(shown.values())[: EVIDENCE_MAX - len(hinted)], *hinted)
