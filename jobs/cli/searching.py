"""`portal search` and `portal tag`."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jobs.cli import filters
from jobs.cli.harvesting import AsJson

if TYPE_CHECKING:
    from index.query import SearchQuery
    from jobs.cli.context import Context
    from normalize.call import Call

PAGE = 100


def search(
    text: Annotated[str, typer.Argument(help='Words, "a phrase", -without, or a call identifier')] = "",
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
    limit: Annotated[int, typer.Option(min=1, max=PAGE, help="Hits to print")] = 20,
    as_json: AsJson = False,
) -> None:
    """Search the calls."""
    from jobs.cli.context import open_context, print_json, utc_now
    from store.reading import get_calls

    query = filters.build_query(text, filters.search_filters(locals()) | {"sort": sort, "limit": limit})
    context, now = open_context(), utc_now()
    result = _answer(context, query)
    calls = {call.id: call for call in get_calls(context.db, [hit.call_id for hit in result.hits])}
    if as_json:
        from portal_api.presenting import call_document

        documents = [call_document(calls[hit.call_id], now) for hit in result.hits if hit.call_id in calls]
        print_json({"total": result.total, "calls": documents, "corrections": dict(result.corrections)})
        return
    print(f"{result.total} calls")
    for hit in result.hits:
        if hit.call_id in calls:
            _print_hit(calls[hit.call_id])


def _answer(context: "Context", query: "SearchQuery") -> Any:  # noqa: ANN401 - SearchResult, imported late
    from index.engine import SearchUnavailable
    from jobs.cli.context import fail, utc_now

    try:
        return context.engine.search(query, now=utc_now())
    except SearchUnavailable as error:
        fail(str(error))


def _print_hit(call: "Call") -> None:
    from jobs.cli.context import utc_now

    now = utc_now()
    deadline = call.next_deadline_at(now)
    day = deadline.at.date().isoformat() if deadline and deadline.at else "no date   "
    sectors = ",".join(call.sectors) or "-"
    print(f"{day}  {call.status_at(now):<11} {sectors:<14} {call.id}\n            {call.title}")


def tag() -> None:
    """Tag JSON Lines from stdin ({"id","lang","title","text"}) onto stdout.

    A line that cannot be read is named on stderr; the others go on, and the exit code is 1.
    """
    from config.taxonomy import load_taxonomy
    from normalize.errors import RecordError
    from normalize.tagging import Tagger, tag_json_line

    tagger = Tagger(load_taxonomy())
    failed = 0
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            tagged = tag_json_line(json.loads(line), tagger)
        except (RecordError, ValueError) as error:
            failed += 1
            typer.echo(f"portal: line {number}: {error}", err=True)
            continue
        sys.stdout.write(json.dumps(tagged, ensure_ascii=False) + "\n")
    if failed:
        raise typer.Exit(1)
