"""One portal with a real store and a real index, filled once: these tests only read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from config.settings import Settings
from index.sync import synchronise
from normalize.call import Call, Document, Evidence, Seal, Tag
from portal_api.app import create_app
from portal_api.state import Portal
from store.publishing import publish
from store.runs import RunResult, finish_run, start_run
from tests.calls import call, deadline, euros, tag
from tests.conftest import NOW

HYDROGEN = call(
    1,
    id="eu_ft:1",
    source_id="eu_ft",
    native_id="1",
    aliases=("HORIZON-JU-CLEANH2-2027-01-04",),
    call_identifier="HORIZON-JU-CLEANH2-2027-01-04",
    title="Electrolysers for offshore hydrogen",
    summary="Electrolysers near the sea.",
    description="<h3>Scope</h3><p>Hydrogen &amp; wind.</p>",
    language="en",
    keywords=("hydrogen", "wind"),
    documents=(
        Document(title="Work programme", url="https://agency.example/wp.pdf"),
        Document(title="Trap", url="javascript:alert(1)"),
    ),
    level="eu",
    countries=(),
    everywhere=True,
    funder="European Commission",
    programme="Horizon Europe",
    applicants=("sme", "university"),
    eligibility="Consortia of three.",
    opens_at=datetime(2026, 9, 1, 22, 0, tzinfo=UTC),
    deadlines=(
        deadline(datetime(2026, 11, 1, 16, 0, tzinfo=UTC), kind="cut_off", label="first"),
        deadline(datetime(2026, 12, 4, 16, 0, tzinfo=UTC), kind="cut_off", label="second"),
    ),
    budget_total=euros("18000000"),
    grant_min=euros("4000000"),
    grant_max=euros("6000000"),
    funding_rate_max=Decimal("0.7"),
    instrument=("grant",),
    tags=(
        Tag(
            area="clean.hydrogen",
            sector="clean",
            confidence=0.9,
            evidence=(Evidence(field="title", start=26, end=34, term="hydrogen"),),
        ),
    ),
    seal=Seal(state="awards", evidence=("call_identifier: X-STEP",)),
)
HOSTILE = call(
    2,
    id="es_bdns:2",
    source_id="es_bdns",
    native_id="2",
    url="javascript:alert(1)",
    title='<script>alert("x")</script> energía',
    summary="<img src=x onerror=alert(1)> energía",
    language="es",
    countries=("ES",),
    funder='=HYPERLINK("https://evil.example")',
    deadlines=(
        deadline(datetime(2026, 12, 10, 22, 59, 59, tzinfo=UTC), precision="day", zone="Europe/Madrid"),
    ),
)
ODD_ID = call(
    3,
    id="fr_idf_aides:https://x.example/a/../b?c=1&d=é#e/history",
    source_id="fr_idf_aides",
    native_id="https://x.example/a/../b?c=1&d=é#e/history",
    title="Aide sans fin",
    language="fr",
    level="regional",
    countries=("FR",),
    regions=("FR", "FR1", "FR10"),
    deadlines=(deadline(None, kind="continuous", precision="day", zone="Europe/Paris"),),
)
CLOSED = call(
    4,
    id="es_bdns:4",
    source_id="es_bdns",
    native_id="4",
    title="Over and done",
    deadlines=(deadline(datetime(2026, 1, 1, 12, tzinfo=UTC)),),
)
FORTHCOMING = call(
    5,
    id="eu_ft:5",
    source_id="eu_ft",
    native_id="5",
    title="Quantum to come",
    level="eu",
    language="en",
    # Midnight in Brussels: the day before in UTC.
    opens_at=datetime(2027, 1, 31, 23, 0, tzinfo=UTC),
    deadlines=(
        deadline(datetime(2027, 6, 3, 15, 0, tzinfo=UTC), precision="day", kind="stage_1"),
        deadline(datetime(2027, 11, 3, 16, 0, tzinfo=UTC), precision="day", kind="stage_2"),
    ),
    tags=(tag("digital.quantum"),),
)
WITHDRAWN = call(6, id="es_bdns:6", source_id="es_bdns", native_id="6", title="Gone away", withdrawn=True)
UNDATED = call(7, id="es_bdns:7", source_id="es_bdns", native_id="7", title="No dates", deadlines=())
MANY = tuple(
    call(
        100 + number,
        id=f"es_bdns:{100 + number}",
        source_id="es_bdns",
        native_id=str(100 + number),
        title=f"Digitalización {number}",
        language="es",
        countries=("ES",),
    )
    for number in range(25)
)
SHELF: tuple[Call, ...] = (HYDROGEN, HOSTILE, ODD_ID, CLOSED, FORTHCOMING, WITHDRAWN, UNDATED, *MANY)


@dataclass(frozen=True)
class Served:
    """A filled portal and a client that talks to it without a socket."""

    app: FastAPI
    client: TestClient

    @property
    def portal(self) -> Portal:
        portal: Portal = self.app.state.portal
        return portal


def fill(portal: Portal, calls: tuple[Call, ...] = SHELF, now: datetime = NOW) -> None:
    """Publish calls as a healthy run a source, and bring the index in step."""
    ordered = sorted(calls, key=lambda one: one.source_id)
    for source_id, group in groupby(ordered, key=lambda one: one.source_id):
        found = list(group)
        run_id = start_run(portal.db, source_id, now)
        done = publish(portal.db, run_id, source_id, found, now)
        result = RunResult(
            now, "healthy", len(found), len(found), 0, {}, done.new, done.changed, done.unchanged, ()
        )
        finish_run(portal.db, run_id, result)
    assert synchronise(portal.db, portal.engine, now=now).state == "done"


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("portal")
    app = create_app(Settings(data_dir=folder, public_url="https://portal.example"), clock=lambda: NOW)
    served = Served(app, TestClient(app, raise_server_exceptions=True))
    fill(served.portal)
    yield served
    served.client.close()
    served.portal.db.close()


@pytest.fixture
def client(served: Served) -> TestClient:
    return served.client


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Served]:
    app = create_app(Settings(data_dir=tmp_path), clock=lambda: NOW)
    served = Served(app, TestClient(app))
    yield served
    served.client.close()
    served.portal.db.close()
