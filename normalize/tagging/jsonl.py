"""One JSON object in, one out: what `portal tag` does to each line."""

from collections.abc import Mapping
from typing import Any

from normalize.errors import RecordError
from normalize.tagging.reading import TagText
from normalize.tagging.tagger import Tagger


def tag_json_line(record: object, tagger: Tagger) -> dict[str, Any]:
    """Tag one record.

    Args:
        record: ``{"id", "lang", "title", "text"}``, with ``programme`` where known. An id that is
            an EU topic identifier is read as the call identifier.
        tagger: Built once.

    Returns:
        ``{"id", "sectors", "areas", "defence", "space", "evidence"}``; sectors are digital, clean
        and bio, defence is the flag; evidence maps each area to its words with field and offsets.

    Raises:
        RecordError: No object, or a field that is missing or no text; names the field.
    """
    if not isinstance(record, Mapping):
        raise RecordError("not an object", value=record)
    text = TagText(
        title=_text(record, "title"),
        description=_text(record, "text"),
        language=_text(record, "lang") or None,
        call_identifier=_text(record, "id"),
        programme=_text(record, "programme", default="") or None,
    )
    result = tagger.tag(text)
    tags = [tag for tag in result.tags if tag.sector != "defence"]
    names = {"title": "title", "description": "text"}
    evidence = {
        tag.area: [
            {"field": names.get(e.field, e.field), "start": e.start, "end": e.end, "term": e.term}
            for e in tag.evidence
        ]
        for tag in result.tags
    }
    return {
        "id": record["id"],
        "sectors": list(dict.fromkeys(tag.sector for tag in tags)),
        "areas": [tag.area for tag in tags],
        "defence": result.defence,
        "space": result.space,
        "evidence": evidence,
    }


def _text(record: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = record.get(name, default)
    if value is None and name == "lang":
        return ""
    if not isinstance(value, str):
        raise RecordError("missing or no text", field=name, value=value)
    return value
