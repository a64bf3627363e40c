"""`make eval`: how well the tagger does on labelled calls.

The texts stay where they are: only ids and titles of mistakes are printed, at run time.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from config.taxonomy import load_taxonomy
from normalize.tagging import Tagger, TagText, text_of
from normalize.tagging.scoring import Weights
from normalize.tagging.tagger import DEFENCE, Findings

DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "tagging" / "dev.jsonl"
FOLDS = 5
EXAMPLES_MAX = 40
GRID: Mapping[str, tuple[float, ...]] = {
    "title": (2.5, 3.0, 3.5, 4.0),
    "late_max": (0.5, 1.0, 2.0),
    "weak": (0.2, 0.3, 0.4, 0.5),
    "weak_title": (0.4, 0.5, 0.6, 0.7),
    "sector": (2.5, 3.0, 3.5),
    "area": (1.5, 2.0, 2.5, 3.0),
    "share": (0.4, 0.5, 0.6, 0.7),
    "rival": (0.4, 0.5, 0.6),
    "hint": (0.6, 0.8, 1.0, 1.2),
}
"""What the weights are chosen from; every other one stays as `Weights` has it."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What a call is said to be: by its labeller or by the tagger."""

    sectors: frozenset[str]
    areas: frozenset[str]
    defence: bool
    space: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled call, read once."""

    title: str
    sure: bool
    truth: Labels
    text: TagText
    found: Findings


class Tally(NamedTuple):
    """Counts of one label: found rightly, found wrongly, missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 0 when nothing was."""
        return self.right / (self.right + self.wrong) if self.right else 0.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 0 when nothing was."""
        return self.right / (self.right + self.missed) if self.right else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0


Pair = tuple[Row, Labels]
"""A labelled call and what the tagger made of it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures.

    Returns:
        0; 1 when the macro-F1 over the sectors is below ``--min-macro-f1``; 2 without rows.
    """
    parser = argparse.ArgumentParser(prog="python -m jobs.evaluation.tagging", description=__doc__)
    parser.add_argument("--rows", type=Path, default=DEFAULT, help="labelled calls, JSON Lines")
    parser.add_argument("--min-macro-f1", type=float, default=0.0, help="fail below this, 0 to 1")
    parser.add_argument("--no-folds", action="store_true", help="leave cross-validation out")
    options = parser.parse_args(arguments)
    if not options.rows.is_file():
        print(f"no labelled calls at {options.rows}; name them with --rows FILE", file=sys.stderr)
        return 2
    tagger = Tagger(load_taxonomy())
    pairs = [(row, judged(tagger, row)) for row in read_rows(options.rows, tagger)]
    print_report(pairs, tagger.version)
    if not options.no_folds:
        print_folds(cross_validated([row for row, _ in pairs], tagger))
    macro = macro_f1(pairs)
    if macro < options.min_macro_f1:
        print(f"macro-F1 {macro:.3f} is below {options.min_macro_f1}", file=sys.stderr)
        return 1
    return 0


def read_rows(path: Path, tagger: Tagger) -> list[Row]:
    """Read labelled calls and find their terms.

    Raises:
        RecordError: A line is no such record.
    """
    rows = []
    for line in path.read_text("utf-8").splitlines():
        record = json.loads(line)
        text = text_of(record)
        truth = Labels(
            frozenset(record["sectors"]), frozenset(record["areas"]), record["defence"], record["space"]
        )
        rows.append(Row(text.title, record["sure"], truth, text, tagger.read(text)))
    return rows


def judged(tagger: Tagger, row: Row, weights: Weights | None = None) -> Labels:
    """Return what the tagger says of a row, under its own or other weights."""
    result = tagger.judge(row.text, row.found, weights)
    areas = frozenset(tag.area for tag in result.tags if tag.area != DEFENCE)
    return Labels(frozenset(area.split(".")[0] for area in areas), areas, result.defence, result.space)


def tally(pairs: Iterable[Pair], labels_of: Callable[[Labels], Iterable[str]]) -> dict[str, Tally]:
    """Count each label over the rows."""
    counts: dict[str, Tally] = {}
    for row, said in pairs:
        truth, found = set(labels_of(row.truth)), set(labels_of(said))
        for label in truth | found:
            old = counts.get(label, Tally())
            counts[label] = Tally(
                old.right + (label in truth and label in found),
                old.wrong + (label not in truth),
                old.missed + (label not in found),
            )
    return counts


def macro_f1(pairs: Iterable[Pair]) -> float:
    """Return the mean F1 of the sectors that were labelled or found at all; 0 when none was."""
    counts = tally(pairs, lambda labels: labels.sectors).values()
    return sum(count.f1 for count in counts) / len(counts) if counts else 0.0


