"""How many examples the property tests try, and whether they are other ones each time."""

import os

FUZZ = int(os.environ.get("PORTAL_TEST_FUZZ", "1"))
"""How many times the usual number of examples. With 1 they are the same each time: a failure then says
something of the change and not of the day. `make fuzz` looks for more, by chance."""
BY_CHANCE = FUZZ > 1
EXAMPLES = 100
"""Hypothesis' own number, for a property that names none."""


def examples(usual: int) -> int:
    """Return how many examples to try where so many are usual."""
    return usual * FUZZ
