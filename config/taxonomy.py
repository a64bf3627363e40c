"""The taxonomy: sectors, areas, flags, their terms, and what programme identifiers hint at."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.errors import ConfigError, reason_of

DEFAULT = Path(__file__).parent / "taxonomy.toml"
SectorName = Literal["digital", "clean", "bio"]
FlagName = Literal["defence", "space"]


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return pattern


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("an empty term")
    return text


Term = Annotated[str, AfterValidator(_not_blank)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Area(_Part):
    """A technology area, or a flag.

    Attributes:
        basis: What it is drawn from and how well that is known; never to be quoted as law where
            it says "from memory".
        terms: ISO 639-1 -> words and phrases. Terms up to five letters with two capitals are
            abbreviations and matched by case.
        weak: Those of them that count little: they name the context as often as the technology.
        negatives: Phrases in which a term means something else.
    """

    label: str
    basis: str = ""
    terms: Mapping[Language, tuple[Term, ...]]
    weak: tuple[Term, ...] = ()
    negatives: tuple[Term, ...] = ()

    @model_validator(mode="after")
    def _weak_are_terms(self) -> Self:
        known = {term.casefold() for terms in self.terms.values() for term in terms}
        for term in self.weak:
            if term.casefold() not in known:
                raise ValueError(f"weak {term!r} is none of the terms")
        return self


class SectorEntry(_Part):
    """A sector and its areas by key."""

    label: str
    areas: Mapping[Annotated[str, Field(pattern=r"^[a-z_]+$")], Area]


class Hint(_Part):
    """What the identifier or programme of a call says of its technology, as weak evidence.

    Attributes:
        pattern: Regular expression matched at the start of the field.
        field: Where it is looked for.
        areas: Areas it speaks for, or sectors or flags when only that is known; none: it speaks
            of the whole call, for (above zero) or against any technology (below).
        weight: Added to the score.
    """

    pattern: Annotated[str, AfterValidator(_compiles)]
    field: Literal["call_identifier", "programme"] = "call_identifier"
    areas: tuple[str, ...] = ()
    weight: float = Field(ge=-10, le=10)


class Taxonomy(_Part):
    """Everything the tagger knows about words.

    Attributes:
        version: Kept with every call that was tagged with it.
        boilerplate: Phrases whose whole sentence says nothing of the technology.
        hints: Looked through in order, the first that fits a field counts.
    """

    version: str = Field(min_length=1)
    sectors: Mapping[SectorName, SectorEntry]
    flags: Mapping[FlagName, Area]
    boilerplate: tuple[Term, ...] = ()
    hints: tuple[Hint, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name, known in (("sectors", get_args(SectorName)), ("flags", get_args(FlagName))):
            if missing := set(known) - set(getattr(self, name)):
                raise ValueError(f"{name} lacks {', '.join(sorted(missing))}")
        keys = {key for key, _ in self.areas()} | set(self.sectors) | set(self.flags)
        for hint in self.hints:
            if unknown := set(hint.areas) - keys:
                raise ValueError(f"hint {hint.pattern!r} names no area of ours: {sorted(unknown)}")
        return self

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
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(path, "-", "-", str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(part) for part in first["loc"]] or ["-"]
        raise ConfigError(path, ".".join(place[:-1]) or "-", place[-1], reason_of(first)) from error
