"""France's Transition écologique des entreprises: one aid of the platform's own file.

Source: the file and its JSON Schema in the platform's public repository. Where an aid is open stands twice:
in words for a reader, and as conditions (``région = Bretagne``), which are read here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from config.sources import Source
from normalize.fields import DeadlineText, Fields, take
from normalize.places import is_known_place

SITE = "https://mission-transition-ecologique.beta.gouv.fr/aides-entreprise/"
_ZONE = "entreprise . est dans une zone géographique éligible"
_STAFF = "entreprise . a un effectif éligible"
_REGION = re.compile(r"région = (.+)")
_AT_LEAST = re.compile(r"effectif >=? (\d+)")
SME_STAFF = 250
"""From so many people on a firm is no SME (Recommendation 2003/361/EC, annex, article 2)."""
_SHOWN = (
    "taille de l'entreprise", "secteur géographique", "secteur d'activité", "nombre d'années d'activité",
    "autres critères d'éligibilité",
)  # fmt: skip


def map_record(payload: Mapping[str, Any], source: Source) -> Fields:
    """Map one aid; territories without a NUTS code are left out of its regions.

    Raises:
        RecordError: No id.
    """
    native_id = str(take(payload, "id"))
    conditions = payload.get("conditions d'éligibilité") or {}
    regions = tuple(_regions(payload, source))
    return Fields(
        native_id=native_id,
        url=SITE + native_id,
        title=payload.get("titre"),
        summary=payload.get("promesse"),
        description="\n\n".join(filter(None, (payload.get("description"), payload.get("description longue"))))
        or None,
        level="regional" if regions else None,
        funder=payload.get("opérateur de contact"),
        regions=regions,
        applicants=_applicants(payload),
        eligibility="; ".join(text for name in _SHOWN for text in conditions.get(name) or ()) or None,
        opens_at=payload.get("début de validité") or None,
        deadlines=tuple(DeadlineText(text=text) for text in [payload.get("fin de validité")] if text),
        instrument=tuple(filter(None, [payload.get("nature de l'aide")])),
    )


def _conditions(payload: Mapping[str, Any], name: str, joined: str) -> Iterator[str]:
    """Yield the conditions of one rule, where it has any joined so."""
    rule = (payload.get("publicodes") or {}).get(name)
    if isinstance(rule, Mapping):
        yield from map(str, rule.get(joined) or ())


def _regions(payload: Mapping[str, Any], source: Source) -> Iterator[str]:
    for condition in _conditions(payload, _ZONE, "une de ces conditions"):
        found = _REGION.fullmatch(condition)
        if found and is_known_place(found[1], source.country):
            yield found[1]


def _applicants(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Return who may apply by the number of staff, in words for the entry's lookups; empty where all may."""
    rules = [*_conditions(payload, _STAFF, "toutes ces conditions")]
    least = max((int(found[1]) for rule in rules if (found := _AT_LEAST.match(rule))), default=0)
    most = [int(number) for rule in rules for number in re.findall(r"effectif <=? (\d+)", rule)]
    if least >= SME_STAFF:
        return ("large",)
    return ("small",) if most and min(most) < SME_STAFF else ()
