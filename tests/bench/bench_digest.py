"""A weekly digest to ten thousand subscribers, against a real SMTP server.

    python -m tests.bench.bench_digest [SUBSCRIBERS]

Peer: a bare loop over one connection that sends the very same bytes (rendered beforehand) with
aiosmtplib and does nothing else. Printed: time to plan, to write and send, mails a second, peak memory,
and the ratio of our whole run (plan, write, send, every row written) to the bare loop.
"""

import asyncio
import random
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import aiosmtplib
import psutil

from digest.languages import LANGUAGES
from digest.profile import Profile
from digest.writing import canonical
from index.query import SearchQuery
from normalize.call import Call
from store import handing
from store.events import last_number
from store.tables_digest import SubscriberRow, SubscriptionRow
from tests.calls import call, deadline, euros, tag
from tests.digest.installation import Installation, open_installation

OLD_CALLS, NEW_CALLS = 2000, 300
AREAS = (
    "clean.hydrogen",
    "digital.quantum",
    "digital.ai_data",
    "clean.batteries_storage",
    "bio.industrial_biotech",
)
COUNTRIES = ("BE", "FR", "DE", "ES", "IT", "PL", "NL", "PT")
WORDS = ("hydrogen", "quantum", "battery recycling", "photonics", "enzymes", "robotics", "grid", "5G")
WEEK = timedelta(days=7)


def made_call(number: int, portal: Installation) -> Call:
    """Return one of many different calls, as long as real ones."""
    dice = random.Random(number)
    word, area = dice.choice(WORDS), dice.choice(AREAS)
    return call(
        number,
        title=f"{word.capitalize()} for European industry: demonstration and first deployment, lot {number}",
        summary=f"Grants for {word} projects that bring a technology from the laboratory to a plant. " * 3,
        language=dice.choice(list(LANGUAGES)),
        programme=dice.choice(("Horizon Europe", "Innovation Fund", "National programme")),
        countries=tuple(dice.sample(COUNTRIES, 2)),
        applicants=dice.choice((("sme",), ("sme", "university"), ())),
        deadlines=(deadline(portal.now + timedelta(days=dice.randrange(20, 200))),),
        budget_total=euros(str(dice.randrange(1, 90) * 500_000)),
        tags=(tag(area),),
    )


def subscribe_all(portal: Installation, count: int) -> None:
    """Fill the tables with subscribers of many different searches and profiles."""
    dice, cursor = random.Random(7), last_number(portal.db)
    with portal.db.write() as session:
        for number in range(1, count + 1):
            row = SubscriberRow(
                id=number,
                email=f"person{number}@company{number % 97}.example",
                language=dice.choice(list(LANGUAGES)),
                state="active",
                frequency="weekly",
                cursor=cursor,
                created_at=portal.now,
                state_at=portal.now,
            )
            session.add(row)
        session.flush()
        for number in range(1, count + 1):
            search, profile = wish(dice)
            session.add(
                SubscriptionRow(
                    subscriber_id=number,
                    search=search,
                    profile=profile,
                    confirmed=True,
                    created_at=portal.now,
                )
            )


def wish(dice: random.Random) -> tuple[str | None, str | None]:
    """Return a saved search or a profile, the other None; some hundreds of different ones."""
    if dice.random() < 0.4:
        profile = Profile(
            areas=tuple(dice.sample(AREAS, 2)),
            country=dice.choice(COUNTRIES),
            size=dice.choice(("small", "medium")),
        )
        return None, profile.model_dump_json(exclude_defaults=True)
    query = SearchQuery(
        text=dice.choice((*WORDS, "", "")),
        country=tuple(dice.sample(COUNTRIES, 2)),
        applicant=dice.choice((("sme", "not_stated"), ())),
    )
    return canonical(query), None


