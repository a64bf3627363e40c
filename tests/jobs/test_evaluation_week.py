"""The replay of mails: nothing lost, nothing told twice, and an account that would notice."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs.evaluation.changes import FIXTURES
from jobs.evaluation.daily_lists import Day, Grant, Recorded
from jobs.evaluation.week import main, replay
from jobs.evaluation.week_people import Account, facts_of
from normalize.call import Call
from tests.calls import call, deadline

HYDROGEN, BATTERIES = "hydrogen SME in Germany", "Battery storage for ports"
NOW = datetime(2026, 6, 2, 5, tzinfo=UTC)


def grant(number: int, title: str, closes: str) -> Grant:
    """Return a record as the recorded lists hold it, in our own words."""
    return {
        "id": f"{number}TOPICSen",
        "kind": {"id": "1"},
        "identifier": f"X-{number}",
        "title": title,
        "callIdentifier": f"X-CALL-{number}",
        "callTitle": title,
        "frameworkProgrammes": [],
        "status": {"id": "31094502"},
        "startDate": "2026-05-01T00:00:00.000Z",
        "deadlineDate": closes,
        "abstract": f"<p>{title}: demonstration in industry.</p>",
        "actionType": "HORIZON-RIA",
        "url": f"https://example.eu/{number}",
    }


def days(*lists: Mapping[str, Grant]) -> list[Day]:
    return [Day(date(2026, 6, 1) + timedelta(days=at), listed) for at, listed in enumerate(lists)]


def test_a_person_hears_of_what_is_new_and_what_moves_once(tmp_path: Path) -> None:
    known = grant(1, "Electrolysers for hydrogen", "2026-09-15T15:00:00.000Z")
    moved = {**known, "deadlineDate": "2026-10-20T15:00:00.000Z"}
    new = grant(2, BATTERIES, "2026-09-20T15:00:00.000Z")
    said: list[str] = []

    accounts = replay(
        days({"1": known}, {"1": known, "2": new}, {"1": moved, "2": new}, {"1": moved, "2": new}),
        tmp_path,
        say=said.append,
    )

    hydrogen = accounts[HYDROGEN]
    assert (hydrogen.lost, hydrogen.doubled) == ([], [])
    assert dict(hydrogen.told) == {"new": 1, "changed": 1}
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 2
    assert any("deadline_extended: 2026-09-15T15:00 -> 2026-10-20T15:00" in line for line in said)


def account_of(known: Call) -> Account:
    return Account({known.id: facts_of(known)})


def item(of: Call, part: str) -> dict[str, Any]:
    return {"call": of.id, "part": part}


def test_the_account_notices_what_is_lost_and_what_is_told_twice() -> None:
    known = call(1, deadlines=(deadline(NOW + timedelta(days=90)),))
    new = call(2, deadlines=(deadline(NOW + timedelta(days=90)),))
    moved = known.model_copy(update={"deadlines": (deadline(NOW + timedelta(days=60)),)})
    calls = {known.id: moved, new.id: new}

    account = account_of(known)
    account.check([], 0, calls, calls, NOW)
    assert account.lost == [f"{new.id}: new at 02 Jun", f"{known.id}: another deadline at 02 Jun"]

    account.check([item(new, "new")], 0, calls, calls, NOW)
    assert account.doubled == [f"{new.id}: new at 02 Jun, which was known"]


def test_what_a_mail_only_counts_is_not_lost() -> None:
    known, new = call(1), call(2)
    account = account_of(known)

    account.check([], 1, {new.id: new}, {known.id: known, new.id: new}, NOW)

    assert account.lost == []


@pytest.mark.skipif(not (FIXTURES / "daily").is_dir(), reason="the recorded lists are not here")
def test_nobody_loses_anything_in_a_recorded_week(tmp_path: Path) -> None:
    week = [day for day in Recorded(FIXTURES).days() if date(2026, 8, 11) <= day.day <= date(2026, 8, 18)]

    accounts = replay(week, tmp_path, say=lambda line: None)

    assert [account.lost + account.doubled for account in accounts.values()] == [[]] * 5
    assert accounts["cluster in Poland, all of Digital Europe"].told["changed"] == 2


def test_without_the_recorded_lists_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fixtures", "/nowhere"]) == 0
    assert "not here" in capsys.readouterr().out
