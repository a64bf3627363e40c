"""`portal export`: what the portal's own `/api/v1/export` answers, byte for byte, as a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO
from urllib.parse import urlsplit

import typer

from jobs.cli import filters

if TYPE_CHECKING:
    from index.query import SearchQuery
    from jobs.cli.context import Context
    from portal_api.state import Portal


def export(
    text: Annotated[str, typer.Argument(help="What to search for; empty exports everything")] = "",
    output_format: Annotated[
        str, typer.Option("--format", help="jsonl, json, csv, xlsx, ics or atom")
    ] = "jsonl",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File; stdout when none")] = None,
    columns: Annotated[str, typer.Option(help="Columns of csv and xlsx, commas between")] = "",
    call_id: Annotated[
        list[str] | None, typer.Option("--id", help="Only these calls, in this order; repeatable")
    ] = None,
    address: Annotated[str, typer.Option(help="A search page's address, instead of text and filters")] = "",
    sector: filters.Sector = None,
    area: filters.Area = None,
    level: filters.Level = None,
    country: filters.Country = None,
    region: filters.Region = None,
    status: filters.StatusOption = None,
    applicant: filters.Applicant = None,
    programme: filters.Programme = None,
    language: filters.Language = None,
    source: filters.SourceOption = None,
    deadline_before: filters.Before = None,
    deadline_after: filters.After = None,
    sort: filters.Sort = "relevance",
) -> None:
    """Export what a search finds, in the schema of the house or a format of the trade."""
    from jobs.cli.context import fail, open_context
    from portal_api.exports import FORMATS

    if output_format not in FORMATS:
        fail(f"--format: {output_format!r} is none of {', '.join(FORMATS)}")
    given = filters.search_filters(locals())
    if address and (text or any(given.values())):
        fail("--address is a whole search; text and filters have no place beside it")
    query = _query_of(address) if address else filters.build_query(text, given | {"sort": sort})
    portal = _open_portal(open_context())
    if output is None:
        _write(portal, query, output_format, columns, call_id or [], sys.stdout.buffer)
        return
    unfinished = output.with_name(output.name + ".part")
    try:
        with unfinished.open("wb") as stream:
            _write(portal, query, output_format, columns, call_id or [], stream)
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(
    portal: "Portal", query: "SearchQuery", form: str, columns: str, chosen: list[str], out: BinaryIO
) -> None:
    from fastapi import HTTPException

    from index.engine import SearchUnavailable
    from jobs.cli.context import fail
    from portal_api.exporting import write_exported
    from portal_api.query_params import ParameterError

    try:
        write_exported(portal, query, form, out, columns=[columns] if columns else [], chosen=chosen)
    except (ParameterError, SearchUnavailable) as error:
        fail(str(error))
    except HTTPException as error:
        fail(error.detail)


def _query_of(address: str) -> "SearchQuery":
    from starlette.datastructures import QueryParams

    from jobs.cli.context import fail
    from portal_api.query_params import ParameterError, read_whole_query

    asked = urlsplit(address).query if "?" in address else address
    try:
        return read_whole_query(QueryParams(asked))
    except ParameterError as error:
        fail(f"--address: {error}")


def _open_portal(context: "Context") -> "Portal":
    from config.taxonomy import load_taxonomy
    from jobs.cli.context import utc_now
    from portal_api.state import Portal

    return Portal(
        settings=context.settings,
        sources=context.sources,
        taxonomy=load_taxonomy(),
        db=context.db,
        engine=context.engine,
        clock=utc_now,
    )
