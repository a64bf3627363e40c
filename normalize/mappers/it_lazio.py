"""A post of Lazio Innova: a WordPress post whose first lines name the money of the call.

Source: recorded posts of Lazio Innova; ten of fifteen have a line such as "70 milioni di euro", with nothing
else in it, above everything that is said of the call.
"""

import re
from collections.abc import Mapping
from typing import Any

from config.sources import Source
from normalize.fields import Fields
from normalize.mappers import wordpress
from normalize.text import plain_text

_FIRST_LINES = 6
"""Lines looked at: further down a line like that belongs to a table of standard costs."""
_MONEY = re.compile(
    r"(?P<number>\d{1,3}(?:\.\d{3})*(?:,\d{1,2})?)\s(?:(?P<scale>milion[ei]|miliard[oi])\s(?:di\s)?)?euro",
    re.IGNORECASE,
)


def map_record(payload: Mapping[str, Any], source: Source) -> Fields:
    """Map one post as `wordpress.map_record` does, and its budget.

    Raises:
        RecordError: A post without id, title or link.
    """
    fields = wordpress.map_record(payload, source)
    lines = plain_text(fields.description or "").splitlines()[:_FIRST_LINES]
    money = next(filter(None, (_MONEY.fullmatch(line.strip()) for line in lines)), None)
    if money is None:
        return fields
    printed = " ".join(filter(None, (money["number"], money["scale"], "euro")))
    return fields.model_copy(update={"budget_total": printed})
