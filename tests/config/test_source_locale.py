"""A wrong format, hour or path stops the start, not one record after another."""

import pytest
from pydantic import ValidationError

from tests.normalize.building import source


@pytest.mark.parametrize("form", ["%Q", "%d/%m", "%H:%M", "%", ""])
def test_a_format_without_a_whole_date_is_refused(form: str) -> None:
    with pytest.raises(ValidationError):
        source(date_formats=(form,))


def test_a_format_with_a_whole_date_is_taken() -> None:
    forms = ("%d/%m/%Y", "%d.%m.%y %H:%M Uhr", "%Y-%m-%dT%H:%M:%S.%f", "%d/%m/%Y %H:%M %z")

    assert source(date_formats=forms).date_formats == forms


@pytest.mark.parametrize("hour", ["24:00", "17:60", "17"])
def test_an_hour_that_does_not_exist_is_refused(hour: str) -> None:
    with pytest.raises(ValidationError):
        source(deadline_hour=hour)


def test_a_broken_path_is_refused_with_its_field() -> None:
    with pytest.raises(ValidationError, match="title"):
        source(fields={"title": "a["})
