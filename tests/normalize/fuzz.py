"""Mutated records: nothing but `RecordError` comes out, and no date that the record does not hold.

    python -m tests.normalize.fuzz --records 200000

The samples of every source are spoiled at random, by a fixed seed: values of other types, keys gone,
texts of absurd length, and above all dates with a digit changed, a part swapped or a sign lost. What a
spoiled date means is worked out here by other means than the parsers': whatever day comes out must be
one that the untouched record had, or that meaning.
"""

import argparse
import copy
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from config.sources import Source
from normalize.calendar_words import LANGUAGES
from normalize.call import Call
from normalize.errors import NotACall, RecordError
from normalize.pipeline import normalize
from normalize.record import RawRecord
from tests.conftest import NOW
from tests.normalize.building import Untagged
from tests.sources.samples import SOURCES, raw_records

SEED = 20261125
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{4}|\d{1,2}\.?\s(?:d[e']\s?)?[^\W\d_]{3,}\.?\s(?:de\s)?\d{4}"
)
_WORDED = re.compile(r"(\d{1,2})\D{1,6}?([^\W\d_]{3,})\.?\s(?:de\s)?(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_MONTHS = {
    name.casefold().rstrip("."): number
    for language in LANGUAGES
    for context in ("format", "stand-alone")
    for width in ("wide", "abbreviated")
    for number, name in Locale(language).months[context][width].items()
}
_NASTY: tuple[Any, ...] = (
    None, "", " ", "x" * 5_000, 0, -1, 1e308, float("-inf"), 10**40, True, [], {}, [[[]]], {"a": {"b": []}},
    "\x00\ud800", "99/99/9999", "0000-00-00", "2026-02-30", "<p>" * 600, "NaN", "١٢/٠٥/٢٠٢٧", ["2026-01-01"],
    {"descripcion": None},
)  # fmt: skip
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """A sample that normalises, the days it holds, and where its leaves and dates are."""

    source: Source
    payload: dict[str, Any]
    days: frozenset[date]
    leaves: tuple[Path, ...]
    dates: tuple[Path, ...]


class WrongDate(AssertionError):
    """A day came out that the spoiled record does not hold."""


def bases() -> list[Base]:
    """Return the samples of every source that become a call."""
    found = []
    for source in SOURCES.values():
        for raw in raw_records(source):
            payload = json.loads(raw.payload)
            try:
                call = _normalized(source, payload)
            except (RecordError, NotACall):
                continue
            leaves = tuple(_leaves(payload))
            dates = tuple(path for path in leaves if _DATE.search(str(_at(payload, path))))
            held = {day for path in dates for day in _meaning(_at(payload, path), source)}
            found.append(Base(source, payload, _days(call, source) | held, leaves, dates))
    return found


def run(records: int, seed: int = SEED) -> Counter[str]:
    """Spoil and normalise; return how many were accepted, rejected and no calls.

    Raises:
        WrongDate: With the record's source, the spoiled value and the day that came out.
    """
    rng = random.Random(seed)
    known, outcome = bases(), Counter[str]()
    for _ in range(records):
        base = rng.choice(known)
        payload, meant, spoiled = _spoiled(base, rng)
        try:
            call = _normalized(base.source, payload)
        except RecordError:
            outcome["rejected"] += 1
            continue
        except NotACall:
            outcome["no call"] += 1
            continue
        outcome["accepted"] += 1
        if wrong := _days(call, base.source) - base.days - meant:
            raise WrongDate(f"{base.source.id}: {spoiled!r} became {sorted(wrong)}, allowed {sorted(meant)}")
    return outcome


def _spoiled(base: Base, rng: random.Random) -> tuple[dict[str, Any], frozenset[date], object]:
    payload = copy.deepcopy(base.payload)
    meant: set[date] = set()
    spoiled: object = None
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        on_date = bool(base.dates) and rng.random() < 0.7
        path = rng.choice(base.dates if on_date else base.leaves)
        holder: Any = _at(payload, path[:-1])
        if _missing(holder, path[-1]):
            continue
        value = _date_spoiled(str(holder[path[-1]]), rng) if on_date else rng.choice(_NASTY)
        if not on_date and rng.random() < 0.2 and isinstance(holder, dict):
            del holder[path[-1]]
            continue
        holder[path[-1]] = spoiled = value
        meant |= _meaning(value, base.source)
    return payload, frozenset(meant), spoiled


def _date_spoiled(text: str, rng: random.Random) -> str:
    match = rng.choice(list(_DATE.finditer(text)) or [re.match("", text)])
    assert match is not None
    old = match.group() or text
    at = rng.randrange(max(len(old), 1))
    new = rng.choice(
        (
            old[:at] + rng.choice("0123456789") + old[at + 1 :],
            old[:at] + old[at + 1 :],
            old[:at] + rng.choice("0123456789-/. T:Z+") + old[at:],
            _swapped(old, rng),
            old.replace("-", "/"),
            old.replace("/", "."),
            f"{old} {rng.choice(('23:59', '00:00', '17:00 Brussels time', 'approx.', '(TBC)', 'or later'))}",
            f"{rng.choice(('before', 'from', 'ca.', '≈'))} {old}",
            old[::-1],
            f"{old}{old}",
            f"{old} - {rng.randrange(1, 29):02d}/{rng.randrange(1, 13):02d}/2027",
        )
    )
    return text[: match.start()] + new + text[match.end() :]


def _swapped(text: str, rng: random.Random) -> str:
    """Exchange two numbers of a date: day and month, month and year."""
    numbers = list(re.finditer(r"\d+", text))
    if len(numbers) < 2:
        return text
    first, second = sorted(rng.sample(numbers, 2), key=lambda match: match.start())
    return (
        text[: first.start()]
        + second.group()
        + text[first.end() : second.start()]
        + first.group()
        + text[second.end() :]
    )


def _meaning(value: object, source: Source) -> set[date]:
    """Return every day a spoiled value may rightly be read as, by other means than the parsers'."""
    texts = [str(part) for part in (value if isinstance(value, list) else [value])]
    found: set[date] = set()
    for text in texts:
        for year, month, day in _ISO.findall(text):
            found |= _real(int(year), int(month), int(day))
        found |= _moments(text, source)
        if any("%d" in form and "%m" in form for form in source.date_formats) or "/" not in text:
            for day, month, year in _SLASHED.findall(text):
                found |= _real(int(year), int(month), int(day))
        for day, word, year in _WORDED.findall(text):
            if number := _MONTHS.get(word.casefold()):
                found |= _real(int(year), number, int(day))
        for form in source.date_formats:
            try:
                found.add(datetime.strptime(" ".join(text.split()), form).date())  # noqa: DTZ007 - a day
            except ValueError:
                continue
    return found


def _moments(text: str, source: Source) -> set[date]:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return set()
    zone = ZoneInfo(source.timezone)
    return {moment.date(), moment.astimezone(zone).date()} if moment.tzinfo else {moment.date()}


def _real(year: int, month: int, day: int) -> set[date]:
    try:
        return {date(year, month, day)}
    except ValueError:
        return set()


def _days(call: Call, source: Source) -> frozenset[date]:
    zone = ZoneInfo(source.timezone)
    moments = [deadline.at for deadline in call.deadlines] + [call.opens_at, call.decided_at]
    return frozenset(moment.astimezone(zone).date() for moment in moments if moment)


def _normalized(source: Source, payload: dict[str, Any]) -> Call:
    raw = RawRecord(
        source.id, "fuzz", "https://x.example", NOW, "application/json", json.dumps(payload).encode()
    )
    return normalize(raw, source, now=NOW, tagger=Untagged())


def _leaves(value: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401 - JSON
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from _leaves(part, (*path, key))
    elif isinstance(value, list) and value:
        for index, part in enumerate(value):
            yield from _leaves(part, (*path, index))
    elif path:
        yield path


def _at(value: Any, path: Path) -> Any:  # noqa: ANN401 - JSON
    found: Any = value
    for key in path:
        if _missing(found, key):
            return None
        within: Any = found
        found = within[key]
    return found


def _missing(holder: Any, key: str | int) -> bool:  # noqa: ANN401 - JSON
    if isinstance(holder, dict):
        return key not in holder
    return not (isinstance(holder, list) and isinstance(key, int) and key < len(holder))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as many as asked and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    outcome = run(options.records, options.seed)
    took = time.perf_counter() - began
    print(f"{options.records} records in {took:.0f} s, seed {options.seed}")
    for name, count in outcome.most_common():
        print(f"  {name:10} {count:8}")
    print("no crash, no day that its record does not hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
