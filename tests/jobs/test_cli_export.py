"""`portal export` is the portal's own export, byte for byte."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from config.settings import Settings
from jobs.cli import app, context
from portal_api.app import create_app
from portal_api.exports import FORMATS
from tests.conftest import NOW
from tests.portal_api.conftest import SHELF, Served, fill
from tests.portal_api.test_spreadsheets import sheet


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("portal")
    web = create_app(Settings(data_dir=folder), clock=lambda: NOW)
    served = Served(web, TestClient(web))
    fill(served.portal)
    yield served
    served.client.close()
    served.portal.db.close()


@pytest.fixture(autouse=True)
def same_place_and_time(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_DATA_DIR", str(served.portal.settings.data_dir))
    monkeypatch.setattr(context, "utc_now", lambda: NOW)


def portal(*arguments: str, code: int = 0) -> bytes:
    done = CliRunner().invoke(app, ["export", *arguments])
    assert done.exit_code == code, done.output
    return done.stdout_bytes if code == 0 else done.output.encode()


SEARCHES = [
    ("", []),
    ("q=hydrogen", ["hydrogen"]),
    (
        "status=open&status=forthcoming&level=eu",
        ["--status", "open", "--status", "forthcoming", "--level", "eu"],
    ),
    ("deadline_to=2026-12-31&sort=newest", ["--deadline-before", "2026-12-31", "--sort", "newest"]),
    ("id=eu_ft:5&id=eu_ft:1", ["--id", "eu_ft:5", "--id", "eu_ft:1"]),
    ("source=es_bdns&columns=title,id", ["--source", "es_bdns", "--columns", "title,id"]),
]


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "xlsx"])
@pytest.mark.parametrize(("query", "options"), SEARCHES, ids=[query or "all" for query, _ in SEARCHES])
def test_the_command_line_writes_what_the_api_answers(
    served: Served, form: str, query: str, options: list[str]
) -> None:
    answer = served.client.get(f"/api/v1/export?format={form}&{query}".rstrip("&"))

    assert portal("--format", form, *options) == answer.content


def test_a_workbook_holds_the_same_cells(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "calls.xlsx"
    portal("--format", "xlsx", "-o", str(file))

    cells = sheet(file.read_bytes())
    assert cells == sheet(served.client.get("/api/v1/export?format=xlsx").content)
    assert len(cells) == len(SHELF) + 1


def test_the_address_of_a_search_page_can_be_pasted(served: Served) -> None:
    answer = served.client.get("/api/v1/export?sector=clean&instrument=grant&seal=awards")

    pasted = "https://portal.example/?sector=clean&instrument=grant&seal=awards&view=calendar"
    assert portal("--address", pasted) == answer.content
    assert io.BytesIO(answer.content).readline()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--format", "pdf"], "'pdf' is none of"),
        (["--id", "eu_ft:none"], "there is no call 'eu_ft:none'"),
        (["--columns", "colour", "--format", "csv"], "'colour' is none of id"),
        (["--address", "sektor=clean"], "sektor: no such parameter"),
        (["hydrogen", "--address", "q=wind"], "--address is a whole search"),
    ],
)
def test_what_cannot_be_exported_is_said(options: list[str], says: str) -> None:
    assert says in " ".join(portal(*options, code=2).decode().split())


def test_a_failed_export_leaves_no_file_behind(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"

    portal("--format", "csv", "--id", "eu_ft:none", "-o", str(file), code=2)

    assert list(tmp_path.iterdir()) == []
