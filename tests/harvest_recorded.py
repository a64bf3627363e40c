"""Harvest the real recorded records through the real spiders, from a loopback server.

    python -m tests.harvest_recorded --data-dir var/recorded

Prints how many came in, were published, rejected and why. Then `portal search` with
PORTAL_DATA_DIR=var/recorded works on them. Needs ../shared/fixtures beside the project.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Settings
from config.sources import load_sources
from jobs.demo.__main__ import SAMPLES
from jobs.demo.server import SampleServer
from tests.sources import recast

RECORDED = {
    "eu_ft": recast.sedia_results,
    "es_bdns": recast.bdns_records,
    "fr_aides_territoires": recast.aides_territoires_records,
    "pt_portugal2030": recast.portugal_records,
    "fr_idf_aides": recast.idf_records,
    "it_incentivi": recast.incentivi_docs,
    "it_lazio": recast.lazio_posts,
    "it_sicilia": recast.sicilia_posts,
    "it_emilia_romagna": recast.emilia_romagna_items,
    "it_trento": recast.trento_rows,
    "de_fdb": recast.fdb_documents,
}


def main(
    data_dir: Annotated[Path, typer.Option(help="Where the result is kept")] = Path("var/recorded"),
) -> None:
    """Harvest twice: the second harvest must find nothing new."""
    sources = {name: source for name, source in load_sources(Settings().sources).items() if name in RECORDED}
    records = {name: read() for name, read in RECORDED.items()}
    with SampleServer(sources, SAMPLES, records=records) as server:
        environment = os.environ | {
            "PORTAL_SAMPLE_ORIGIN": server.origin,
            "PORTAL_ALLOW_HOSTS": "127.0.0.1",
            "PORTAL_DATA_DIR": str(data_dir),
        }
        environment |= {source.token_env: "sample-key" for source in sources.values() if source.token_env}
        for attempt in ("first", "second"):
            print(f"== {attempt} harvest")
            _harvest(list(sources), environment)
    print("== rejects")
    for line in _rejects(data_dir):
        print(line)


def _harvest(source_ids: list[str], environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "jobs.cli", "harvest", "--json", *source_ids]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=False)
    for run in json.loads(done.stdout)["runs"]:
        print(json.dumps(run, ensure_ascii=False))


def _rejects(data_dir: Path) -> list[str]:
    from store.database import open_database
    from store.runs import last_runs, rejects_of_run

    db = open_database(Settings(data_dir=data_dir))
    return [
        f"{reject.source_id} {reject.native_id} {reject.field}: {reject.reason} ({reject.value!r})"
        for run in last_runs(db)
        for reject in rejects_of_run(db, run.run_id)
    ]


if __name__ == "__main__":
    typer.run(main)
