"""The fault suite: what breaks while a run is sent, and what arrives all the same.

    python -m tests.digest.faults

prints its table. Every scenario uses a real SMTP server on loopback; killed processes are real ones.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from aiosmtpd.smtp import Envelope

from index.query import SearchQuery
from store import subscribers
from store.deliveries import run_counts
from store.locks import Taken
from tests.calls import call
from tests.digest.installation import Installation, open_installation
from tests.digest.mail_server import OK, Mailbox, serving

PEOPLE = 8
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table.

    Attributes:
        expected: Mails that must arrive.
        delivered: Different mails that arrived.
        doubled: Mails that arrived more than once although the server had answered for each.
        again: Mails that arrived twice under one Message-ID, because nobody could know.
        lost: Mails that never arrived.
    """

    fault: str
    expected: int
    delivered: int
    doubled: int
    again: int
    lost: int


def installed(folder: Path, people: int = PEOPLE, calls: int = 3) -> Installation:
    """Return an installation with subscribers, new calls for all of them, and a run planned."""
    portal = open_installation(folder)
    for number in range(people):
        portal.subscribe(f"person{number}@company.example")
    portal.now += HOUR
    portal.publish([call(number, title=f"Hydrogen call {number}") for number in range(calls)])
    portal.plan()
    return portal


def counted(fault: str, mailbox: Mailbox, people: int = PEOPLE, uncertain: int = 0) -> Result:
    """Compare what arrived with what should have: one mail a person, by Message-ID."""
    ids = mailbox.message_ids()
    again = sum(count - 1 for count in ids.values())
    people_reached = mailbox.recipients()
    doubled = sum(people_reached.values()) - len(people_reached) - again + max(again - uncertain, 0)
    return Result(fault, people, len(ids), doubled, again, people - len(people_reached))


def send_to_the_end(portal: Installation, url: str, mailbox: Mailbox, days: int = 8) -> None:
    """Let the clock run, sending every quarter of an hour, until nothing waits."""
    for _ in range(days * 96):
        portal.post(url)
        if all(
            run.states.keys() <= {"sent", "refused", "skipped", "superseded"} for run in run_counts(portal.db)
        ):
            return
        portal.now += HOUR / 4


def killed(folder: Path, state: str, occurrence: int) -> Result:
    """kill -9 right after a mail was claimed, or right after it was noted as sent."""
    portal, mailbox = installed(folder), Mailbox()
    with serving(mailbox) as url:
        run_killed(portal, folder, url, state, occurrence)
        assert 0 < len(mailbox.mails) + (state == "handing") < PEOPLE + 1
        send_to_the_end(portal, url, mailbox)
    words = {"handing": "claimed, no byte gone", "sent": "noted as sent"}[state]
    return close(portal, counted(f"kill -9 after mail {occurrence} was {words}", mailbox))


def killed_unanswered(folder: Path, occurrence: int) -> Result:
    """kill -9 after the server took a mail and before it could say so."""
    portal = installed(folder)
    process: list[subprocess.Popen[str]] = []

    def on_mail(number: int, _envelope: Envelope) -> str | None:
        if number == occurrence and process:
            os.kill(process[0].pid, signal.SIGKILL)
            process[0].wait()
            return None
        return OK

    mailbox = Mailbox(on_mail=on_mail, keep_unanswered=True)
    with serving(mailbox) as url:
        process.append(start_sender(portal, folder, url, "none", 0))
        process[0].wait(60)
        send_to_the_end(portal, url, mailbox)
    repeated = sum(run.repeated for run in run_counts(portal.db))
    assert repeated == 1, "the mail nobody could know of is counted"
    name = f"kill -9 after mail {occurrence} was taken, before it could be noted"
    return close(portal, counted(name, mailbox, uncertain=1))


def start_sender(
    portal: Installation, folder: Path, url: str, state: str, occurrence: int
) -> "subprocess.Popen[str]":
    """Start a sending process; returns when it has opened everything."""
    command = [sys.executable, "-m", "tests.digest.killed_sender", str(folder), url, state]
    command += [str(occurrence), portal.now.isoformat()]
    return subprocess.Popen(command, text=True, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[2])


