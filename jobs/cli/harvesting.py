"""`portal harvest`, `portal replay` and `portal sources`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from jobs.harvest import RunReport
    from jobs.replay import ReplayReport
    from store.database import Database

SourceIds = Annotated[
    list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Source ids; all when none")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens to stderr")]


Recheck = Annotated[
    bool, typer.Option("--recheck", help="Only ask again for calls that close within 14 days")
]
Accept = Annotated[
    bool,
    typer.Option("--accept", help="A shorter list or an emptier field than last time is right: publish it"),
]


def harvest(
    source: SourceIds = None,
    recheck: Recheck = False,
    accept: Accept = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Crawl, archive, normalise, judge, publish and index. Exit code 1 if a source was unhealthy."""
    from config.taxonomy import load_taxonomy
    from jobs.cli.context import log_to_stderr, open_context, print_json, utc_now
    from jobs.cli.progress import HarvestBars
    from jobs.harvest import Harvester
    from jobs.nursery import Nursery
    from normalize.tagging import Tagger

    log_to_stderr(verbose=verbose)
    context = open_context()
    chosen = context.chosen(source or [])
    with HarvestBars(chosen) as bars, Nursery(context.settings) as nursery:
        harvester = Harvester(
            context.settings,
            context.sources,
            context.db,
            context.engine,
            tagger=Tagger(load_taxonomy()),
            clock=utc_now,
            progress=bars,
            crawl=nursery.crawl,
        )
        reports = harvester.recheck(chosen) if recheck else harvester.harvest(chosen, accept=accept)
        synced = harvester.synchronise()
    if as_json:
        print_json(
            {"runs": [asdict(report) for report in reports], "index": asdict(synced) if synced else None}
        )
    else:
        _print_reports(reports, context.db)
        if synced and synced.state != "done":
            typer.echo(
                f"index: {synced.state}; the pending calls are taken up by whoever writes next", err=True
            )
    if any(report.result != "healthy" for report in reports):
        raise typer.Exit(1)


REJECTS_SHOWN = 5


def _print_reports(reports: Sequence["RunReport"], db: "Database") -> None:
    from store.runs import rejects_of_run

    for report in reports:
        left_out = sum(report.not_calls.values())
        print(
            f"{report.source_id}: {report.result}; {report.records} records in, {report.calls} calls, "
            f"{report.rejected} rejected, {left_out} not calls; "
            f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged"
        )
        for reason, count in sorted(report.not_calls.items()):
            print(f"    not a call, {count}: {reason}")
        rejects = rejects_of_run(db, report.run_id)
        for reject in rejects[:REJECTS_SHOWN]:
            print(f"    rejected {reject.native_id}: {reject.field}: {reject.reason} ({reject.value!r})")
        if len(rejects) > REJECTS_SHOWN:
            print(f"    and {len(rejects) - REJECTS_SHOWN} more")
        for problem in report.problems:
            print(f"    problem: {problem}")
        for note in report.notes:
            print(f"    to see to: {note}")


def replay(
    source: SourceIds = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would change")] = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Normalise the archive again, without the network, and publish what differs."""
    from config.taxonomy import load_taxonomy
    from index.sync import synchronise
    from jobs.cli.context import log_to_stderr, open_context, print_json, utc_now
    from jobs.replay import replay as replay_source
    from normalize.tagging import Tagger

    log_to_stderr(verbose=verbose)
    context = open_context()
    tagger = Tagger(load_taxonomy())
    reports = [
        replay_source(context.db, context.sources[source_id], now=utc_now(), tagger=tagger, dry_run=dry_run)
        for source_id in context.chosen(source or [])
    ]
    if not dry_run:
        synchronise(context.db, context.engine, now=utc_now())
    if as_json:
        print_json([asdict(report) for report in reports])
    else:
        for report in reports:
            _print_replay(report)
    if any(report.problems for report in reports):
        raise typer.Exit(1)


def _print_replay(report: "ReplayReport") -> None:
    verb = "published" if report.published else "not published"
    print(
        f"{report.source_id}: {report.records} records in, {report.calls} calls, {report.rejected} rejected, "
        f"{len(report.differences)} differences; {verb}"
    )
    for difference in report.differences:
        print(f"    {difference.kind} {difference.call_id}: {difference.title}")
        for event in difference.events:
            print(f"        {event.kind}: {event.old} -> {event.new}")
    for problem in report.problems:
        print(f"    problem: {problem}")


sources_app = typer.Typer(help="List each source, or look at one.", invoke_without_command=True)


@sources_app.command()
def check(source: Annotated[str, typer.Argument(help="Source id")]) -> None:
    """Fetch a few pages of one source, explain what they hold, store nothing. Exit code 1 if broken."""
    from config.taxonomy import load_taxonomy
    from jobs.cli.context import open_context, utc_now
    from jobs.looking import explained, look_at
    from normalize.tagging import Tagger

    context = open_context()
    (chosen,) = context.chosen([source])
    look = look_at(context.settings, context.sources[chosen], now=utc_now())
    for line in explained(look, Tagger(load_taxonomy()), now=utc_now()):
        print(line)
    if look.problems:
        raise typer.Exit(1)


@sources_app.callback()
def sources(context: typer.Context, as_json: AsJson = False) -> None:
    """List each source: last healthy run, calls, age, problems."""
    if context.invoked_subcommand is None:
        _list_sources(as_json=as_json)


def _list_sources(*, as_json: bool) -> None:
    from jobs.cli.context import open_context, print_json, utc_now
    from store.health import source_states

    context = open_context()
    states = source_states(context.sources, context.db, utc_now())
    if as_json:
        print_json([asdict(state) for state in states])
        return
    for state in states:
        kind = f"{state.protocol}{'' if state.proven else ' (unproven)'}"
        print(f"{state.source_id:<22} {kind:<24} {state.calls:>6} calls  {state.health}: {state.words}")
        for note in state.notes:
            print(f"    to see to: {note}")
