"""Calls for tests: small, whole, each fact given by the test that needs it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from normalize.call import Call, Deadline, Evidence, Money, Tag

DAY = timedelta(days=1)


def deadline(at: datetime | None, **changes: Any) -> Deadline:  # noqa: ANN401 - any field's value
    facts: dict[str, Any] = {"at": at, "precision": "minute", "zone": "Europe/Brussels"}
    return Deadline(**facts | changes)


def call(number: int | str = 1, **changes: Any) -> Call:  # noqa: ANN401 - any field's value
    facts: dict[str, Any] = {
        "id": f"xx_test:{number}",
        "source_id": "xx_test",
        "native_id": str(number),
        "url": f"https://agency.example/calls/{number}",
        "licence": "CC0",
        "title": f"Call number {number}",
        "level": "national",
        "countries": ("BE",),
        "taxonomy_version": "test",
        "deadlines": (deadline(datetime(2027, 3, 1, 16, tzinfo=UTC)),),
    }
    return Call(**facts | changes)


def euros(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def tag(area: str, term: str = "") -> Tag:
    sector: Any = area.split(".")[0]
    evidence = (Evidence(field="title", start=0, end=len(term), term=term),) if term else ()
    return Tag(area=area, sector=sector, confidence=0.9, evidence=evidence)
