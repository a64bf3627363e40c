"""An example of each answer of the JSON API; the call in them is a real `Call`, so it keeps the schema."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from normalize.call import Call, Deadline, Evidence, Money, Seal, Tag
from portal_api.presenting import call_document

_NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
EXAMPLE = Call(
    id="eu_ft:45654321",
    source_id="eu_ft",
    native_id="45654321",
    url="https://ec.europa.eu/info/funding-tenders/",
    licence="CC BY 4.0",
    title="Electrolysers for offshore hydrogen",
    summary="Electrolysers that run at sea, next to the wind that feeds them.",
    language="en",
    keywords=("hydrogen", "offshore wind"),
    level="eu",
    funder="European Commission",
    programme="Horizon Europe",
    call_identifier="HORIZON-JU-CLEANH2-2027-01-04",
    everywhere=True,
    applicants=("sme", "university"),
    trl_min=5,
    trl_max=7,
    opens_at=datetime(2026, 11, 2, 23, 0, tzinfo=UTC),
    deadlines=(
        Deadline(at=datetime(2027, 3, 17, 16, 0, tzinfo=UTC), precision="minute", zone="Europe/Brussels"),
    ),
    budget_total=Money(amount=Decimal(18_000_000), currency="EUR"),
    grant_max=Money(amount=Decimal(6_000_000), currency="EUR"),
    funding_rate_max=Decimal("0.7"),
    instrument=("grant",),
    tags=(
        Tag(
            area="clean.hydrogen",
            sector="clean",
            confidence=0.95,
            evidence=(Evidence(field="title", start=26, end=34, term="hydrogen"),),
        ),
    ),
    seal=Seal(state="awards", evidence=("call_identifier: CLEANH2",)),
    taxonomy_version="2026.1",
    first_seen_at=datetime(2026, 11, 3, 3, 0, tzinfo=UTC),
    last_seen_at=datetime(2026, 12, 1, 3, 0, tzinfo=UTC),
    changed_at=datetime(2026, 11, 20, 3, 0, tzinfo=UTC),
    revision=2,
)
_DOCUMENT = call_document(EXAMPLE, _NOW)
_FACETS = {"sector": [{"value": "clean", "count": 1, "selected": True}]}
RESPONSE_EXAMPLES: Mapping[str, Any] = {
    "/api/v1/calls": {
        "total": 1,
        "query": {"text": "hydrogen", "sector": ["clean"]},
        "offset": 0,
        "limit": 20,
        "hits": [
            {
                "call": _DOCUMENT,
                "highlights": [
                    {"field": "title", "text": EXAMPLE.title, "spans": [{"start": 26, "end": 34}]}
                ],
                "reasons": [
                    {
                        "asked": "hydrogen",
                        "found": "hydrogen",
                        "field": "title",
                        "by": "exact",
                        "language": None,
                    }
                ],
                "score": 2041.5,
            }
        ],
        "facets": _FACETS,
        "corrections": {},
        "expanded": {"hydrogen": ["clean.hydrogen"]},
        "equivalents": {
            "hydrogen": [{"words": "Wasserstoff", "language": "de", "by": "translation"}],
        },
        "suggestion": None,
        "next_cursor": None,
    },
    "/api/v1/calls/{call_id}": _DOCUMENT,
    "/api/v1/calls/{call_id}/history": [
        {
            "number": 4711,
            "kind": "deadline_extended",
            "at": "2026-11-20T03:00:00Z",
            "old": {
                "at": "2027-03-03T16:00:00Z",
                "precision": "minute",
                "zone": "Europe/Brussels",
                "kind": "single",
            },
            "new": {
                "at": "2027-03-17T16:00:00Z",
                "precision": "minute",
                "zone": "Europe/Brussels",
                "kind": "single",
            },
            "words": "Deadline moved later, from 3 Mar 2027 to 17 Mar 2027",
        }
    ],
    "/api/v1/facets": _FACETS,
    "/api/v1/sources": [
        {
            "id": "eu_ft",
            "title": "EU Funding & Tenders Portal",
            "publisher": "European Commission",
            "homepage": "https://ec.europa.eu/info/funding-tenders/",
            "level": "eu",
            "country": None,
            "protocol": "sedia",
            "evidence": "payload",
            "proven": True,
            "licence": "CC BY 4.0",
            "licence_url": "https://creativecommons.org/licenses/by/4.0/",
            "records": 634,
            "last_run_at": "2026-12-01T03:00:00Z",
            "last_healthy_run_at": "2026-12-01T03:00:00Z",
            "age_hours": 6.0,
            "rejected": 0,
            "health": "healthy",
            "problems": [],
            "words": "Healthy",
        }
    ],
    "/api/v1/taxonomy": {
        "version": "2026.1",
        "sectors": [{"key": "clean", "label": "Clean and resource-efficient technologies"}],
        "areas": [{"key": "clean.hydrogen", "label": "Hydrogen", "sector": "clean"}],
    },
}
"""Path of the API -> an answer it could give."""
