"""The EU portal's programme codes."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "eu_programmes.toml"


@cache
def eu_programmes() -> Mapping[str, str]:
    """Return the code the EU portal prints (``frameworkProgramme``) -> the programme's name."""
    programmes: dict[str, str] = tomllib.loads(_FILE.read_text("utf-8"))["programmes"]
    return programmes
