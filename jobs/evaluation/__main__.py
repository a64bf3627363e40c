"""Run the evaluations named on the command line, or all of them."""

import importlib
import sys

EVALUATIONS = ("tagging", "fields", "corrections", "changes", "search", "week")
"""Modules of this package, in the order they are printed; each has ``main(arguments) -> exit code``."""


def main(names: list[str]) -> int:
    """Run them one after the other.

    Returns:
        The highest exit code among them; 2 for a name there is none of.
    """
    unknown = [name for name in names if name not in EVALUATIONS]
    if unknown:
        print(f"no evaluation {unknown[0]!r}; there are: {', '.join(EVALUATIONS)}", file=sys.stderr)
        return 2
    worst = 0
    for name in names or EVALUATIONS:
        print(f"\n== {name}")
        worst = max(worst, importlib.import_module(f"jobs.evaluation.{name}").main([]))
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
