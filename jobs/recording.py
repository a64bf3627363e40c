"""`make record SOURCE=xx_example`: a few real records as samples, trimmed, without personal data."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from config.settings import Settings
from config.sources import load_sources
from jobs.looking import Look, look_at

SAMPLES = Path(__file__).parents[1] / "tests" / "sources"
RECORDS = 12
"""Records kept: enough to show every kind, few enough to read."""
TEXT_MAX = 1_500
"""Characters kept of one text; a page of samples stays below 100 kB."""
FOLDER_MAX_BYTES = 100_000

_PERSON_KEYS = re.compile(
    r"contact|kontakt|ansprechpartner|person|author|autor|submitter|creator|editor|responsab|referent|"
    r"e-?mail|correo|telefon|phone|(?:^|_)(?:tel|fax|uid|user|owner|staff)(?:$|_)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+(?:@|%40|\s?\[at\]\s?|\s?\(at\)\s?)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w./-])(?:\+|00)\d[\d\s()./-]{7,18}\d(?![\w/-])")
_BY = re.compile(r"((?:submitted|posted|published|written) by )[^<\n]{2,60}?( on )", re.IGNORECASE)


def without_persons(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a record without what names or reaches a person.

    Values under keys that hold people are emptied; e-mail addresses, phone numbers and "submitted by"
    are taken out of texts. Keys stay, so that the record keeps its shape.
    """
    if isinstance(value, Mapping):
        return {
            key: _emptied(held) if _PERSON_KEYS.search(str(key)) else without_persons(held)
            for key, held in value.items()
        }
    if isinstance(value, list):
        return [without_persons(one) for one in value]
    return redacted(value) if isinstance(value, str) else value


def redacted(text: str) -> str:
    """Return a text without e-mail addresses, phone numbers and names of submitters."""
    text = _EMAIL.sub("name@agency.example", text)
    return _BY.sub(r"\1somebody\2", _PHONE.sub("+00 000 000 000", text))


def _emptied(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Empty a value and keep its kind."""
    if isinstance(value, Mapping):
        return {key: _emptied(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_emptied(value[0])] if value else []
    return "" if isinstance(value, str) else None if value is not None else value


def trimmed(value: Any, text_max: int = TEXT_MAX) -> Any:  # noqa: ANN401 - JSON
    """Return a record with long texts cut at a blank."""
    if isinstance(value, Mapping):
        return {key: trimmed(held, text_max) for key, held in value.items()}
    if isinstance(value, list):
        return [trimmed(one, text_max) for one in value[:20]]
    if not isinstance(value, str) or len(value) <= text_max or _is_json(value):
        return value
    return value[:text_max].rpartition(" ")[0] + " […]"


def _is_json(text: str) -> bool:
    """Tell whether a text is itself a document: cut, it could not be read."""
    return text[:1] in "[{" and text[-1:] in "]}"


def chosen(payloads: Sequence[Mapping[str, Any]], count: int = RECORDS) -> list[Mapping[str, Any]]:
    """Return records that differ in what they hold, each new set of filled keys first."""
    kinds: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for payload in payloads:
        kinds.setdefault(tuple(sorted(key for key, held in payload.items() if held)), []).append(payload)
    found: list[Mapping[str, Any]] = []
    while kinds and len(found) < count:
        for kind in list(kinds):
            found.append(kinds[kind].pop(0))
            if not kinds[kind]:
                del kinds[kind]
    return found[:count]


def samples_of(look: Look) -> Mapping[str, str]:
    """Return file name -> text of the samples of a source: its records, or its feeds as they came."""
    if look.source.protocol == "feed":
        return {
            f"feeds/{_feed_name(look, url)}.xml": redacted(body.decode("utf-8", "replace"))
            for url, body in look.answers
        }
    payloads = chosen([json.loads(record.payload) for record in look.records])
    text_max = TEXT_MAX
    while True:
        cleaned = [trimmed(without_persons(payload), text_max) for payload in payloads]
        text = json.dumps(cleaned, ensure_ascii=False, indent=1) + "\n"
        if len(text.encode()) <= FOLDER_MAX_BYTES or text_max < 100:
            return {"records.json": text}
        text_max //= 2


def _feed_name(look: Look, url: str) -> str:
    """Return the name a feed has in its entry."""
    return next((name for name in look.source.request["feeds"] if name in url), "feed")


def main(
    source: Annotated[str, typer.Argument(help="Source id")],
    pages: Annotated[int, typer.Option(min=2, help="Answers to fetch at most")] = 25,
    folder: Annotated[Path, typer.Option(help="Where the samples go")] = SAMPLES,
) -> None:
    """Fetch a few pages and write samples; read them before they are committed."""
    settings = Settings()
    sources = load_sources(settings.sources)
    if source not in sources:
        typer.echo(f"no such source: {source}; there are {', '.join(sources)}", err=True)
        raise typer.Exit(2)
    look = look_at(settings, sources[source], now=datetime.now(UTC), pages=pages)
    if not look.records:
        for problem in look.problems or ("not one record came",):
            typer.echo(f"{source}: {problem}", err=True)
        raise typer.Exit(1)
    for name, text in samples_of(look).items():
        file = folder / source / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        typer.echo(f"{file}: {len(text.encode()):,} bytes")
    typer.echo("read them: names of people in running text are for your eyes; then `make golden`")


if __name__ == "__main__":
    typer.run(main)
