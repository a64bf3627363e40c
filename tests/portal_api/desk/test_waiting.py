"""Reports of mistakes and groups of records, settled at the desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from config.settings import Settings
from portal_api.app import create_app
from store.groups import group_of, regroup
from store.mistakes import count_waiting_mistakes, report_mistake, waiting_mistakes
from store.staff import add_staff
from tests.calls import call
from tests.conftest import NOW
from tests.portal_api.conftest import HYDROGEN, SHELF, Served, fill
from tests.portal_api.desk.test_desk import ADA, PASSWORD, log_in, token_of

TWINS = (
    call(
        1, id="es_bdns:910001", source_id="es_bdns", native_id="910001", title="Ayudas A", countries=("ES",)
    ),
    call(
        2,
        id="es_catalunya:x",
        source_id="es_catalunya",
        native_id="x",
        aliases=("910001",),
        title="Ajuts A",
        countries=("ES",),
    ),
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Served]:
    app = create_app(Settings(data_dir=tmp_path), clock=lambda: NOW)
    served = Served(app, TestClient(app, follow_redirects=False))
    fill(served.portal, (*SHELF, *TWINS))
    regroup(served.portal.db)
    add_staff(served.portal.db, ADA, PASSWORD, NOW)
    log_in(served.client)
    yield served
    served.client.close()
    served.portal.db.close()


def test_a_report_is_shown_with_its_words_escaped_and_settled_once(desk: Served) -> None:
    db = desk.portal.db
    report_mistake(db, HYDROGEN.id, "deadlines", "It is <b>the 5th</b>.", "reader@x.example", NOW)
    (report,) = waiting_mistakes(db)

    page = desk.client.get("/desk").text
    data = {"number": report.number, "token": token_of(desk.client)}
    settled = desk.client.post("/desk/reports", data=data)

    assert "It is &lt;b&gt;the 5th&lt;/b&gt;." in page
    assert settled.status_code == 303
    assert count_waiting_mistakes(db) == 0
    assert desk.client.post("/desk/reports", data=data).status_code == 404


def test_a_group_is_parted_with_a_reason_and_stays_apart(desk: Served) -> None:
    db = desk.portal.db
    found = group_of(db, TWINS[0].id)
    assert found is not None
    data = {"group_id": found.group_id, "token": token_of(desk.client)}

    without = desk.client.post("/desk/groups", data=data | {"reason": " "})
    parted = desk.client.post("/desk/groups", data=data | {"reason": "another year"})
    regroup(db)

    assert (without.status_code, parted.status_code) == (422, 303)
    assert group_of(db, TWINS[0].id) is None


@pytest.mark.parametrize(
    ("path", "data"), [("/desk/reports", {"number": "1"}), ("/desk/groups", {"group_id": "x", "reason": "y"})]
)
def test_a_form_without_its_token_settles_nothing(desk: Served, path: str, data: dict[str, str]) -> None:
    assert desk.client.post(path, data=data).status_code == 403
