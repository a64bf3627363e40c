"""The taxonomy: sectors, areas, flags, their terms, and what programme identifiers hint at."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import ConfigError

DEFAULT = Path(__file__).parent / "taxonomy.toml"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Area(_Part):
    """A technology area, or a flag.

    Attributes:
        basis: What it is drawn from and how well that is known; never to be quoted as law where
            it says "from memory".
        terms: ISO 639-1 -> words and phrases. All-capital terms up to four letters are matched by case.
        weak: Terms that count little: they name the context as often as the technology.
        negatives: Phrases in which a term means something else.
    """

    label: str
    basis: str = ""
    terms: Mapping[str, tuple[str, ...]]
    weak: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()


class SectorEntry(_Part):
    """A sector and its areas by key."""

    label: str
    areas: Mapping[str, Area]


class Hint(_Part):
    """What the identifier of a call says of its technology, as weak evidence.

    Attributes:
        pattern: Regular expression matched at the start of the call identifier.
        areas: Areas the identifier speaks for, or sectors when only that is known.
        weight: Added to the score; negative where the programme funds no technology.
    """

    pattern: str
    areas: tuple[str, ...] = ()
    weight: float = Field(ge=-10, le=10)


class Taxonomy(_Part):
    """Everything the tagger knows about words."""

    version: str
    sectors: Mapping[Literal["digital", "clean", "bio"], SectorEntry]
    flags: Mapping[Literal["defence", "space"], Area]
    hints: tuple[Hint, ...] = ()

    def areas(self) -> Iterator[tuple[str, Area]]:
        """Yield ``sector.area`` keys and areas in the file's order."""
        for sector, entry in self.sectors.items():
            for key, area in entry.areas.items():
                yield f"{sector}.{key}", area

    def label_of(self, key: str) -> str:
        """Return the label of an area or sector key; the key itself when unknown."""
        if key in ("defence", "defence.defence"):
            return "Defence"
        sector, _, area = key.partition(".")
        entry = self.sectors.get(sector)  # type: ignore[call-overload]  # any string may be asked
        if entry is None or (area and area not in entry.areas):
            return key
        return str(entry.areas[area].label if area else entry.label)


def load_taxonomy(path: Path = DEFAULT) -> Taxonomy:
    """Read the taxonomy.

    Raises:
        ConfigError: The file is missing, no TOML, or an entry is wrong; names file, entry and key.
    """
    try:
        return Taxonomy(**tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(path, "-", "-", str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(part) for part in first["loc"]]
        raise ConfigError(path, ".".join(place[:-1]) or "-", place[-1], first["msg"]) from error
