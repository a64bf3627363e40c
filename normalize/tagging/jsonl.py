"""One JSON object in, one out: what `portal tag` does to each line."""

from collections.abc import Mapping
from typing import Any

from normalize.errors import RecordError
from normalize.tagging.reading import TagText
from normalize.tagging.tagger import DEFENCE, Tagger

_SHOWN_AS = {"description": "text", "call_identifier": "id"}


def tag_json_line(record: object, tagger: Tagger) -> dict[str, Any]:
    """Tag one record.

    Args:
        record: ``{"id", "lang", "title", "text"}``, with ``programme`` where known; ``lang`` may be
            null. An id that is an EU topic identifier is read as the call identifier.
        tagger: Built once.

    Returns:
        ``{"id", "sectors", "areas", "defence", "space", "evidence"}``; sectors are digital, clean
        and bio (defence is the flag), evidence maps each area to its words with field and offsets.

    Raises:
        RecordError: No object, or a field that is missing or no text; names the field.
    """
    text = text_of(record)
    result = tagger.tag(text)
    tags = [tag for tag in result.tags if tag.area != DEFENCE]
    evidence = {
        tag.area: [
            {"field": _SHOWN_AS.get(e.field, e.field), "start": e.start, "end": e.end, "term": e.term}
            for e in tag.evidence
        ]
        for tag in result.tags
    }
    return {
        "id": text.call_identifier,
        "sectors": list(dict.fromkeys(tag.sector for tag in tags)),
        "areas": [tag.area for tag in tags],
        "defence": result.defence,
        "space": result.space,
        "evidence": evidence,
    }


def text_of(record: object) -> TagText:
    """Return what the tagger reads of a record of `tag_json_line`.

    Raises:
        RecordError: As there.
    """
    if not isinstance(record, Mapping):
        raise RecordError("not an object", value=record)
    return TagText(
        title=_text(record, "title"),
        description=_text(record, "text"),
        language=_optional(record, "lang"),
        call_identifier=_text(record, "id"),
        programme=_optional(record, "programme"),
    )


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str):
        raise RecordError("missing or no text", field=name, value=value)
    return value


def _optional(record: Mapping[str, Any], name: str) -> str | None:
    return None if record.get(name) is None else _text(record, name) or None