def run_killed(portal: Installation, folder: Path, url: str, state: str, occurrence: int) -> None:
    """Run a sending process until it has killed itself."""
    process = start_sender(portal, folder, url, state, occurrence)
    assert process.wait(60) == -signal.SIGKILL


def killed_while_planning(folder: Path) -> Result:
    """The process dies after half of the run is planned; the next one completes it."""
    portal, mailbox = open_installation(folder), Mailbox()
    for number in range(PEOPLE):
        portal.subscribe(f"person{number}@company.example")
    portal.now += HOUR
    portal.publish([call(1, title="Hydrogen")])
    real, done = subscribers.iter_active, 0

    class Died(BaseException):
        """Nothing catches it."""

    def dying(db: object, batch: int = 3) -> object:
        nonlocal done
        for part in real(portal.db, 3):
            if done == 1:
                raise Died
            done += 1
            yield part

    subscribers.iter_active = dying  # type: ignore[assignment]
    try:
        portal.plan()
    except Died:
        pass
    finally:
        subscribers.iter_active = real
    with serving(mailbox) as url:
        portal.post(url)
        portal.plan()
        send_to_the_end(portal, url, mailbox)
    return close(portal, counted("process dies while planning", mailbox))


def server_down_a_day(folder: Path) -> Result:
    """Nobody listens for a day."""
    portal, mailbox = installed(folder), Mailbox()
    for _ in range(24):
        posted = portal.post("smtp://127.0.0.1:9?tls=off")
        assert posted.problem
        assert not posted.counts
        portal.now += HOUR
    with serving(mailbox) as url:
        send_to_the_end(portal, url, mailbox)
    return close(portal, counted("mail server down for a day", mailbox))


def answers(folder: Path, fault: str, reply: str, times: int, *, at_data: bool) -> Result:
    """The server gives everybody the same bad answer a number of times."""
    portal = installed(folder)
    tries: Counter[str] = Counter()

    def answer(address: str) -> str:
        tries[address] += 1
        return reply if tries[address] <= times else OK

    mailbox = (
        Mailbox(on_mail=lambda _n, envelope: answer(envelope.rcpt_tos[0]))
        if at_data
        else Mailbox(on_recipient=answer)
    )
    with serving(mailbox) as url:
        send_to_the_end(portal, url, mailbox)
    return close(portal, counted(fault, mailbox))


def nobody_there(folder: Path) -> Result:
    """Two people do not exist: their mail stops for good, the others get theirs."""
    portal = installed(folder)
    gone = {"person2@company.example", "person5@company.example"}
    mailbox = Mailbox(on_recipient=lambda address: "550 5.1.1 no such person" if address in gone else OK)
    with serving(mailbox) as url:
        send_to_the_end(portal, url, mailbox)
    states = {name: subscribers.find_subscriber(portal.db, name) for name in gone}
    assert all(one is not None and one.state == "bounced" for one in states.values())
    return close(portal, counted("550 for two people who do not exist", mailbox, PEOPLE - 2))


def drops_after_data(folder: Path, *, taken: bool) -> Result:
    """The connection breaks after the bytes of three mails went out, before the answer."""
    portal = installed(folder)
    mailbox = Mailbox(on_mail=lambda number, _e: None if number in (1, 3, 4) else OK, keep_unanswered=taken)
    with serving(mailbox) as url:
        send_to_the_end(portal, url, mailbox)
    assert sum(run.repeated for run in run_counts(portal.db)) == 3, "each is counted"
    word = "taken" if taken else "lost"
    return close(portal, counted(f"drops after DATA of 3 mails, {word} by the server", mailbox, uncertain=3))


def slow_server(folder: Path) -> Result:
    """Each answer takes its time."""
    portal, mailbox = installed(folder), Mailbox(delay_s=0.05)
    with serving(mailbox) as url:
        send_to_the_end(portal, url, mailbox)
    return close(portal, counted("slow server", mailbox))


