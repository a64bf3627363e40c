"""`portal schedule`, `portal up` and `portal digest`."""

from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.harvesting import AsJson, Verbose
from jobs.cli.serving import WorkerCount

if TYPE_CHECKING:
    from jobs.cli.context import Context
    from jobs.schedule.runner import Runner
    from jobs.schedule.tasks import Installation


def schedule(
    listed: Annotated[bool, typer.Option("--list", help="Only list the jobs: last, next, result")] = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
    attached: Annotated[bool, typer.Option("--attached", hidden=True)] = False,
) -> None:
    """Run the nightly and weekly jobs in the foreground; a second scheduler ends with code 1.

    One that is attached, the way `portal up` starts it, waits for the other one to end, and ends itself when
    its standard input does.
    """
    import os
    import signal
    import sys
    import threading

    from jobs.cli.context import log_to_stderr, open_context
    from jobs.schedule.process import schedule as run_schedule
    from jobs.schedule.process import yield_to_readers
    from store.locks import Taken

    log_to_stderr(verbose=verbose)
    context = open_context()
    if listed:
        _list(context, as_json=as_json)
        return
    yield_to_readers()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    def end_with_input() -> None:
        sys.stdin.read()
        stop.set()

    if attached:
        threading.Thread(target=end_with_input, daemon=True).start()
    try:
        run_schedule(context.db, lambda: _runner(context), stop, wait=attached)
    except Taken as error:
        typer.echo(f"portal: {error}; it does the jobs", err=True)
        raise typer.Exit(1) from error
    # A job under way is not waited for: killed at any point, it is made up for at the next start.
    os._exit(0)


def up(
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on")] = 8000,
    workers: WorkerCount = 1,
) -> None:
    """Serve, and schedule in a process beside it, for a small installation."""
    from jobs.cli.context import open_context
    from jobs.cli.serving import serve
    from jobs.schedule.beside import scheduler_beside

    open_context().db.close()  # what is wrong is said once
    with scheduler_beside():
        serve(host, port, workers)


def digest(
    week: Annotated[str, typer.Option(help="ISO week such as 2026-W48; this week when not given")] = "",
    daily: Annotated[
        bool, typer.Option("--daily", help="Today's daily digests and reminders instead")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be told")] = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Plan and send a digest; what was told is never told again, whoever calls how often."""
    import re

    from digest.service import BRUSSELS, NotInStep, week_of
    from index.engine import SearchUnavailable
    from jobs.cli.context import fail, log_to_stderr, open_context, print_json, utc_now
    from jobs.schedule.tasks import planned_words, posted_words
    from store.locks import Taken

    log_to_stderr(verbose=verbose)
    if week and not re.fullmatch(r"\d{4}-W(0[1-9]|[1-4]\d|5[0-3])", week):
        fail(f"{week!r} is no ISO week; 2026-W48 is one")
    today = utc_now().astimezone(BRUSSELS).date()
    period = today.isoformat() if daily else week or week_of(today)
    service = _installation(open_context()).digest
    try:
        if dry_run:
            planned, sent = service.preview("daily" if daily else "weekly"), "nothing written, nothing sent"
        else:
            planned, posted = service.run("daily" if daily else "weekly", period)
            sent = posted_words(posted)
    except (Taken, NotInStep, SearchUnavailable) as error:
        fail(str(error))
    if as_json:
        counts = {"mails": planned.mails, "quiet": planned.quiet, "parts": dict(planned.parts)}
        print_json({"period": period, **counts, "sent": sent})
    else:
        print(f"{period}: {planned_words(planned)}; {sent}")


def _installation(context: "Context") -> "Installation":
    from config.taxonomy import load_taxonomy
    from jobs.cli.context import utc_now
    from jobs.schedule.tasks import Installation

    return Installation(
        context.settings, context.sources, context.db, context.engine, load_taxonomy(), utc_now
    )


def _runner(context: "Context") -> "Runner":
    from jobs.cli.context import utc_now
    from jobs.schedule.runner import Runner
    from jobs.schedule.tasks import build_jobs

    return Runner(context.db, build_jobs(_installation(context)), utc_now)


def _list(context: "Context", *, as_json: bool) -> None:
    from dataclasses import asdict

    from jobs.cli.context import print_json, utc_now
    from jobs.schedule.timetable import BRUSSELS
    from store.jobs import newest_runs

    runner, newest, now = _runner(context), newest_runs(context.db), utc_now()
    rows = [(job, newest.get(job.name), job.timetable.following(now)) for job in runner.jobs.values()]
    if as_json:
        print_json(
            [
                {
                    "job": job.name,
                    "title": job.title,
                    "last": asdict(last) if last else None,
                    "next": following,
                }
                for job, last, following in rows
            ]
        )
        return
    print(f"{'job':<32} {'last planned':<17} {'result':<8} {'took':>7}  {'next':<17}  (Brussels)")
    for job, last, following in rows:
        planned = f"{last.planned_for.astimezone(BRUSSELS):%Y-%m-%d %H:%M}" if last else "never"
        took = (
            f"{(last.finished_at - last.started_at).total_seconds():.0f} s"
            if last and last.finished_at
            else ""
        )
        then = f"{following.astimezone(BRUSSELS):%Y-%m-%d %H:%M}" if following else "never"
        result = (last.result or "running") if last else ""
        print(f"{job.name:<32} {planned:<17} {result:<8} {took:>7}  {then:<17}")
        if last and last.words:
            print(f"    {last.words}")