def micro_f1(pairs: Iterable[Pair]) -> float:
    """Return the F1 over all areas together."""
    counts = tally(pairs, lambda labels: labels.areas).values()
    return Tally(*(sum(column) for column in zip(*counts, strict=True))).f1 if counts else 0.0


def flags_of(labels: Labels) -> list[str]:
    """Return the flags that are up."""
    return [name for name in ("defence", "space") if getattr(labels, name)]


def cross_validated(rows: Sequence[Row], tagger: Tagger) -> list[Pair]:
    """Judge each row with weights chosen on the other folds only.

    What this cannot show: the terms were written with these rows in sight.
    """
    order = list(range(len(rows)))
    random.Random(20261124).shuffle(order)
    pairs: list[Pair] = []
    for fold in range(FOLDS):
        held = set(order[fold::FOLDS])
        weights = chosen([rows[index] for index in order if index not in held], tagger)
        pairs += [(rows[index], judged(tagger, rows[index], weights)) for index in sorted(held)]
    return pairs


def chosen(rows: Sequence[Row], tagger: Tagger) -> Weights:
    """Return the weights of `GRID` that do best on the rows, one after the other."""

    def worth(weights: Weights) -> float:
        pairs = [(row, judged(tagger, row, weights)) for row in rows]
        return macro_f1(pairs) + micro_f1(pairs) / 2

    best = tagger.weights
    reached = worth(best)
    for name, values in GRID.items():
        for value in values:
            candidate = replace(best, **{name: value})
            figure = worth(candidate)
            if figure > reached + 1e-6:
                best, reached = candidate, figure
    return best


def print_report(pairs: Sequence[Pair], version: str) -> None:
    """Print figures by sector, flag, area and language, then the mistakes."""
    print(f"{len(pairs)} labelled calls, taxonomy {version}\n")
    print(f"{'':34}  right wrong missed  precision recall     F1")
    for title, labels_of in (
        ("sectors", lambda labels: labels.sectors),
        ("flags", flags_of),
        ("areas", lambda labels: labels.areas),
    ):
        print(title)
        for label, counts in sorted(tally(pairs, labels_of).items()):
            print(
                f"  {label:32}  {counts.right:5} {counts.wrong:5} {counts.missed:6}"
                f"  {counts.precision:9.3f} {counts.recall:6.3f} {counts.f1:6.3f}"
            )
    print("\nmacro-F1 over sectors, micro-F1 over areas")
    print_figures("all", pairs)
    for sure in (True, False):
        print_figures(f"sure: {str(sure).lower()}", [pair for pair in pairs if pair[0].sure is sure])
    for language in sorted({row.text.language or "?" for row, _ in pairs}):
        print_figures(language, [pair for pair in pairs if (pair[0].text.language or "?") == language])
    print_mistakes(pairs)


def print_figures(name: str, pairs: Sequence[Pair]) -> None:
    """Print one line of totals."""
    counts = tally(pairs, lambda labels: labels.sectors).values()
    micro = Tally(*(sum(column) for column in zip(*counts, strict=True))).f1 if counts else 0.0
    print(
        f"  {name:14} {len(pairs):4} calls  sectors {macro_f1(pairs):.3f} (micro {micro:.3f})"
        f"  areas {micro_f1(pairs):.3f}"
    )


def print_mistakes(pairs: Sequence[Pair]) -> None:
    """Print which sector was taken for which, with ids and titles."""
    wrong = [pair for pair in pairs if pair[0].truth.sectors != pair[1].sectors]
    print(f"\n{len(wrong)} calls with another sector than labelled (said <- labelled; ? = not sure)")
    for row, said in wrong[:EXAMPLES_MAX]:
        names = " <- ".join("+".join(sorted(labels.sectors)) or "none" for labels in (said, row.truth))
        mark = " " if row.sure else "?"
        print(f"  {mark} {names:28} {row.text.call_identifier}  {row.title[:70]}")


def print_folds(pairs: Sequence[Pair]) -> None:
    """Print the figures of rows judged with weights chosen on other rows."""
    print(f"\ncross-validated over {FOLDS} folds (weights chosen on the other folds)")
    print_figures("all", pairs)
    print_figures("sure: true", [pair for pair in pairs if pair[0].sure])
    for name, counts in sorted(tally(pairs, flags_of).items()):
        print(f"  {name:14} F1 {counts.f1:.3f}")


if __name__ == "__main__":
    sys.exit(main())