def run_skipped_a_week(folder: Path) -> Result:
    """The machine was off when week 48 was due; week 49 tells both weeks' calls, each once."""
    portal, mailbox = open_installation(folder), Mailbox()
    portal.subscribe("person0@company.example")
    portal.now += HOUR
    portal.publish([call(1, title="Call of week 48")])
    portal.now += 7 * DAY
    portal.publish([call(1, title="Call of week 48"), call(2, title="Call of week 49")])
    with serving(mailbox) as url:
        portal.plan("2026-W49")
        send_to_the_end(portal, url, mailbox)
        portal.now += 7 * DAY
        portal.plan("2026-W50")
        send_to_the_end(portal, url, mailbox)
    text = mailbox.content().decode()
    assert text.count("* Call of week 48") == text.count("* Call of week 49") == 1
    return close(portal, counted("run skipped a week", mailbox, 1))


def unsent_week(folder: Path) -> Result:
    """Week 48 never left (server down for a week): week 49 tells the same and more, once."""
    portal, mailbox = installed(folder), Mailbox()
    portal.post("smtp://127.0.0.1:9?tls=off")
    portal.now += 7 * DAY
    portal.publish([call(9, title="Call of week 49")])
    portal.plan("2026-W49")
    with serving(mailbox) as url:
        send_to_the_end(portal, url, mailbox)
    for number in range(len(mailbox.mails)):
        text = mailbox.content(number).decode()
        assert "* Hydrogen call 0" in text
        assert "* Call of week 49" in text
    return close(portal, counted("server down from one run to the next", mailbox))


def many_new_calls(folder: Path) -> Result:
    """Two thousand new calls at once: thirty are shown, the rest is counted, and none comes again."""
    portal, mailbox = installed(folder, people=2, calls=2000), Mailbox()
    with serving(mailbox) as url:
        send_to_the_end(portal, url, mailbox)
        portal.now += 7 * DAY
        assert portal.plan("2026-W49").mails == 0, "what was counted is not told again"
    text = mailbox.content().decode()
    assert text.count("* Hydrogen call") == 30
    assert "and 1,970 more" in text
    return close(portal, counted("2,000 new calls at once", mailbox, 2))


