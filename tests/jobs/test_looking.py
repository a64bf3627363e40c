"""One look at a source, by a real crawl process, explains what is there and stores nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.demo.server import SampleServer
from jobs.recording import chosen, redacted, trimmed, without_persons
from tests.sources.samples import FOLDER, SOURCES

SOURCE = "fr_idf_aides"


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    with SampleServer(SOURCES, FOLDER) as server:
        environment = os.environ | {
            "PORTAL_SAMPLE_ORIGIN": server.origin,
            "PORTAL_ALLOW_HOSTS": "127.0.0.1",
            "PORTAL_DATA_DIR": str(folder),
        }
        return subprocess.run(
            [sys.executable, "-m", *command], env=environment, capture_output=True, text=True, check=False
        )


def test_a_look_explains_what_a_few_pages_hold(tmp_path: Path) -> None:
    done = run(tmp_path, "jobs.cli", "sources", "check", SOURCE)

    assert done.returncode == 0, done.stderr
    assert "13 records in 1 answers; the source says it has 13" in done.stdout
    assert "11 calls, 2 rejected, 0 not calls" in done.stdout
    assert "rejected, 1: deadlines: a day that does not exist" in done.stdout
    assert "first call: fr_idf_aides:" in done.stdout
    listed = json.loads(run(tmp_path, "jobs.cli", "sources", "--json").stdout)
    assert next(state for state in listed if state["source_id"] == SOURCE)["health"] == "never"


def test_samples_are_recorded_without_persons(tmp_path: Path) -> None:
    done = run(tmp_path, "jobs.recording", SOURCE, "--folder", str(tmp_path / "samples"))

    assert done.returncode == 0, done.stderr
    kept = json.loads((tmp_path / "samples" / SOURCE / "records.json").read_text("utf-8"))
    assert len(kept) == 12
    assert all(record["id_aide"] for record in kept)
    assert "@" not in json.dumps(kept).replace("name@agency.example", "")


def test_values_under_keys_of_persons_are_emptied_and_keep_their_kind() -> None:
    record = {
        "title": "Call",
        "contact_mail": "ana@agency.example.org",
        "kontakt": {"name": "Ana", "tel": 12},
        "user": ["Ana", "Ben"],
        "budget": 5,
    }

    assert without_persons(record) == {
        "title": "Call",
        "contact_mail": "",
        "kontakt": {"name": "", "tel": None},
        "user": [""],
        "budget": 5,
    }


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Write to ana.b@agency.org today", "Write to name@agency.example today"),
        ("ana [at] agency.org", "name@agency.example"),
        ("Call +32 2 123 45 67 now", "Call +00 000 000 000 now"),
        ("Submitted by Ana Maria on 5 April 2026", "Submitted by somebody on 5 April 2026"),
        ("Budget 1 250 000 EUR until 2027-03-01", "Budget 1 250 000 EUR until 2027-03-01"),
        ("HORIZON-CL4-2027-04-DATA-03", "HORIZON-CL4-2027-04-DATA-03"),
    ],
)
def test_texts_lose_addresses_and_numbers_of_people_and_nothing_else(text: str, kept: str) -> None:
    assert redacted(text) == kept


def test_long_texts_are_cut_and_documents_in_texts_are_not() -> None:
    inner = json.dumps({"a": "x " * 2_000})

    assert trimmed({"text": "word " * 1_000, "json": inner}) == {
        "text": "word " * 299 + "word […]",
        "json": inner,
    }


def test_records_that_differ_in_what_they_hold_are_chosen_first() -> None:
    alike = [{"id": number, "title": "a"} for number in range(1, 21)]

    assert chosen([*alike, {"id": 99, "deadline": "x"}], 3) == [
        alike[0],
        {"id": 99, "deadline": "x"},
        alike[1],
    ]
