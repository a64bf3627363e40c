"""Germany's foerderinfo.bund.de: an entry of its RSS feeds, whose title ends with the dates.

Source: three public clients of the feeds; no recorded answer was seen.
"""

import re
from collections.abc import Mapping
from typing import Any

from config.sources import Source
from normalize.fields import DeadlineText, Fields, take

_DATE = r"\d{1,2}\.\d{1,2}\.\d{4}"
_DATES = re.compile(rf"(?:(?P<opens>{_DATE})\s*[-–]\s*)?(?P<deadline>{_DATE})")


def map_record(payload: Mapping[str, Any], source: Source) -> Fields:
    """Map one entry: "Title | 01.10.2026 - 31.12.2026", "Title | 31.12.2026" or a bare title.

    Raises:
        RecordError: An entry without a link, which is its key.
    """
    link = str(take(payload, "link"))
    whole = str(payload.get("title") or "")
    title, bar, tail = whole.rpartition(" | ")
    dates = _DATES.fullmatch(tail.strip()) if bar else None
    return Fields(
        native_id=link,
        aliases=tuple(filter(None, (payload.get("guid"),))),
        url=link,
        title=title if dates else whole,
        summary=payload.get("description"),
        opens_at=dates["opens"] if dates else None,
        deadlines=(DeadlineText(text=dates["deadline"]),) if dates else (),
        deadline_note=None if dates or not bar else tail,
        instrument=("grant",),
    )
