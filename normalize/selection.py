"""What is a call: the include and exclude rules of a source's entry."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from config.sources import Rule, Source
from normalize.errors import NotACall, RecordError

READ_CHARACTERS = 5_000
"""How much of a value a pattern sees: a record may hold megabytes."""


def check_is_call(payload: Mapping[str, Any], source: Source) -> None:
    """Let a record pass on which no ``exclude`` rule holds and every ``include`` rule does.

    Raises:
        NotACall: With the reason of the first rule that says so.
        RecordError: A shape a rule's path cannot read.
    """
    for rule in source.exclude:
        if _holds(rule, payload):
            raise NotACall(rule.reason)
    for rule in source.include:
        if not _holds(rule, payload):
            raise NotACall(rule.reason)


def _holds(rule: Rule, payload: Mapping[str, Any]) -> bool:
    try:
        found = _compiled(rule.path).search(payload)
    except JMESPathError as error:
        raise RecordError("a shape a rule's path cannot read", field=rule.path, value=error) from error
    texts = (" ".join(text[:READ_CHARACTERS].split()) for text in _texts(found))
    if rule.pattern is None:
        return any(text in rule.words for text in texts)
    pattern = _pattern(rule.pattern)
    return any(pattern.search(text) for text in texts)


def _texts(found: object) -> Iterator[str]:
    for value in found if isinstance(found, list) else [found]:
        if isinstance(value, bool):
            yield str(value).lower()
        elif isinstance(value, str | int | float):
            yield str(value)


@cache
def _compiled(path: str) -> ParsedResult:
    return jmespath.compile(path)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
