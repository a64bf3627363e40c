"""A WordPress post of a regional portal: title, text, link; the deadline, if any, stands in the text.

Source: recorded posts of Lazio Innova and EuroInfoSicilia (WordPress REST API, ``/wp/v2/posts``).
"""

from collections.abc import Mapping
from typing import Any

from config.sources import Source
from normalize.fields import DeadlineText, Fields, take
from normalize.prose_dates import find_deadlines
from normalize.text import clean_line, plain_text

_WHO, _WHAT = "destinatari-", "tematiche-"
"""Beginnings of the classes that carry a site's own taxonomies."""


def map_record(payload: Mapping[str, Any], source: Source) -> Fields:
    """Map one post; a date counts only where the text makes it a deadline (`find_deadlines`).

    Raises:
        RecordError: A post without id, title or link.
    """
    content = _rendered(payload, "content")
    classes = [str(name) for name in payload.get("class_list") or []]
    found = find_deadlines(plain_text(content), source.date_formats, source.language)
    return Fields(
        native_id=str(take(payload, "id")),
        url=str(take(payload, "link")),
        title=_rendered(payload, "title"),
        summary=_rendered(payload, "excerpt") or None,
        description=content or None,
        keywords=tuple(
            name.removeprefix(_WHAT).replace("-", " ") for name in classes if name.startswith(_WHAT)
        ),
        applicants=tuple(name for name in classes if name.startswith(_WHO)),
        opens_at=found.opens,
        deadlines=tuple(DeadlineText(text=one.text, kind=one.kind) for one in found.deadlines),
        continuous=found.continuous and not found.deadlines,
        deadline_note=found.note,
    )


def _rendered(payload: Mapping[str, Any], key: str) -> str:
    part = payload.get(key) or {}
    text = part.get("rendered") if isinstance(part, Mapping) else part
    return clean_line(str(text or "")) if key == "title" else str(text or "")
