"""An entry of a feed whose text says, if anything does, until when one can apply.

Source: public clients of UKRI's and MIPE's feeds and their tests; no recorded answer was seen.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from config.sources import Source
from normalize.fields import DeadlineText, Fields, take
from normalize.prose_dates import find_deadlines
from normalize.text import plain_text


def map_record(payload: Mapping[str, Any], source: Source) -> Fields:
    """Map one entry; a closing date counts only where the text names it as one (`find_deadlines`).

    Raises:
        RecordError: An entry without a link, which is its key.
    """
    link = str(take(payload, "link"))
    text = str(payload.get("description") or "")
    found = find_deadlines(plain_text(text), source.date_formats, source.language)
    return Fields(
        native_id=link,
        aliases=tuple(filter(None, (payload.get("guid"),))),
        url=_without_campaign(link),
        title=payload.get("title"),
        summary=text or None,
        opens_at=found.opens,
        deadlines=tuple(DeadlineText(text=one.text, kind=one.kind) for one in found.deadlines),
        continuous=found.continuous and not found.deadlines,
        deadline_note=found.note,
    )


def _without_campaign(link: str) -> str:
    """Return the link without the parameters that only count visitors (``utm_source`` and so on)."""
    parts = urlsplit(link)
    kept = [pair for pair in parse_qsl(parts.query) if not pair[0].startswith("utm_")]
    return parts._replace(query=urlencode(kept)).geturl()
