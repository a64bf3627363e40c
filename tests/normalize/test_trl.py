import pytest

from normalize.errors import RecordError
from normalize.trl import parse_trl


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("TRL 4", (4, 4)),
        ("4-6", (4, 6)),
        ("TRL 4 to 6", (4, 6)),
        ("TRL 6 – 4", (4, 6)),
        ("from TRL 2 to TRL 5", (2, 5)),
    ],
)
def test_levels(text: str, levels: tuple[int, int]) -> None:
    assert parse_trl(text) == levels


@pytest.mark.parametrize("text", ["", "TRL", "TRL 0", "TRL 12", "1, 2, 3", "high"])
def test_what_is_no_level_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        parse_trl(text)
