from pathlib import Path

import pytest

from jobs.evaluation.fields import coverage, main, print_coverage
from tests.calls import call, euros


def test_each_field_is_counted_by_source() -> None:
    totals, stated = coverage(
        [call(1, budget_total=euros("5")), call(2, deadlines=()), call(3, source_id="yy_other", trl_min=4)]
    )

    assert totals == {"xx_test": 2, "yy_other": 1}
    assert (stated["xx_test"]["budget"], stated["xx_test"]["deadline"], stated["xx_test"]["place"]) == (
        1,
        1,
        2,
    )
    assert stated["yy_other"]["trl"] == 1


def test_shares_are_printed_for_each_source_and_all(capsys: pytest.CaptureFixture[str]) -> None:
    print_coverage([call(1), call(2, deadlines=())])

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [["xx_test", "2", "50%"], ["all", "2", "50%"]]


def test_an_empty_store_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))

    assert main([]) == 0
    assert capsys.readouterr().out.startswith("no calls in the store\n")