def two_schedulers(folder: Path) -> Result:
    """Two processes plan and send the same run at the same time."""
    portal, mailbox = installed(folder), Mailbox(delay_s=0.02)
    taken = []
    with serving(mailbox) as url:
        offices = [portal.post_office(url), portal.post_office(url)]

        def send(number: int) -> None:
            try:
                offices[number].post()
            except Taken as error:
                taken.append(str(error))

        threads = [threading.Thread(target=send, args=(number,)) for number in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        portal.plan()
        send_to_the_end(portal, url, mailbox)
    assert taken, "the second is told that the first is sending"
    return close(portal, counted("two schedulers", mailbox))


def clock_back(folder: Path) -> Result:
    """The clock is set back an hour between planning, sending and the next look."""
    portal, mailbox = installed(folder), Mailbox()
    with serving(mailbox) as url:
        portal.now -= HOUR
        portal.plan()
        portal.post(url)
        portal.now += HOUR
        portal.plan()
        send_to_the_end(portal, url, mailbox)
    return close(portal, counted("clock back an hour", mailbox))


def leaves_during_the_run(folder: Path) -> Result:
    """Somebody unsubscribes after the run was planned: no mail any more."""
    portal = installed(folder)
    leaver = subscribers.find_subscriber(portal.db, "person7@company.example")
    assert leaver is not None

    def on_mail(number: int, _envelope: Envelope) -> str:
        if number == 2:
            subscribers.stop(portal.db, leaver.id, "stopped", portal.now)
        return OK

    mailbox = Mailbox(on_mail=on_mail)
    with serving(mailbox) as url:
        send_to_the_end(portal, url, mailbox)
    assert "person7@company.example" not in mailbox.recipients()
    return close(portal, counted("somebody unsubscribes during the run", mailbox, PEOPLE - 1))


def header_injection(folder: Path) -> Result:
    """Names and titles with line ends and headers in them."""
    portal, mailbox = open_installation(folder), Mailbox()
    evil = "hydrogen\r\nBcc: victim@elsewhere.example\r\n\r\n<script>alert(1)</script>"
    portal.subscribe("person0@company.example", SearchQuery(text=evil).model_dump_json())
    portal.subscribe("person1@company.example")
    portal.now += HOUR
    portal.publish([call(1, title=f"Hydrogen {evil} alert script victim elsewhere example Bcc 1")])
    portal.plan()
    with serving(mailbox) as url:
        send_to_the_end(portal, url, mailbox)
    for number, mail in enumerate(mailbox.mails):
        read = message_from_bytes(mailbox.content(number), policy=default)
        html = read.get_body(("html",))
        assert read["Bcc"] is None
        assert html is not None
        assert "<script>" not in html.get_content()
        assert len(mail.rcpt_tos) == 1
    return close(portal, counted("header injection in names and titles", mailbox, 2))


def facet_gone(folder: Path) -> Result:
    """Saved searches name an area, a status and a field there are none of any more."""
    portal, mailbox = open_installation(folder), Mailbox()
    portal.subscribe("person0@company.example", '{"status":["open","half_open"],"shape":["round"]}')
    portal.subscribe("person1@company.example", '{"area":["clean.gone"]}')
    portal.now += HOUR
    portal.publish([call(1)])
    planned = portal.plan()
    assert (planned.mails, planned.quiet) == (1, 1)
    with serving(mailbox) as url:
        send_to_the_end(portal, url, mailbox)
    return close(portal, counted("a saved search whose facet no longer exists", mailbox, 1))


def close(portal: Installation, result: Result) -> Result:
    """Close the installation and give the result on."""
    portal.db.close()
    return result


SCENARIOS: dict[str, Callable[[Path], Result]] = {
    **{
        f"killed_{state}_{n}": (lambda folder, state=state, n=n: killed(folder, state, n))  # type: ignore[misc]
        for state in ("handing", "sent")
        for n in (1, 2, 5, PEOPLE)
    },
    **{
        f"killed_unanswered_{n}": (lambda folder, n=n: killed_unanswered(folder, n))  # type: ignore[misc]
        for n in (1, 4, PEOPLE)
    },
    "killed_while_planning": killed_while_planning,
    "server_down_a_day": server_down_a_day,
    "later": lambda folder: answers(
        folder, "451 to every recipient, twice", "451 4.3.0 later", 2, at_data=False
    ),
    "later_at_data": lambda folder: answers(folder, "452 at DATA, twice", "452 4.2.2 full", 2, at_data=True),
    "refused_at_data": lambda folder: answers(
        folder, "554 at DATA, three times", "554 5.7.1 no", 3, at_data=True
    ),
    "nobody_there": nobody_there,
    "slow_server": slow_server,
    "drops_lost": lambda folder: drops_after_data(folder, taken=False),
    "drops_taken": lambda folder: drops_after_data(folder, taken=True),
    "run_skipped_a_week": run_skipped_a_week,
    "unsent_week": unsent_week,
    "many_new_calls": many_new_calls,
    "two_schedulers": two_schedulers,
    "clock_back": clock_back,
    "leaves_during_the_run": leaves_during_the_run,
    "header_injection": header_injection,
    "facet_gone": facet_gone,
}


def main() -> None:
    """Print the table."""
    print(f"{'fault':<62} {'expected':>8} {'delivered':>9} {'doubled':>7} {'again*':>6} {'lost':>4}")
    for scenario in SCENARIOS.values():
        with tempfile.TemporaryDirectory() as folder:
            row = scenario(Path(folder))
        print(
            f"{row.fault:<62} {row.expected:>8} {row.delivered:>9} {row.doubled:>7} "
            f"{row.again:>6} {row.lost:>4}",
            flush=True,
        )
    print("* the same Message-ID again, where the server had taken a mail and nobody could know")


if __name__ == "__main__":
    main()
