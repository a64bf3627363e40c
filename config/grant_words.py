"""Words that make an amount or a share in running text the most one project gets, or take that away again."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.prose_words import read_patterns

DEFAULT = Path(__file__).parent / "grant_words.toml"


@dataclass(frozen=True, slots=True)
class GrantWords:
    """One pattern a kind of word; each finds whole words in folded text.

    Attributes:
        ceiling: Make an amount behind them a ceiling ("máximo", "dans la limite de").
        aid: Name what is given.
        given: Name it and its ceiling at once, as is only said of one project ("aide plafonnée").
        apiece: Say that it is for each ("por beneficiario").
        whole: Speak of all the money of a call.
        other: Make a sum another one: of expenses, a loan, what is added, a month or several years.
        rate_ceiling: Make a share behind them the highest, as `ceiling` does.
        rate_aid: Name what is given, or the share of the costs that it is.
        cost: What that is a share of.
        rate_other: Make a share another one: of other aid, an advance, a company, what is added for some.
    """

    ceiling: re.Pattern[str]
    aid: re.Pattern[str]
    given: re.Pattern[str]
    apiece: re.Pattern[str]
    whole: re.Pattern[str]
    other: re.Pattern[str]
    rate_ceiling: re.Pattern[str]
    rate_aid: re.Pattern[str]
    cost: re.Pattern[str]
    rate_other: re.Pattern[str]


@cache
def grant_words(path: Path = DEFAULT) -> GrantWords:
    """Read the words.

    Raises:
        ConfigError: The file is missing, no TOML, or lacks a list; names file and key.
    """
    return GrantWords(**read_patterns(path, GrantWords.__slots__))
