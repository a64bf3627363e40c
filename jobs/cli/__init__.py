"""The `portal` command."""

import typer

from jobs.cli import exporting, harvesting, scheduling, searching, serving, staffing

app = typer.Typer(
    name="portal",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Every open funding call for Europe's strategic technologies, in one place.",
)
app.command("harvest")(harvesting.harvest)
app.command("replay")(harvesting.replay)
app.add_typer(harvesting.sources_app, name="sources")
app.command("search")(searching.search)
app.command("export")(exporting.export)
app.command("tag")(searching.tag)
app.command("reindex")(serving.reindex)
app.command("serve")(serving.serve)
app.command("schedule")(scheduling.schedule)
app.command("up")(scheduling.up)
app.command("digest")(scheduling.digest)
app.command("doctor")(serving.doctor)
app.add_typer(staffing.app, name="staff")


def main() -> None:
    """Run the command line."""
    app()
