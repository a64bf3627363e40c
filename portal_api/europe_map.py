"""Europe as outlines: a shape a country, whose shade says how much is open there.

The outlines are Natural Earth's (public domain), made small: see docs/reference-tables.md. The
boundaries of Eurostat (EuroGeographics) carry terms of their own and are not needed for this.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import config

_FILE = Path(config.__file__).parent / "europe_outlines.csv"
SIZE = (560, 467)
"""Width and height of the map, in the units of the label positions."""
SCALE = 0.1
"""Units of the map in one of the outlines' own, which are whole numbers."""
_POINT = 4


@dataclass(frozen=True)
class Country:
    """A country on the map.

    Attributes:
        x: Where its label stands, in units of the map.
        y: The same from the top.
        room: How far the label's place is from the nearest border.
        outline: An SVG path in the outlines' own units.
    """

    x: int
    y: int
    room: int
    outline: str

    @property
    def is_point(self) -> bool:
        """Whether it is too small to be seen or hit as a shape, as Malta."""
        return self.room < _POINT


@cache
def countries_of_europe() -> Mapping[str, Country]:
    """Return ISO 3166-1 code -> country, of the EU and who takes part in its programmes."""
    return {
        row["code"]: Country(int(row["label_x"]), int(row["label_y"]), int(row["room"]), row["outline"])
        for row in _rows()
        if row["code"]
    }


@cache
def other_land() -> str:
    """Return the path of the land around, drawn without being counted."""
    return " ".join(row["outline"] for row in _rows() if not row["code"])


def shade(count: int, most: int) -> int:
    """Return 0 (nothing) to 4: quarters of the greatest count."""
    return 0 if count <= 0 else min(4, 1 + 4 * count // (most + 1))


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))
