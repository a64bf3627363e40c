"""`portal serve`, `portal reindex` and `portal doctor`."""

from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.harvesting import AsJson

if TYPE_CHECKING:
    from fastapi import FastAPI


WorkerCount = Annotated[
    int,
    typer.Option(min=1, max=64, help="Processes that answer: as many as cores at most, each with its memory"),
]


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on")] = 8000,
    workers: WorkerCount = 1,
) -> None:
    """Serve the API and the pages."""
    import uvicorn

    from jobs.cli.context import open_context
    from jobs.cli.workers import Workers

    # Opened here as well: what is wrong with settings or database is said once, before anything listens.
    open_context().db.close()
    typer.echo(f"portal: http://{host}:{port}", err=True)
    config = uvicorn.Config(
        "jobs.cli.serving:web",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # which proxies are believed is a setting of ours, PORTAL_TRUSTED_PROXIES
    )
    if workers > 1:
        Workers(config).run()
        return
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # the server has ended in order by then
        server.run()
    if not server.started:
        raise typer.Exit(1)


def web() -> "FastAPI":
    """Return the web application as the environment describes it; each process makes its own."""
    from jobs.cli.context import log_to_stderr, open_context
    from portal_api.app import create_app

    log_to_stderr(verbose=False)
    return create_app(open_context().settings)


def reindex() -> None:
    """Build the search index anew beside the live one, then swap."""
    from index.engine import IndexBusy, SearchUnavailable
    from index.sync import reindex as rebuild
    from jobs.cli.context import fail, open_context, utc_now

    context = open_context()
    try:
        count = rebuild(context.db, context.engine, now=utc_now())
    except (IndexBusy, SearchUnavailable) as error:
        fail(str(error))
    print(f"{count} calls indexed")


def doctor(as_json: AsJson = False) -> None:
    """Say what is configured, reachable, writable and stale, and how to mend it; exit code 1 on a fault."""
    from jobs.cli.context import print_json, utc_now
    from jobs.doctor import examine

    findings = examine(utc_now())
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "ok  " if finding.ok else "BAD "
            print(f"{mark} {finding.what}: {finding.words}")
            if finding.mend:
                print(f"     mend: {finding.mend}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
