"""The search filters as command line options, shared by `portal search` and `portal export`."""

from datetime import datetime
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from config.errors import reason_of
from index.query import SearchQuery

Many = list[str] | None
Day = datetime | None

Sector = Annotated[Many, typer.Option(help="digital, clean, bio, defence or not_stated; repeatable")]
Area = Annotated[Many, typer.Option(help="Taxonomy key such as clean.hydrogen; repeatable")]
Level = Annotated[Many, typer.Option(help="eu, national or regional; repeatable")]
Country = Annotated[Many, typer.Option(help="ISO 3166-1 code; repeatable")]
Region = Annotated[Many, typer.Option(help="NUTS code, finds its children too; repeatable")]
StatusOption = Annotated[Many, typer.Option("--status", help="forthcoming, open, closed, withdrawn, unknown")]
Applicant = Annotated[Many, typer.Option(help="sme, university, ...; repeatable")]
Programme = Annotated[Many, typer.Option(help="Programme as the facet spells it; repeatable")]
Language = Annotated[Many, typer.Option(help="ISO 639-1 code; repeatable")]
SourceOption = Annotated[Many, typer.Option("--source", help="Source id; repeatable")]
Before = Annotated[
    Day, typer.Option("--deadline-before", formats=["%Y-%m-%d"], help="Next deadline by this day")
]
After = Annotated[
    Day, typer.Option("--deadline-after", formats=["%Y-%m-%d"], help="Next deadline from this day")
]
Sort = Annotated[str, typer.Option(help="relevance, deadline or newest")]


_NAMES = (
    "sector", "area", "level", "country", "region", "status", "applicant", "programme", "language", "source",
    "deadline_before", "deadline_after",
)  # fmt: skip
_RENAMED = {"deadline_before": "deadline_to", "deadline_after": "deadline_from"}


def search_filters(options: dict[str, Any]) -> dict[str, Any]:
    """Return field of `SearchQuery` -> value of the filters among a command's options."""
    return {_RENAMED.get(name, name): options[name] for name in _NAMES}


def build_query(text: str, filters: dict[str, Any]) -> SearchQuery:
    """Build the query from options; a wrong value ends the program with the option's name.

    Args:
        text: What to search for; empty finds everything.
        filters: Field of `SearchQuery` -> option value; None and empty are left out.

    Raises:
        typer.BadParameter: A value is not one of the schema's.
    """
    given = {
        name: tuple(value) if isinstance(value, list) else _as_day(value)
        for name, value in filters.items()
        if value not in (None, [], ())
    }
    try:
        return SearchQuery(text=text, **given)
    except ValidationError as error:
        first = error.errors()[0]
        raise typer.BadParameter(f"--{first['loc'][0]}: {reason_of(first)}") from error


def _as_day(value: object) -> object:
    return value.date() if isinstance(value, datetime) else value
