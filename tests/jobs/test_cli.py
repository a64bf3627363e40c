"""The `portal` command as a person and a program use it."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.portal_process import run_portal
from tests.sources.samples import SOURCES


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Harvest the samples once, as `make demo` does."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "jobs.demo", "--no-serve", "--data-dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def portal(data_dir: Path, *arguments: str, given: str | None = None, code: int = 0) -> str:
    done = run_portal(data_dir, *arguments, given=given)
    assert done.returncode == code, done.stderr
    return done.stdout if not code else done.stderr


def test_search_finds_and_filters(data_dir: Path) -> None:
    answer = json.loads(
        portal(data_dir, "search", "hydrogen", "--sector", "clean", "--country", "FR", "--json")
    )

    assert answer["total"] == len(answer["calls"]) >= 2
    assert all("clean" in {tag["sector"] for tag in call["tags"]} for call in answer["calls"])


def test_search_prints_a_line_a_call(data_dir: Path) -> None:
    printed = portal(data_dir, "search", "Wasserstoffspeicher")

    assert "Richtlinie zur Förderung von Wasserstoffspeichern" in printed


def test_a_wrong_value_names_its_option(data_dir: Path) -> None:
    assert "--sector" in portal(data_dir, "search", "x", "--sector", "cheese", code=2)


def test_export_prints_the_schema_one_call_a_line(data_dir: Path) -> None:
    calls = [json.loads(line) for line in portal(data_dir, "export", "--format", "jsonl").splitlines()]

    assert len(calls) > 60
    assert {call["source_id"] for call in calls} == set(SOURCES)
    assert all({"id", "status", "next_deadline", "deadlines", "tags", "seal"} <= set(call) for call in calls)


def test_export_takes_the_filters_and_writes_a_file(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    portal(data_dir, "export", "--format", "csv", "--level", "regional", "-o", str(file))

    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    assert rows
    assert {row["level"] for row in rows} == {"regional"}


def test_tag_reads_and_writes_json_lines(data_dir: Path) -> None:
    records: list[dict[str, Any]] = [
        {
            "id": "1",
            "lang": "de",
            "title": "Wasserstoffspeicher für Häfen",
            "text": "Elektrolyse und Brennstoffzellen.",
        },
        {"id": "2", "lang": "en", "title": "Folk dance festival", "text": "Costumes and music."},
    ]

    printed = portal(data_dir, "tag", given="\n".join(json.dumps(record) for record in records))

    first, second = map(json.loads, printed.splitlines())
    assert first["sectors"] == ["clean"]
    assert "clean.hydrogen" in first["areas"]
    assert all(first["evidence"].values())
    assert (second["sectors"], second["areas"], second["defence"], second["space"]) == ([], [], False, False)


def test_tag_names_a_line_it_cannot_read_and_goes_on(data_dir: Path) -> None:
    complaint = portal(data_dir, "tag", given='{"id": 1}\nnonsense\n', code=1)

    assert "line 1" in complaint
    assert "line 2" in complaint


def test_sources_tells_each_state(data_dir: Path) -> None:
    states = json.loads(portal(data_dir, "sources", "--json"))

    healths = {state["source_id"]: state["health"] for state in states}
    off = [source.id for source in SOURCES.values() if source.token_env or not source.enabled]
    assert healths == dict.fromkeys(SOURCES, "healthy") | dict.fromkeys(off, "off")
    assert all(state["calls"] for state in states)


def test_doctor_finds_a_gap_and_reindex_mends_it(data_dir: Path) -> None:
    for file in (data_dir / "index").iterdir():
        if file.name == "current":
            file.unlink()
    (data_dir / "index" / "current").write_text("v1-1")

    sick = json.loads(_doctor(data_dir, code=1))
    portal(data_dir, "reindex")
    healthy = json.loads(_doctor(data_dir, code=0))

    assert [f["mend"] for f in sick if f["what"] == "search index"] == ["portal reindex"]
    assert all(finding["ok"] for finding in healthy)


def _doctor(data_dir: Path, code: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "jobs.cli", "doctor", "--json"],
        env=os.environ | {"PORTAL_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_a_wrong_entry_stops_the_start_and_names_file_entry_and_key(data_dir: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "sources.toml"
    wrong.write_text('[sources.xx_wrong]\ntitle = "No more"\n', "utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "jobs.cli", "sources"],
        env=os.environ | {"PORTAL_DATA_DIR": str(data_dir), "PORTAL_SOURCES": str(wrong)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert f"{wrong}: [sources.xx_wrong] publisher" in done.stderr
