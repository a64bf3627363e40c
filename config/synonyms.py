"""Words that mean the same in several languages: ``synonyms.toml`` and its reader."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import ConfigError, key_of, reason_of

DEFAULT = Path(__file__).parent / "synonyms.toml"
_Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
_Word = Annotated[str, Field(min_length=2, pattern=r"\w")]
Meaning = Mapping[_Language, Annotated[tuple[_Word, ...], Field(min_length=1)]]
"""Language (ISO 639-1) -> its words for one thing, the usual one first."""


class Synonyms(BaseModel):
    """Every meaning by its key. ``version`` names the state of the list.

    Attributes:
        parts: Language -> words that its compounds are made of, besides those of the taxonomy.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = Field(min_length=1)
    meanings: Mapping[str, Meaning]
    parts: Meaning = {}


@cache
def load_synonyms(path: Path = DEFAULT) -> Synonyms:
    """Read the list of synonyms; once a process.

    Raises:
        ConfigError: The file is missing, no TOML, or an entry is wrong; names file, entry and key.
    """
    try:
        return Synonyms(**tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(path, "-", "-", str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(path, "meanings", key_of(first), reason_of(first)) from error
