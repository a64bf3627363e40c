"""`make demo`: the main job, end to end, on one machine and without the internet.

The project's own samples are served on loopback by a server that behaves as the real ones do;
the real spiders harvest them, and the portal serves what came of it.
"""

import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Settings
from config.sources import load_sources
from jobs.demo.server import SampleServer

PROJECT = Path(__file__).parents[2]
SAMPLES = PROJECT / "tests" / "sources"


def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the portal")] = 8000,
    data_dir: Annotated[Path, typer.Option(help="Where the demo keeps its data")] = PROJECT / "var" / "demo",
    serve: Annotated[bool, typer.Option(help="Serve the portal when the harvest is done")] = True,
) -> None:
    """Harvest the samples through the real spiders, then serve the portal."""
    from jobs.cli import harvesting, serving

    if serve and not _is_free(port):
        typer.echo(f"port {port} is taken; choose another: make demo PORT={port + 1}", err=True)
        raise typer.Exit(2)
    sources = load_sources(Settings().sources)
    with SampleServer(sources, SAMPLES) as server:
        _point_at(
            server.origin, data_dir, [source.token_env for source in sources.values() if source.token_env]
        )
        try:
            harvesting.harvest(source=list(sources))
        except typer.Exit:
            typer.echo("a source was unhealthy, see above", err=True)
            raise
    if serve:
        serving.serve(port=port)


def _point_at(origin: str, data_dir: Path, token_names: list[str]) -> None:
    """Aim this process and its children at the sample server, through the same settings as anybody."""
    os.environ |= {
        "PORTAL_SAMPLE_ORIGIN": origin,
        "PORTAL_ALLOW_HOSTS": "127.0.0.1",
        "PORTAL_DATA_DIR": str(data_dir),
    }
    for name in token_names:
        os.environ.setdefault(name, "key-of-the-sample-server")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    typer.run(demo)
