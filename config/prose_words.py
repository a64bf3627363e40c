"""Words that make a date in running text a deadline, take that away again, or say there is none."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.errors import ConfigError

DEFAULT = Path(__file__).parent / "prose_words.toml"


@dataclass(frozen=True, slots=True)
class ProseWords:
    """One pattern a kind of word; each finds whole words in folded text.

    Attributes:
        deadline: Make a date the last day to apply.
        until: End anything ("until", "entro il"): the last day only beside words of applying.
        applying: Speak of applying.
        exclusive: Leave open which day is meant: the last is the one before ("before"), or the time only
            begins there ("a month from").
        other_end: Let a date end something else (expenses, works, contracts).
        no_end: Say that there is no end but that of the money.
        told_apart: Tell several dates of one call apart ("second cut-off").
        extended: Say that a time to apply was moved ("extended", "prorogato").
        beginning: Lead to the first day of a window ("from", "dal").
        takes_place: Give a window to something one goes to (a fair, a course).
        document: Name what bears a day of its own ("Richtlinie vom 3. Mai").
    """

    deadline: re.Pattern[str]
    until: re.Pattern[str]
    applying: re.Pattern[str]
    exclusive: re.Pattern[str]
    other_end: re.Pattern[str]
    no_end: re.Pattern[str]
    told_apart: re.Pattern[str]
    extended: re.Pattern[str]
    beginning: re.Pattern[str]
    takes_place: re.Pattern[str]
    document: re.Pattern[str]


@cache
def prose_words(path: Path = DEFAULT) -> ProseWords:
    """Read the words.

    Raises:
        ConfigError: The file is missing, no TOML, or lacks a list; names file and key.
    """
    return ProseWords(**read_patterns(path, ProseWords.__slots__))


def read_patterns(path: Path, kinds: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """Return kind -> a pattern that finds the whole words listed of it in a file.

    Raises:
        ConfigError: The file is missing, no TOML, or lacks a list; names file and key.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(path, "-", "-", str(error)) from error
    patterns = {}
    for kind in kinds:
        words = document.get(kind)
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            raise ConfigError(path, "-", kind, "a list of words is needed")
        patterns[kind] = _pattern(words)
    return patterns


def _pattern(words: list[str]) -> re.Pattern[str]:
    # A blank stands for any white space, a star for any ending; the longest alternative wins.
    spelled = sorted(
        (re.escape(word).replace(r"\ ", r"\s+").replace(r"\*", r"\w*") for word in words),
        key=len,
        reverse=True,
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelled)})(?!\w)")
