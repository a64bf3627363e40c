"""`portal digest` and `portal schedule --list` as an operator types them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.cli import app
from tests.calls import call, deadline
from tests.conftest import NOW
from tests.digest.installation import KEY, open_installation

FAR = NOW + timedelta(days=3000)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one subscriber and one call that came after them."""
    portal = open_installation(tmp_path)
    portal.subscribe("owner@company.example")
    portal.publish([call(1, deadlines=(deadline(FAR),))])
    portal.db.close()
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORTAL_SECRET_KEY", KEY)
    monkeypatch.setenv("PORTAL_MAIL_FROM", "digest@portal.example")
    return tmp_path


def portal(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output


def outbox(folder: Path) -> int:
    return len(list((folder / "outbox").glob("*.eml")))


def test_a_dry_run_counts_and_writes_nothing(installed: Path) -> None:
    code, said = portal("digest", "--dry-run", "--week", "2026-W48")

    assert code == 0
    assert "1 mails, 0 people with nothing to be told (1 new); nothing written, nothing sent" in said
    assert outbox(installed) == 0


def test_a_digest_is_sent_once_however_often_it_is_asked_for(installed: Path) -> None:
    first = portal("digest", "--week", "2026-W48")
    second = portal("digest", "--week", "2026-W48")
    third = portal("digest", "--week", "2026-W49", "--json")

    assert first[0] == second[0] == third[0] == 0
    assert "1 sent" in first[1]
    assert "nothing sent" in second[1]
    assert json.loads(third[1])["mails"] == 0
    assert outbox(installed) == 1


@pytest.mark.parametrize("week", ["2026-48", "W48", "2026-W54", "next week"])
def test_what_is_no_week_is_said_so(installed: Path, week: str) -> None:
    code, said = portal("digest", "--week", week)

    assert code != 0
    assert "is no ISO week; 2026-W48 is one" in said
    assert outbox(installed) == 0


def test_the_list_of_jobs_names_each_with_its_next_time(installed: Path) -> None:
    code, said = portal("schedule", "--list")
    _, as_json = portal("schedule", "--list", "--json")
    jobs = {job["job"]: job for job in json.loads(as_json)}

    assert code == 0
    assert {"weekly digest", "daily digest", "post", "backup", "dead links", "harvest eu_ft"} <= set(jobs)
    assert all(job["next"] for job in jobs.values())
    assert all(name in said for name in jobs)
