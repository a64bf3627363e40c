"""A Meilisearch answer as `SearchResult`: hits explained as the embedded engine explains them.

Pure: nothing here talks to a server. Marks are not taken from the server: its positions are bytes of the
folded text, ours characters of the text that is shown.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.expansion import Expansion, expand
from index.highlighting import Explained, explain
from index.marking import Matcher
from index.meili_documents import order_rank, read_texts, read_value
from index.meili_queries import Question, Stale
from index.query import NOT_STATED, FacetName, FacetValue, Hit
from index.spelling import corrections, did_you_mean
from index.words import FUZZY_MIN, Clause, within_one_edit
from normalize.call import Status

Counted = Mapping[tuple[FacetName | None, Status | None], Mapping[str, Any]]
"""What a query of `facet_queries` counts -> its answer."""


def judge_stale(stored: Mapping[str, Any], moment: int) -> Stale:
    """Return a call whose written next deadline is another by now, judged at a moment."""
    following = next((at for until, at in stored["deadlines"] if until >= moment), None)
    is_over = stored["withdrawn"] or stored["base_status"] == "closed" or stored["closes"] < moment
    rank = order_rank(following, continuous=stored["continuous"], over=is_over)
    return Stale(stored["id"], following, rank, stored["tie"])


def total_of(counted: Counted) -> int:
    """Return how many calls match, exactly."""
    return int(counted[None, None]["totalHits"])


def facets_of(
    asked: Question, facets: Sequence[FacetName], counted: Counted
) -> dict[FacetName, tuple[FacetValue, ...]]:
    """Return the facets: most frequent first, chosen values always there, "not stated" last."""
    found: dict[FacetName, tuple[FacetValue, ...]] = {}
    for facet in facets:
        selected = getattr(asked.asked, facet)
        if facet == "status":
            counts = {
                str(status): int(answer["totalHits"])
                for (name, status), answer in counted.items()
                if name == "status" and answer["totalHits"]
            }
        else:
            answer = counted[facet if selected else None, None]
            given = answer.get("facetDistribution", {}).get(f"f_{facet}", {})
            counts = {read_value(value): int(count) for value, count in given.items()}
        every = dict.fromkeys(selected, 0) | counts
        ordered = sorted(every.items(), key=lambda item: (item[0] == NOT_STATED, -item[1], item[0]))
        found[facet] = tuple(
            FacetValue(value=value, count=count, selected=value in selected) for value, count in ordered
        )
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """Hits explained, and what that tells of the words typed.

    Attributes:
        corrections: Word typed -> words of the hits it was taken for.
        suggestion: The text with those words; None when every word stands in some hit.
    """

    hits: tuple[Hit, ...]
    expansions: Sequence[Expansion]
    corrections: Mapping[str, tuple[str, ...]]
    suggestion: str | None


def tell(asked: Question, found: Sequence[Mapping[str, Any]]) -> Told:
    """Explain the hits of a page.

    Meilisearch allows a typing error in every long word and does not say where it took one for
    another: a word that a hit does not hold in any other form is looked for with an error.
    """
    clauses = asked.clauses
    expansions = expand(clauses) if asked.asked.expand else []
    if not asked.ranks:
        return Told(tuple(_hit(one, None) for one in found), expansions, {}, None)
    plain = Matcher(clauses, frozenset(), expansions)
    texts = [read_texts(one["shown"]) for one in found]
    why = [explain(text, plain) for text in texts]
    missing = [_unanswered(clauses, one) for one in why]
    why = [
        explain(text, Matcher(clauses, fuzzy, expansions)) if fuzzy else one
        for text, one, fuzzy in zip(texts, why, missing, strict=True)
    ]
    unknown = frozenset.intersection(*missing) if missing else frozenset()
    seen = frozenset(word for one in why for word in one.words)
    return Told(
        hits=tuple(_hit(one, explained) for one, explained in zip(found, why, strict=True)),
        expansions=expansions,
        corrections=corrections(clauses, unknown, seen),
        suggestion=did_you_mean(asked.asked.text, clauses, unknown, _Seen(why)),
    )


def _unanswered(clauses: Iterable[Clause], why: Explained) -> frozenset[str]:
    answered = {reason.asked for reason in why.reasons}
    eligible = (
        clause.words[0]
        for clause in clauses
        if not clause.excluded and not clause.quoted and len(clause.words) == 1
    )
    covered = {word for asked in answered for word in asked.split()}
    return frozenset(word for word in eligible if len(word) >= FUZZY_MIN and word not in covered)


def _hit(found: Mapping[str, Any], why: Explained | None) -> Hit:
    return Hit(
        call_id=found["call_id"],
        score=float(found.get("_rankingScore", 0.0)),
        highlights=why.highlights if why else (),
        reasons=why.reasons if why else (),
    )


class _Seen:
    """The words of the hits of a page: all of the vocabulary that a server shows."""

    def __init__(self, why: Sequence[Explained]) -> None:
        self._counts = Counter(word for one in why for word in one.words)

    def frequency(self, word: str) -> int:
        return self._counts[word]

    def alike(self, word: str) -> list[str]:
        return [other for other in self._counts if within_one_edit(word, other)]
