"""`portal staff` as an administrator types it."""

import pytest
from typer.testing import CliRunner

from config.settings import Settings
from jobs.cli import app
from store.database import Database, open_database
from store.staff import staff_by_password

GOOD = "correct horse battery"


@pytest.fixture
def db(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Database:
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("PORTAL_DATA_DIR", str(folder))
    return open_database(Settings(data_dir=folder))


def staff(*words: str, stdin: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, ["staff", *words], input=stdin)
    return result.exit_code, result.output


def test_an_account_is_made_changed_and_removed(db: Database) -> None:
    assert staff("add", "ada@cluster.example", "--password-stdin", stdin=f"{GOOD}\n")[0] == 0
    assert staff_by_password(db, "ada@cluster.example", GOOD) is not None
    assert "ada@cluster.example" in staff("list")[1]

    assert staff("password", "ada@cluster.example", "--password-stdin", stdin="another good one\n")[0] == 0
    assert staff_by_password(db, "ada@cluster.example", "another good one") is not None

    assert staff("remove", "ada@cluster.example")[0] == 0
    assert staff("list")[1] == ""
    db.close()


def test_a_password_is_asked_for_twice_and_not_shown(db: Database) -> None:
    code, said = staff("add", "ada@cluster.example", stdin=f"{GOOD}\n{GOOD}\n")

    assert code == 0
    assert GOOD not in said
    db.close()


def test_what_cannot_be_done_is_said(db: Database) -> None:
    code, said = staff("add", "ada", "--password-stdin", stdin=f"{GOOD}\n")

    assert (code, "no e-mail address" in said) == (2, True)
    db.close()
