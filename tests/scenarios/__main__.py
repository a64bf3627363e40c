"""Print the table of `docs/health.md`: what each way to break makes the house say.

python -m tests.scenarios
"""

import logging
import sys
import tempfile
from pathlib import Path

from config.taxonomy import load_taxonomy
from normalize.tagging import Tagger
from store.reading import last_change
from tests.scenarios.agency import entry, feed_entry, pages, records
from tests.scenarios.house import AgencyHouse
from tests.scenarios.spoiled import SPOILED, SPOILED_FEEDS, feed
from tests.scenarios.test_scenarios import harvested


def main() -> int:
    """Break both sources in every way; exit code 1 if anything stored moved."""
    logging.disable()
    tagger, moved = Tagger(load_taxonomy()), 0
    rows = [(one, entry, pages(records())) for one in SPOILED]
    rows += [(one, feed_entry, feed()) for one in SPOILED_FEEDS]
    table = ["| the source | the run | what it says | stored data |", "|---|---|---|---|"]
    for spoiled, made, good in rows:
        with tempfile.TemporaryDirectory(prefix="portal-scenario-") as folder:
            house = AgencyHouse(Path(folder), tagger, ("localhost",))
            harvested(house, made, good)
            before = last_change(house.db)
            result, problems = harvested(house, made, spoiled.reply())
            stays = last_change(house.db) == before
            house.db.close()
        moved += not stays
        table.append(f"| {spoiled.name} | {result} | {_without_port('; '.join(problems))} | {_kept(stays)} |")
    sys.stderr.write("\n".join(table) + "\n")
    return int(moved > 0)


def _kept(stays: bool) -> str:
    return "stays" if stays else "MOVED"


def _without_port(words: str) -> str:
    """Name the server as the agency: its port is another each time."""
    import re

    return re.sub(r"http://localhost:\d+", "https://agency.example", words).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
