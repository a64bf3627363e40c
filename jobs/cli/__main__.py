"""`python -m jobs.cli` is `portal`."""

from jobs.cli import main

main()
