"""What normalising and tagging cost a call, on real EU topics of about 8,000 characters, on one core.

Peer: the least that anybody must do with the same record: read the JSON and sanitise its HTML once
(json.loads and nh3 with the same allow-list). The ratio says what our reading costs beside that.
Needs ../shared/fixtures beside the project.
"""

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import psutil

from config.settings import Settings
from config.sources import load_sources
from config.taxonomy import load_taxonomy
from normalize.errors import NotACall
from normalize.pipeline import normalize
from normalize.record import RawRecord
from normalize.tagging import Tagger
from normalize.text import sanitise_html
from tests.conftest import NOW
from tests.sources import recast

CHARACTERS = 8_000
TOPICS, PASSES, MANY = 200, 5, 100_000


def topics() -> list[bytes]:
    """Return real topics whose description is brought to `CHARACTERS` by repeating or cutting it."""
    found = []
    for hit in recast.sedia_results():
        text = "".join(hit["metadata"].get("descriptionByte") or [])
        if len(text) > 1_500:
            hit["metadata"]["descriptionByte"] = [(text * (CHARACTERS // len(text) + 1))[:CHARACTERS]]
            found.append(json.dumps(hit).encode())
    return found[:TOPICS]


def _is_call(work: Callable[[bytes], object], payload: bytes) -> bool:
    try:
        work(payload)
    except NotACall:
        return False
    return True


def rate(work: Callable[[bytes], object], payloads: Sequence[bytes]) -> float:
    """Return records a second of processor time, the median of several passes."""
    rates = []
    for _ in range(PASSES):
        began = time.process_time()
        for payload in payloads:
            work(payload)
        rates.append(len(payloads) / (time.process_time() - began))
    return statistics.median(rates)


def main() -> int:
    """Print the table."""
    if not recast.available():
        print("no recorded topics beside the project (../shared/fixtures)", file=sys.stderr)
        return 2
    source = load_sources(Settings().sources)["eu_ft"]
    tagger = Tagger(load_taxonomy())

    def ours(payload: bytes) -> object:
        raw = RawRecord(source.id, "1", source.url, NOW, "application/json", payload)
        return normalize(raw, source, now=NOW, tagger=tagger)

    def peer(payload: bytes) -> object:
        return sanitise_html("".join(json.loads(payload)["metadata"]["descriptionByte"]))

    payloads = [payload for payload in topics() if _is_call(ours, payload)]
    mine, least = rate(ours, payloads), rate(peer, payloads)
    print(
        f"{len(payloads)} real EU topics, {CHARACTERS} characters each, median of {PASSES} passes, one core"
    )
    print(f"  normalise and tag      {mine:8.0f} calls a second (aim: 400)")
    print(f"  json and sanitise only {least:8.0f} calls a second; ours costs {least / mine:.2f} times that")
    print(f"memory over {MANY} calls (resident, MB):", end=" ")
    process, done = psutil.Process(), 0
    for step in range(5):
        while done < MANY * (step + 1) // 5:
            ours(payloads[done % len(payloads)])
            done += 1
        gc.collect()
        print(f"{process.memory_info().rss / 1e6:.0f}", end=" ", flush=True)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
