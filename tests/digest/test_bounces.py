"""Mail that comes back, as different servers write it; and what somebody else could send us."""

import mailbox
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest

from digest.bounces import CANARY_HEADER, read_mailbox
from store.deliveries import open_run, run_counts
from store.subscribers import Subscriber, get_subscriber
from tests.digest.installation import Installation

BOX = "bounce@portal.example"


@pytest.fixture
def person(portal: Installation) -> Subscriber:
    return portal.subscribe("owner@company.example")


def deliver(folder: Path, mail: EmailMessage | MIMEMultipart) -> None:
    box = mailbox.Maildir(folder, create=True)
    box.add(mailbox.MaildirMessage(mail))
    box.close()


def report(to: str, *recipients: str, kind: str = "delivery-status") -> MIMEMultipart:
    """Return a delivery report (RFC 3464); each recipient is the text of its block."""
    mail = MIMEMultipart("report")
    mail.set_param("report-type", kind)
    mail["From"], mail["To"], mail["Subject"] = "MAILER-DAEMON@mx.example", to, "Undelivered mail"
    mail.attach(MIMEText("Your mail could not be delivered."))
    status = MIMEMessage(EmailMessage(), "delivery-status")
    blocks = ["Reporting-MTA: dns; mx.example", *recipients]
    status.set_payload([_block(text) for text in blocks])
    mail.attach(status)
    return mail


def _block(text: str) -> EmailMessage:
    block = EmailMessage()
    for line in text.splitlines():
        name, _, value = line.partition(": ")
        block[name] = value
    return block


def taken(portal: Installation, folder: Path, mail: EmailMessage | MIMEMultipart) -> dict[str, int]:
    deliver(folder, mail)
    return dict(read_mailbox(portal.db, portal.links, folder, portal.now))


def state_of(portal: Installation, person: Subscriber) -> str:
    found = get_subscriber(portal.db, person.id)
    assert found is not None
    return found.state


def about(action: str, status: str, *more: str) -> str:
    whose = "Final-Recipient: rfc822; owner@company.example"
    return "\n".join([whose, f"Action: {action}", f"Status: {status}", *more])


POSTFIX = about("failed", "5.1.1", "Remote-MTA: dns; mx.company.example")
EXCHANGE = about("Failed", "5.1.10", "Diagnostic-Code: smtp;550 5.1.10 not found")
DISABLED = about("failed", "5.2.1 (mailbox disabled)")
FULL = about("failed", "5.2.2")
LATE = about("delayed", "4.4.1", "Will-Retry-Until: Fri, 27 Nov 2026 08:00:00 +0000")
PASSED_ON = about("relayed", "2.1.5")


@pytest.mark.parametrize("block", [POSTFIX, EXCHANGE, DISABLED])
def test_an_address_that_does_not_exist_gets_no_more_mail(
    portal: Installation, person: Subscriber, tmp_path: Path, block: str
) -> None:
    back = portal.links.bounce_address(BOX, person.id)

    assert taken(portal, tmp_path / "mail", report(back, block)) == {"hard": 1}
    assert state_of(portal, person) == "bounced"
    assert list((tmp_path / "mail").glob("*/*")) == []


def test_a_full_mailbox_stops_mail_only_the_third_time_in_a_row(
    portal: Installation, person: Subscriber, tmp_path: Path
) -> None:
    back = portal.links.bounce_address(BOX, person.id)
    states = []
    for _ in range(3):
        taken(portal, tmp_path / "mail", report(back, FULL))
        states.append(state_of(portal, person))

    assert states == ["active", "active", "bounced"]


@pytest.mark.parametrize("block", [LATE, PASSED_ON])
def test_a_mail_that_is_late_or_was_passed_on_is_no_bounce(
    portal: Installation, person: Subscriber, tmp_path: Path, block: str
) -> None:
    back = portal.links.bounce_address(BOX, person.id)
    for _ in range(5):
        assert taken(portal, tmp_path / "mail", report(back, block)) == {"delayed": 1}

    assert state_of(portal, person) == "active"
    assert list((tmp_path / "mail").glob("*/*")) == []


def test_a_complaint_ends_it_also_when_it_names_nobody_but_our_own_mail(
    portal: Installation, person: Subscriber, tmp_path: Path
) -> None:
    complaint = report("abuse@portal.example", kind="feedback-report")
    ours = EmailMessage()
    ours["Return-Path"] = f"<{portal.links.bounce_address(BOX, person.id)}>"
    ours["Subject"] = "3 new calls"
    complaint.attach(MIMEMessage(ours))

    assert taken(portal, tmp_path / "mail", complaint) == {"complaint": 1}
    assert state_of(portal, person) == "complained"


@pytest.mark.parametrize("mac", ["", "0" * 12, "ä"])
def test_a_forged_report_stops_nobody(
    portal: Installation, person: Subscriber, tmp_path: Path, mac: str
) -> None:
    forged = f"bounce+{person.id}.{mac}@portal.example"

    taken(portal, tmp_path / "mail", report(forged, POSTFIX))

    assert state_of(portal, person) == "active"
    assert len(list((tmp_path / "mail" / "cur").iterdir())) == 1  # left for a person to look at


def test_another_persons_link_stops_only_that_person(
    portal: Installation, person: Subscriber, tmp_path: Path
) -> None:
    other = portal.subscribe("second@company.example")

    taken(portal, tmp_path / "mail", report(portal.links.bounce_address(BOX, other.id), POSTFIX))

    assert (state_of(portal, person), state_of(portal, other)) == ("active", "bounced")


def test_an_out_of_office_note_is_left_alone(
    portal: Installation, person: Subscriber, tmp_path: Path
) -> None:
    note = EmailMessage()
    note["To"], note["Subject"] = portal.links.bounce_address(BOX, person.id), "Out of office"
    note.set_content("Back on Monday. Status: 5.1.1, Action: failed")

    assert taken(portal, tmp_path / "mail", note) == {"other": 1}
    assert state_of(portal, person) == "active"
    assert taken(portal, tmp_path / "mail", note) == {"other": 1}  # the first one is not read again


def test_a_canary_is_believed_only_with_its_hash(portal: Installation, tmp_path: Path) -> None:
    run = open_run(portal.db, "weekly", "2026-W48", 0, portal.now)

    def canary(mac: str) -> EmailMessage:
        mail = EmailMessage()
        mail["To"], mail[CANARY_HEADER] = "canary@portal.example", f"{run.id}.{mac}"
        mail.set_content("through")
        return mail

    taken(portal, tmp_path / "mail", canary("0" * 12))
    assert run_counts(portal.db)[0].run.canary_seen_at is None
    assert taken(portal, tmp_path / "mail", canary(portal.links.mac("canary", run.id))) == {"canary": 1}
    assert run_counts(portal.db)[0].run.canary_seen_at == portal.now


def test_broken_mail_stops_nothing(portal: Installation, person: Subscriber, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    mailbox.Maildir(folder, create=True).close()
    for name, content in {
        "1": b"",
        "2": b"\xff\xfe\x00",
        "3": b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n",
    }.items():
        (folder / "new" / name).write_bytes(content)
    deliver(folder, report(portal.links.bounce_address(BOX, person.id), POSTFIX))

    counts = read_mailbox(portal.db, portal.links, folder, portal.now)

    assert counts["hard"] == 1
    assert sum(counts.values()) == 4
