"""Mails over the EU portal's recorded lists, day by day: what five people got, and whether it is all.

Each recorded list is harvested into an empty store as of its day, indexed, and told at 07:00 Brussels
by the same service that sends the digest of an installation; the mails lie in a folder. Beside it an
account is kept of what each person had to hear (`jobs.evaluation.week_people`).

    python -m jobs.evaluation.week [--from 2026-08-12] [--days 7] [--quiet] [--mails FOLDER]
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.settings import Settings
from config.sources import Source, load_sources
from config.taxonomy import load_taxonomy
from digest.planning import Kind, Planner, build_shelf, known_now
from digest.profile import Profile
from digest.service import DigestService, week_of
from digest.writing import canonical
from index.matching import matching_ids
from index.opening import open_engine
from index.sync import synchronise
from jobs.evaluation.changes import FIXTURES, SOURCE, WITHDRAW_AFTER
from jobs.evaluation.daily_lists import Day, Recorded, hit_of
from jobs.evaluation.week_people import PEOPLE, Account, Person, facts_of
from jobs.harvest import normalise_records
from jobs.schedule.business_days import is_digest_day
from normalize.call import Call
from normalize.mappers.sedia_record import native_id_of
from normalize.record import RawRecord
from normalize.tagging import Tagger
from store import handing, subscribers
from store.absence import note_absent
from store.archive import Archive
from store.database import migrate, open_database
from store.events import last_number
from store.publishing import publish
from store.reading import iter_calls
from store.runs import RunResult, finish_run, start_run
from store.subscribers import Wishes

BRUSSELS = ZoneInfo("Europe/Brussels")
DIGEST_AT = time(7)
STILL: tuple[str, ...] = ("open", "forthcoming", "unknown")


@dataclass
class Portal:
    """A whole installation whose clock the replay moves."""

    settings: Settings
    source: Source
    tagger: Tagger
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.db = open_database(self.settings)
        migrate(self.db)
        self.engine = open_engine(self.settings)
        self.taxonomy = load_taxonomy()
        self.digest = DigestService(
            self.settings, self.db, self.engine, {SOURCE: self.source}, self.taxonomy, lambda: self.now
        )

    def publish(self, day: Day) -> None:
        """Take in a day's list as its nightly harvest would have."""
        run_id = start_run(self.db, SOURCE, self.now)
        raws = [self._raw(hit_of(grant)) for grant in day.listed.values()]
        Archive(self.db).add_records(run_id, raws)
        made = normalise_records(raws, self.source, now=self.now, tagger=self.tagger)
        counted = publish(self.db, run_id, SOURCE, made.calls, self.now)
        listed, after = {raw.native_id for raw in raws}, self.source.expect.withdraw_after_runs
        note_absent(self.db, run_id, SOURCE, listed, after_runs=after or WITHDRAW_AFTER, now=self.now)
        rejected = len(made.rejects)
        result = RunResult(
            self.now, "healthy", made.records, len(made.calls), rejected, {}, counted.new, counted.changed,
            counted.unchanged, (),
        )  # fmt: skip
        finish_run(self.db, run_id, result)
        if synchronise(self.db, self.engine, now=self.now).state != "done":
            raise RuntimeError("the index could not be brought in step")

    def subscribe(self, person: Person) -> int:
        """Ask and confirm at once; returns the subscriber's number."""
        wants = person.wants
        search = None if isinstance(wants, Profile) else canonical(wants)
        profile = wants.model_dump_json(exclude_defaults=True) if isinstance(wants, Profile) else None
        email = f"{person.name.replace(' ', '.').replace(',', '')}@company.example"
        wishes = Wishes("en", person.frequency)
        asked = subscribers.ask_to_subscribe(self.db, email, wishes, [(search, profile)], self.now)
        shelf, _ = build_shelf(self.db, self.engine, self.now, 0)
        known = known_now(subscribers.subscriptions_of(self.db, asked.id), shelf)
        return subscribers.confirm(self.db, asked.id, known, last_number(self.db), self.now).id

    def calls(self) -> dict[str, Call]:
        """Return every call as stored."""
        return {call.id: call for call in iter_calls(self.db)}

    def fitting(self, person: Person, calls: Mapping[str, Call]) -> dict[str, Call]:
        """Return what fits somebody and can be applied for, or will be."""
        wants = person.wants
        if isinstance(wants, Profile):
            found = {call_id for call_id, call in calls.items() if wants.fits(call)}
        else:
            found = matching_ids(self.engine, wants, now=self.now)
        return {call_id: calls[call_id] for call_id in found if calls[call_id].status_at(self.now) in STILL}

    def tell(self, kind: Kind, period: str) -> dict[int, Mapping[str, Any]]:
        """Run a digest; returns what each subscriber with a mail was told."""
        Planner(self.db, self.engine).plan(kind, period, self.now)
        due = handing.due_deliveries(self.db, self.now, 1000)
        told = {each.subscriber.id: each.planned.tells for each in due if each.planned}
        self.digest.run(kind, period)
        return told

    def _raw(self, hit: Mapping[str, Any]) -> RawRecord:
        body = json.dumps(hit, ensure_ascii=False).encode()
        return RawRecord(SOURCE, str(native_id_of(hit)), self.source.url, self.now, "application/json", body)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every mail of the replay and the account of each person.

    Returns:
        0; 1 when something was lost or told twice; 0 with a word when the recorded lists are not there.
    """
    parser = argparse.ArgumentParser(prog="week", description=__doc__)
    parser.add_argument("--fixtures", type=Path, default=FIXTURES, help="folder of the recorded lists")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=date(2026, 8, 12))
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--quiet", action="store_true", help="only the account, not the mails")
    parser.add_argument("--mails", type=Path, default=None, help="keep the mails in this folder")
    given = parser.parse_args(arguments)
    if not (given.fixtures / "daily").is_dir():
        print(f"the recorded lists are not here: {given.fixtures}")
        return 0
    days = list(Recorded(given.fixtures).days())
    first = next((at for at, day in enumerate(days) if day.day >= given.first), len(days))
    chosen = days[max(first - 1, 0) : first + given.days]
    with tempfile.TemporaryDirectory(prefix="portal-week-") as folder:
        accounts = replay(chosen, Path(folder), say=(lambda line: None) if given.quiet else print)
        if given.mails:
            shutil.copytree(Path(folder) / "outbox", given.mails, dirs_exist_ok=True)
    print_accounts(accounts)
    return int(any(account.lost or account.doubled for account in accounts.values()))


def replay(days: Sequence[Day], folder: Path, say: Any = print) -> dict[str, Account]:  # noqa: ANN401 - print or not
    """Live through the days; everybody subscribes on the first, after its list was read.

    Returns:
        Person -> their account.
    """
    settings = Settings(
        data_dir=folder, public_url="https://portal.example", mail_from="digest@portal.example"
    )
    portal = Portal(settings, load_sources(settings.sources)[SOURCE], Tagger(load_taxonomy()))
    accounts: dict[str, Account] = {}
    people: dict[int, Person] = {}
    for day in days:
        portal.now = datetime.combine(day.day, DIGEST_AT, BRUSSELS).astimezone(UTC) - timedelta(hours=4)
        portal.publish(day)
        portal.now += timedelta(hours=4)
        if not people:
            people = {portal.subscribe(person): person for person in PEOPLE}
            calls = portal.calls()
            for person in people.values():
                fits = portal.fitting(person, calls)
                accounts[person.name] = Account({call_id: facts_of(call) for call_id, call in fits.items()})
                say(f"{day.day}  {person.name} subscribes; {len(fits)} calls fit now")
            continue
        runs: list[tuple[Kind, str]] = [("daily", day.day.isoformat())]
        if is_digest_day(day.day):
            runs.append(("weekly", week_of(day.day)))
        for kind, period in runs:
            _digest(portal, people, accounts, kind, period, say)
    portal.db.close()
    return accounts


def _digest(
    portal: Portal,
    people: Mapping[int, Person],
    accounts: Mapping[str, Account],
    kind: Kind,
    period: str,
    say: Any,  # noqa: ANN401
) -> None:
    calls = portal.calls()
    told = portal.tell(kind, period)
    for number, person in people.items():
        if person.frequency != kind:
            continue
        tells = told.get(number, {})
        items, more = tells.get("items", []), sum(tells.get("more", {}).values())
        accounts[person.name].check(items, more, portal.fitting(person, calls), calls, portal.now)
        if items:
            say(
                f"{portal.now:%Y-%m-%d}  {kind} mail to the {person.name}"
                + (f", and {more} more" if more else "")
            )
            for item in items:
                say(f"    {item['part']:9} {calls[item['call']].title[:88]}")
                for change in item.get("changes", ()):
                    say(f"              {change['kind']}: {_short(change['old'])} -> {_short(change['new'])}")


def _short(value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, dict) and "at" in value:
        return str(value["at"])[:16]
    return str(value)[:80]


def print_accounts(accounts: Mapping[str, Account]) -> None:
    """Print what each person was told, and what was lost or told twice."""
    print(
        f"\n{'told':42} {'new':>5} {'changed':>8} {'closing':>8} {'withdrawn':>10} {'doubled':>8} {'lost':>5}"
    )
    for name, account in accounts.items():
        parts = [account.told[part] for part in ("new", "changed", "closing", "withdrawn")]
        print(
            "{:42} {:5} {:8} {:8} {:10}".format(name, *parts),
            f"{len(account.doubled):8} {len(account.lost):5}",
        )
    for name, account in accounts.items():
        for word, found in (("doubled", account.doubled), ("lost", account.lost)):
            for line in found[:20]:
                print(f"  {name}, {word}: {line}")


if __name__ == "__main__":
    sys.exit(main())