@dataclass(frozen=True, slots=True)
class Sink:
    """The SMTP server's process."""

    process: "subprocess.Popen[str]"
    port: int

    def counted(self) -> tuple[int, int]:
        """Return mails and bytes taken since the last look."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(file=self.process.stdin, flush=True)
        mails, size = self.process.stdout.readline().split()
        return int(mails), int(size)


def start_sink() -> Sink:
    """Start the server and wait for its port."""
    command = [sys.executable, "-m", "tests.bench.smtp_sink"]
    process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    return Sink(process, int(process.stdout.readline()))


def spool(portal: Installation, out: BinaryIO, url: str) -> int:
    """Write every waiting mail as bytes into a file; returns how many."""
    office, count = portal.post_office(url), 0
    for delivery in handing.due_deliveries(portal.db, portal.now, 1_000_000):
        envelope = office._write(delivery, portal.now)
        assert envelope is not None
        for part in (envelope.sender.encode(), envelope.recipient.encode(), envelope.message):
            out.write(struct.pack("!I", len(part)) + part)
        count += 1
    return count


def spooled(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """Yield (sender, recipient, message) of a spool file; one mail in memory at a time."""
    with path.open("rb") as file:
        while head := file.read(4):
            parts = [file.read(struct.unpack("!I", head)[0])]
            parts += [file.read(struct.unpack("!I", file.read(4))[0]) for _ in range(2)]
            yield parts[0].decode(), parts[1].decode(), parts[2]


async def bare_loop(path: Path, port: int) -> None:
    """Send every spooled mail over one connection, one after the other."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
        for sender, recipient, message in spooled(path):
            await smtp.mail(sender)
            await smtp.rcpt(recipient)
            await smtp.data(message)


def main() -> None:
    """Run and print."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    sink = start_sink()
    url = f"smtp://127.0.0.1:{sink.port}?tls=off"
    process = psutil.Process()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        portal = open_installation(folder)
        portal.publish([made_call(number, portal) for number in range(OLD_CALLS)])
        subscribe_all(portal, people)
        portal.now += WEEK
        # What is old is known: a baseline run without sending, as `confirm` would have written it.
        portal.plan("2026-W47")
        deliveries_done(portal)
        portal.publish([made_call(OLD_CALLS + number, portal) for number in range(NEW_CALLS)])
        portal.now += WEEK
        started = time.perf_counter()
        planned = portal.plan("2026-W48")
        plan_s = time.perf_counter() - started
        with (folder / "spool").open("wb") as out:
            count = spool(portal, out, url)
        size = (folder / "spool").stat().st_size
        started, worked = time.perf_counter(), time.process_time()
        asyncio.run(bare_loop(folder / "spool", sink.port))
        bare_s, bare_cpu_s = time.perf_counter() - started, time.process_time() - worked
        assert sink.counted()[0] == count
        started, worked = time.perf_counter(), time.process_time()
        posted = portal.post(url)
        post_s, post_cpu_s = time.perf_counter() - started, time.process_time() - worked
        assert posted.counts == {"sent": count}
        assert sink.counted()[0] == count
        portal.db.close()
    sink.process.communicate()
    peak = process.memory_info().rss / 1e6
    print(
        f"{people} subscribers, {OLD_CALLS} calls and {NEW_CALLS} new ones: {count} mails, "
        f"{planned.quiet} with nothing to be told, {size / count / 1000:.0f} kB a mail"
    )
    print(f"plan   {plan_s:7.1f} s   {people / plan_s:7.0f} subscribers/s")
    print(
        f"post   {post_s:7.1f} s   {count / post_s:7.0f} mails/s, every row written; "
        f"{post_cpu_s:.1f} s of processor"
    )
    print(
        f"bare   {bare_s:7.1f} s   {count / bare_s:7.0f} mails/s (peer: the same bytes, one connection); "
        f"{bare_cpu_s:.1f} s of processor"
    )
    print(f"ratio  {(plan_s + post_s) / bare_s:7.2f}     (plan + post) / bare; aim at most 2")
    print(f"memory {peak:7.0f} MB resident at the end")


def deliveries_done(portal: Installation) -> None:
    """Take everything waiting for sent, without sending it."""
    for delivery in handing.due_deliveries(portal.db, portal.now, 1_000_000):
        handing.note_sent(portal.db, delivery, portal.now, "bench")


if __name__ == "__main__":
    main()
