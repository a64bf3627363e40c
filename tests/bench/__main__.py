"""Run the benches named on the command line, or all of them, each in a process of its own."""

import subprocess
import sys
from pathlib import Path

BENCHES = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
"""``bench_<name>.py`` beside this file; each prints its table when run with ``python -m``."""


def main(names: list[str]) -> int:
    """Run them one after the other.

    Returns:
        The highest exit code among them; 2 for a name there is none of.
    """
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench {unknown[0]!r}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    worst = 0
    for name in names or BENCHES:
        print(f"\n== {name}", flush=True)
        worst = max(worst, subprocess.run([sys.executable, "-m", f"tests.bench.bench_{name}"]).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
