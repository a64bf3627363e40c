"""Scores areas by the terms found, decides, and keeps the words as evidence."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from config.taxonomy import Taxonomy
from normalize.call import Evidence, Sector, Tag
from normalize.tagging.matching import Match, Matcher
from normalize.tagging.scoring import Weights, confidence_of, decide, field_score

EVIDENCE_MAX = 6
"""Words shown for a tag; more convinces nobody."""
_ACTION_TYPES = re.compile(r"\((?:R?IA|CSA|PCP|PPI|COFUND|FPA|SGA|ERC|MSCA)\)")
_BOILERPLATE = re.compile(
    r"\b(?:generative AI|AI-based systems?|gender dimension|open science practices|exclusive focus on civil"
    r"|ethics by design|do no significant harm|European Open Science Cloud|FAIR principles|life sciences strategy"
    r"|(?:digital and green|green and digital|twin) transitions?|SSH disciplines|social sciences and humanities)\b",
    re.IGNORECASE,
)
"""Phrases every EU topic repeats; the sentence around one says nothing of the technology."""


@dataclass(frozen=True, slots=True)
class TagText:
    """What the tagger reads of a call; every text plain."""

    title: str
    summary: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    call_identifier: str | None = None
    programme: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class TagResult:
    """Tags with their evidence, and the two flags that stand beside the sectors."""

    tags: tuple[Tag, ...] = ()
    defence: bool = False
    space: bool = False
    flag_evidence: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)


class Tagger:
    """Built once a process from a taxonomy; `tag` is pure and safe to call from threads."""

    def __init__(self, taxonomy: Taxonomy, weights: Weights | None = None) -> None:
        self.version = taxonomy.version
        self._weights = weights or Weights()
        self._matcher = Matcher(taxonomy)
        self._hints = [(re.compile(hint.pattern), hint) for hint in taxonomy.hints]
        self._weak = {(key, term) for key, area in taxonomy.areas() for term in area.weak}
        self._weak |= {(key, term) for key, area in taxonomy.flags.items() for term in area.weak}
        self._areas = tuple(key for key, _ in taxonomy.areas())

    def tag(self, text: TagText) -> TagResult:
        """Return the areas a call's money is for, each with the words that say so.

        Args:
            text: Plain texts of one call; any length, any characters.
        """
        found = self._find(text)
        scores = {key: self._score(matches) for key, matches in found.items()}
        areas = {key: scores.get(key, 0.0) for key in self._areas}
        decided = decide(areas, self._hint(text.call_identifier), self._weights)
        tags = [
            Tag(
                area=key,
                sector=key.split(".")[0],
                confidence=round(confidence_of(score, self._weights), 2),
                evidence=_evidence(found.get(key, ()), text),
            )
            for key, score in decided
        ]
        defence = scores.get("defence", 0.0) + self._defence_hint(text) >= self._weights.defence
        space = scores.get("space", 0.0) >= self._weights.space
        flags = {
            key: _evidence(found.get(key, ()), text)
            for key, on in (("defence", defence), ("space", space))
            if on
        }
        if defence:
            tags.append(_defence_tag(scores.get("defence", 0.0), flags["defence"], self._weights))
        return TagResult(tuple(tags), defence, space, flags)

    def scores(self, text: TagText) -> dict[str, float]:
        """Return the raw score of every area and flag that has one: for measuring, not for showing."""
        return {key: self._score(matches) for key, matches in self._find(text).items()}

    def _find(self, text: TagText) -> dict[str, list[tuple[str, Match]]]:
        found: dict[str, list[tuple[str, Match]]] = defaultdict(list)
        for name, value in _fields(text):
            for match in self._matcher.find(value, text.language):
                found[match.pattern.area].append((name, match))
        return found

    def _score(self, matches: Iterable[tuple[str, Match]]) -> float:
        by_term: dict[str, list[tuple[str, int]]] = defaultdict(list)
        weak: dict[str, bool] = {}
        for name, match in matches:
            key = match.pattern.term.casefold()
            by_term[key].append((name, match.start))
            weak[key] = (match.pattern.area, match.pattern.term) in self._weak
        return sum(
            field_score(places, self._weights) * (self._weights.weak if weak[term] else 1.0)
            for term, places in by_term.items()
        )

    def _hint(self, identifier: str | None) -> tuple[tuple[str, ...], float]:
        for pattern, hint in self._hints:
            if identifier and pattern.match(identifier):
                return hint.areas, hint.weight
        return (), 0.0

    def _defence_hint(self, text: TagText) -> float:
        names = (text.call_identifier or "", text.programme or "")
        return (
            self._weights.defence
            if any(re.match(r"EDF\b|EDIP\b|European Defence Fund", n) for n in names)
            else 0.0
        )


def _fields(text: TagText) -> list[tuple[str, str]]:
    """Return the fields to read; what says nothing of the technology is blanked, offsets kept."""
    return [
        ("title", _ACTION_TYPES.sub(_blank, text.title)),
        ("summary", _without_boilerplate(text.summary)),
        ("description", _without_boilerplate(text.description)),
        ("keywords", "\n".join(text.keywords)),
    ]


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _without_boilerplate(text: str) -> str:
    """Blank each sentence with a phrase of `_BOILERPLATE`; offsets stay."""
    kept, done = [], 0
    for match in _BOILERPLATE.finditer(text):
        start = max(text.rfind(mark, done, match.start()) for mark in ".\n") + 1 or done
        stops = [stop for mark in ".\n" if (stop := text.find(mark, match.end())) >= 0]
        end = min(stops, default=len(text))
        if end > done:
            kept.append(text[done:start] + " " * (end - start))
            done = end
    return "".join(kept) + text[done:]


def _evidence(matches: Iterable[tuple[str, Match]], text: TagText) -> tuple[Evidence, ...]:
    """Return the telling places, title first, each word of the text once."""
    values = dict(_fields(text)) | {
        "title": text.title,
        "summary": text.summary,
        "description": text.description,
    }
    order = {"title": 0, "keywords": 1, "summary": 2, "description": 3}
    shown: dict[str, Evidence] = {}
    for name, match in sorted(matches, key=lambda found: (order[found[0]], found[1].start)):
        words = values[name][match.start : match.end]
        if words.casefold() not in shown:
            shown[words.casefold()] = Evidence(field=name, start=match.start, end=match.end, term=words)
    return tuple(shown.values())[:EVIDENCE_MAX]


def _defence_tag(score: float, evidence: tuple[Evidence, ...], weights: Weights) -> Tag:
    sector: Sector = "defence"
    confidence = round(confidence_of(max(score, weights.defence), weights), 2)
    return Tag(area="defence.defence", sector=sector, confidence=confidence, evidence=evidence)
