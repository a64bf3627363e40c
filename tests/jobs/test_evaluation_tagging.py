import json
from pathlib import Path
from typing import Any

import pytest

from jobs.evaluation.tagging import Tally, main


def written(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def row(title: str, area: str | None, *, sure: bool = True) -> dict[str, Any]:
    areas = [area] if area else []
    labels = {"sectors": [key.split(".")[0] for key in areas], "areas": areas, "sure": sure}
    return {"id": title, "lang": "en", "title": title, "text": "", "defence": False, "space": False, **labels}


def test_a_tally_knows_precision_recall_and_f1() -> None:
    counts = Tally(right=6, wrong=2, missed=6)
    assert (counts.precision, counts.recall, counts.f1) == (0.75, 0.5, 0.6)


def test_nothing_found_is_zero_and_no_division() -> None:
    counts = Tally()
    assert (counts.precision, counts.recall, counts.f1) == (0.0, 0.0, 0.0)


def test_missing_rows_are_said_clearly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none.jsonl"
    assert main(["--rows", str(missing)]) == 2
    assert f"no labelled calls at {missing}" in capsys.readouterr().err


def test_figures_and_mistakes_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        row("Quantum computing", "digital.quantum"),
        row("Hydrogen valleys", "clean.hydrogen"),
        row("Town twinning", "bio.medicines", sure=False),
    ]
    assert main(["--rows", str(written(tmp_path, *rows)), "--no-folds"]) == 0
    printed = capsys.readouterr().out
    assert "all               3 calls  sectors 0.667 (micro 0.800)  areas 0.800" in printed
    assert "? none <- bio                  Town twinning  Town twinning" in printed


def test_below_the_floor_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = written(tmp_path, row("Town twinning", "bio.medicines"))
    assert main(["--rows", str(rows), "--no-folds", "--min-macro-f1", "0.87"]) == 1
    assert "macro-F1 0.000 is below 0.87" in capsys.readouterr().err


def test_folds_are_judged_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(f"Hydrogen valley {number}", "clean.hydrogen") for number in range(6)]
    assert main(["--rows", str(written(tmp_path, *rows))]) == 0
    assert "cross-validated over 5 folds" in capsys.readouterr().out
