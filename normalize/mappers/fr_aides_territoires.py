"""France's Aides-territoires: one result of ``/api/aids/``, today's shape and that of 2021.

Départements that feed it (Drôme) print the same envelope, a single name where it has a list.

Source: the platform's public source code (2026), recorded results (2021) and those of the Drôme.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from config.sources import Source
from normalize.fields import DeadlineText, Fields, take
from normalize.places import is_known_place

_SITE = "https://aides-territoires.beta.gouv.fr"
_NATIONAL = frozenset({"France", "France métropolitaine", "Outre-mer"})
_CONTINENT = "Europe"


def map_record(payload: Mapping[str, Any], source: Source) -> Fields:
    """Map one aid. ``contact`` names people and is left out.

    "Permanente" is a scheme without an end. A perimeter that is no NUTS region (a municipality,
    a river basin) leaves the country, and is told in the eligibility.

    Raises:
        RecordError: An aid without its id.
    """
    perimeter = str(payload.get("perimeter") or "").strip()
    region = perimeter if _is_region(perimeter) else None
    recurrence = payload.get("recurrence")
    deadline = payload.get("submission_deadline")
    return Fields(
        native_id=str(take(payload, "id")),
        aliases=tuple(filter(None, (payload.get("slug"),))),
        url=_page(payload),
        title=payload.get("name"),
        description=payload.get("description"),
        eligibility=_eligibility(payload, perimeter, region),
        keywords=tuple(_category(text) for text in payload.get("categories") or ()),
        level="national" if perimeter in _NATIONAL or perimeter == _CONTINENT else "regional",
        funder=_names(payload.get("financers")),
        programme=next(iter(payload.get("programs") or ()), None),
        regions=(region,) if region else (),
        everywhere=perimeter == _CONTINENT,
        applicants=tuple(payload.get("targeted_audiences") or ()),
        opens_at=payload.get("start_date"),
        deadlines=_deadlines(payload.get("predeposit_date"), deadline),
        continuous=recurrence == "Permanente" and not deadline,
        deadline_note=f"Récurrence : {recurrence}" if recurrence and not deadline else None,
        grant_max=None,
        funding_rate_max=_rate(payload),
        instrument=tuple(payload.get("aid_types") or ()),
    )


def _names(printed: str | Sequence[str] | None) -> str | None:
    return (printed if isinstance(printed, str) else ", ".join(printed or ())) or None


def _is_region(perimeter: str) -> bool:
    """Tell a region or département from towns that share its name ("Rhône (Département)")."""
    if perimeter in _NATIONAL or perimeter == _CONTINENT or not perimeter:
        return False
    kind = perimeter.rpartition("(")[2].rstrip(")") if perimeter.endswith(")") else ""
    return kind in ("", "Région", "Département") and is_known_place(perimeter, "FR")


def _page(payload: Mapping[str, Any]) -> str:
    url = str(payload.get("url") or "")
    return f"{_SITE}{url}" if url.startswith("/") else url or str(payload.get("origin_url") or "")


def _eligibility(payload: Mapping[str, Any], perimeter: str, region: str | None) -> str | None:
    """Return the conditions; a perimeter that no code can say stands before them."""
    place = f"<p>Périmètre : {perimeter}</p>" if perimeter and not region and perimeter != "France" else ""
    return (place + str(payload.get("eligibility") or "")) or None


def _category(text: str) -> str:
    """Return the category without its theme: "Theme|Category" in 2021, "Theme / Category" now."""
    return text.replace("|", " / ").rpartition(" / ")[2]


def _deadlines(predeposit: str | None, deadline: str | None) -> tuple[DeadlineText, ...]:
    """Return the deadlines; a pre-deposit is the first date that matters."""
    if predeposit and deadline and predeposit != deadline:
        return (
            DeadlineText(text=predeposit, kind="stage_1", label="pré-dépôt"),
            DeadlineText(text=deadline, kind="stage_2"),
        )
    return tuple(DeadlineText(text=text) for text in (deadline or predeposit,) if text)


def _rate(payload: Mapping[str, Any]) -> str | None:
    upper = payload.get("subvention_rate_upper_bound")
    return f"{upper}%" if upper is not None else None
