"""Real topics of about 8 kB text, normalised and tagged on one core; memory over many calls.

    python -m tests.bench.bench_normalise [CALLS]

Peer: `json.loads` and one pass of nh3 (sanitise) and selectolax (text) over the same payloads, which is the
least anybody does with a record before reading anything out of it. Printed: calls a second of both in
alternating rounds (median), their ratio, the stages' shares, and the resident memory on the way.
"""

import gc
import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import nh3
import psutil
from selectolax.lexbor import LexborHTMLParser

from config.sources import Source
from config.taxonomy import load_taxonomy
from normalize.call_texts import CallTexts
from normalize.errors import NotACall
from normalize.mapping import map_payload
from normalize.pipeline import normalize
from normalize.record import RawRecord
from normalize.tagging import Tagger
from tests.sources import recast
from tests.sources.samples import SOURCES

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
TEXT_CHARACTERS = range(6_000, 10_000)
TEXTS = ("descriptionByte", "topicConditions")
ROUNDS = 5
CALLS = 100_000
_STEPS = 10
_PARAGRAPHS = re.compile(r"\.\s")


def topics(source: Source) -> list[RawRecord]:
    """Return the recorded topics whose texts are about 8,000 characters, description and conditions together.

    The corpus came with its tags stripped; each sentence is wrapped in a paragraph again, so that the
    cleaner has the work it has with the portal's HTML.
    """
    found = []
    for hit in recast.sedia_results():
        metadata = dict(hit["metadata"])
        texts = {name: str((metadata.get(name) or [""])[0]) for name in TEXTS}
        if metadata.get("language") != ["en"] or sum(map(len, texts.values())) not in TEXT_CHARACTERS:
            continue
        metadata |= {name: [f"<p>{_PARAGRAPHS.sub('.</p> <p>', text)}</p>"] for name, text in texts.items()}
        body = json.dumps({**hit, "metadata": metadata}).encode()
        raw = RawRecord(source.id, hit["reference"], hit["url"], NOW, "application/json", body)
        with suppress(NotACall):
            map_payload(json.loads(body), source)
            found.append(raw)
    return found


def peer(raw: RawRecord) -> None:
    """Decode a record, sanitise its texts and take the words out, and nothing else."""
    metadata = json.loads(raw.payload)["metadata"]
    for name in TEXTS:
        for html in metadata.get(name) or []:
            LexborHTMLParser(nh3.clean(html)).text()


def per_second(work: Callable[[RawRecord], object], records: list[RawRecord]) -> float:
    """Return records a second of processor time: what one core does, whoever else is on it."""
    began = time.process_time()
    for raw in records:
        work(raw)
    return len(records) / (time.process_time() - began)


def main(calls: int = CALLS) -> int:
    """Print the table.

    Returns:
        0; or 0 with a line that says why there was nothing to measure.
    """
    if not recast.available():
        print("no recorded topics beside the project")
        return 0
    source, tagger = SOURCES["eu_ft"], Tagger(load_taxonomy())
    records = topics(source)
    size = statistics.mean(len(raw.payload) for raw in records)
    print(f"{len(records)} topics, {size / 1000:.1f} kB of payload each, one core")

    def whole(raw: RawRecord) -> object:
        return normalize(raw, source, now=NOW, tagger=tagger)

    per_second(whole, records), per_second(peer, records)
    rates = [(per_second(whole, records), per_second(peer, records)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(side) for side in zip(*rates, strict=True))
    print(f"normalise and tag {ours:8.0f} calls/s   (median of {ROUNDS} rounds, processor time)")
    print(f"peer: decode, nh3, selectolax {theirs:8.0f} records/s   ratio {theirs / ours:.1f}")
    _print_stages(records, source, tagger)
    _print_memory(whole, records, calls)
    return 0


def _print_stages(records: list[RawRecord], source: Source, tagger: Tagger) -> None:
    fields = [map_payload(json.loads(raw.payload), source) for raw in records]
    texts = [CallTexts.of(one, source) for one in fields]
    for name, work, given in (
        ("map", lambda raw: map_payload(json.loads(raw.payload), source), records),
        ("texts", lambda one: CallTexts.of(one, source), fields),
        ("tag", lambda text: tagger.tag(text.to_tag()), texts),
        ("seal", lambda text: text.seal(()), texts),
    ):
        began = time.process_time()
        for one in given:
            work(one)
        print(f"  {name:6} {(time.process_time() - began) / len(given) * 1000:6.2f} ms a call")


def _print_memory(work: Callable[[RawRecord], object], records: list[RawRecord], calls: int) -> None:
    process, done = psutil.Process(), 0
    print(f"resident memory over {calls} calls:", end="", flush=True)
    for _ in range(_STEPS):
        for _ in range(calls // _STEPS):
            work(records[done % len(records)])
            done += 1
        gc.collect()
        print(f" {process.memory_info().rss / 1e6:.1f}", end="", flush=True)
    print(" MB")


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
