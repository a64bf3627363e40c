"""What one person hears, week by week, from the first call to the last byte of mail."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from pydantic import SecretStr

from config.settings import Settings
from config.sources import load_sources
from config.taxonomy import load_taxonomy
from digest.service import DigestService
from normalize.call import Call
from store import subscribers
from store.absence import note_absent
from store.handing import due_deliveries
from store.runs import RunResult, finish_run, start_run
from store.subscribers import Subscriber, Wishes
from tests.calls import call, deadline, euros
from tests.conftest import NOW
from tests.digest.installation import Installation
from tests.digest.mail_server import Mailbox, serving

DAY, WEEK = timedelta(days=1), timedelta(days=7)
FAR = NOW + timedelta(days=100)


def closing_in(days: float, number: int = 1, **changes: Any) -> Call:  # noqa: ANN401 - any field's value
    return call(number, deadlines=(deadline(NOW + timedelta(days=days)),), **changes)


def heard(portal: Installation, person: Subscriber, kind: str = "weekly") -> list[tuple[str, str]]:
    """Run a digest to its end; return (part, number of the call) of what a person was told."""
    portal.plan(f"{kind} {portal.now.isoformat()}", kind)
    told = [
        each.planned.tells["items"]
        for each in due_deliveries(portal.db, portal.now, 100)
        if each.subscriber.id == person.id and each.planned
    ]
    with serving(Mailbox()) as url:
        portal.post(url)
    return [(item["part"], item["call"].partition(":")[2]) for items in told for item in items]


def reread(portal: Installation, person: Subscriber) -> Subscriber:
    found = subscribers.get_subscriber(portal.db, person.id)
    assert found is not None
    return found


# --- reminders


def test_each_reminder_comes_once_and_between_digests(portal: Installation) -> None:
    portal.publish([closing_in(40)])
    person = portal.subscribe("a@company.example", wishes=Wishes("en", "weekly", (7, 14, 30)))
    days = {}
    for day in range(1, 41):
        portal.now = NOW + day * DAY
        if told := heard(portal, person, "daily"):
            days[40 - day] = told

    assert days == {left: [("reminder", "1")] for left in (30, 14, 7)}


def test_of_reminders_missed_together_only_the_nearest_is_told(portal: Installation) -> None:
    portal.publish([closing_in(40)])
    person = portal.subscribe("a@company.example", wishes=Wishes("en", "weekly", (7, 14, 30)))

    portal.now = NOW + 35 * DAY  # the machine was off for a month

    assert heard(portal, person, "daily") == [("reminder", "1")]
    portal.now += DAY
    assert heard(portal, person, "daily") == []


def test_a_deadline_that_moves_is_reminded_of_again(portal: Installation) -> None:
    portal.publish([closing_in(10)])
    person = portal.subscribe("a@company.example", wishes=Wishes("en", "weekly", (7,)))
    portal.now = NOW + 4 * DAY
    assert heard(portal, person, "daily") == [("reminder", "1")]

    portal.publish([closing_in(40)])
    assert heard(portal, person, "daily") == []
    portal.now = NOW + 34 * DAY

    assert heard(portal, person, "daily") == [("reminder", "1")]


def test_a_daily_reader_is_reminded_in_the_digest_and_told_once(portal: Installation) -> None:
    portal.publish([closing_in(15)])
    person = portal.subscribe("a@company.example", wishes=Wishes("en", "daily", (14,)))
    portal.now = NOW + 2 * DAY

    assert heard(portal, person, "daily") == [("reminder", "1")]


# --- what is told once, and what comes to nothing


def test_a_call_is_new_once_and_closing_once(portal: Installation) -> None:
    person = portal.subscribe("a@company.example")
    portal.publish([closing_in(30)])
    weeks = []
    for _ in range(5):
        portal.now += WEEK
        weeks.append(heard(portal, person))

    assert weeks == [[("new", "1")], [], [("closing", "1")], [], []]


def test_a_deadline_that_went_and_came_back_is_no_news(portal: Installation) -> None:
    portal.publish([closing_in(100)])
    person = portal.subscribe("a@company.example")
    portal.publish([closing_in(130)])
    portal.publish([closing_in(100)])
    portal.now += WEEK

    assert heard(portal, person) == []


def test_a_deadline_moved_twice_is_told_as_one_move(portal: Installation) -> None:
    portal.publish([closing_in(100)])
    person = portal.subscribe("a@company.example")
    portal.publish([closing_in(110)])
    portal.publish([closing_in(130)])
    portal.now += WEEK
    portal.plan()
    (delivery,) = due_deliveries(portal.db, portal.now, 10)

    assert delivery.subscriber.id == person.id
    assert delivery.planned is not None
    (item,) = delivery.planned.tells["items"]
    assert item["part"] == "changed"
    (change,) = item["changes"]
    assert change["kind"] == "deadline_extended"
    assert change["old"]["at"][:10] == (NOW + timedelta(days=100)).date().isoformat()
    assert change["new"]["at"][:10] == (NOW + timedelta(days=130)).date().isoformat()


def withdraw(portal: Installation) -> None:
    """Let a healthy run end without the call."""
    run_id = start_run(portal.db, "xx_test", portal.now)
    note_absent(portal.db, run_id, "xx_test", set(), after_runs=1, now=portal.now)
    finish_run(portal.db, run_id, RunResult(portal.now, "healthy", 0, 0, 0, {}, 0, 0, 0, ()))
    portal.publish([])


def test_what_came_and_went_between_two_digests_is_not_told(portal: Installation) -> None:
    person = portal.subscribe("a@company.example")
    portal.publish([closing_in(100)])
    withdraw(portal)
    portal.now += WEEK

    assert heard(portal, person) == []


def test_a_withdrawn_call_is_told_once_and_again_when_it_returns(portal: Installation) -> None:
    portal.publish([closing_in(100)])
    person = portal.subscribe("a@company.example")
    withdraw(portal)
    portal.now += WEEK
    first = heard(portal, person)
    portal.now += WEEK
    second = heard(portal, person)
    portal.publish([closing_in(100)])
    portal.now += WEEK
    third = heard(portal, person)

    assert (first, second) == ([("withdrawn", "1")], [])
    assert [number for _, number in third] == ["1"]


def test_an_old_call_that_starts_to_fit_is_told(portal: Installation) -> None:
    portal.publish([closing_in(100, level="regional")])
    person = portal.subscribe("a@company.example", '{"level":["national"]}')
    portal.publish([closing_in(100)])
    portal.now += WEEK

    assert heard(portal, person) == [("new", "1")]


def test_a_call_of_two_searches_is_told_once_for_both(portal: Installation) -> None:
    person = portal.subscribe("a@company.example", '{"level":["national"]}')
    portal.subscribe("a@company.example", '{"country":["BE"]}')
    portal.publish([closing_in(100)])
    portal.now += WEEK
    portal.plan()
    (delivery,) = due_deliveries(portal.db, portal.now, 10)

    assert delivery.subscriber.id == person.id
    assert delivery.planned is not None
    (item,) = delivery.planned.tells["items"]
    assert len(item["why"]) == 2


# --- wishes


def test_a_muted_call_is_never_heard_of_again(portal: Installation) -> None:
    portal.publish([closing_in(100), closing_in(100, 2)])
    person = portal.subscribe("a@company.example", wishes=Wishes("en", "weekly", (7,)))
    subscribers.mute(portal.db, person.id, "xx_test:1")
    portal.publish([closing_in(120), closing_in(120, 2)])
    portal.now += WEEK
    changed = heard(portal, person)
    portal.now = NOW + timedelta(days=114)

    assert changed == [("changed", "2")]
    assert heard(portal, person, "daily") == [("reminder", "2")]


def test_what_happens_in_a_pause_is_told_after_it(portal: Installation) -> None:
    person = portal.subscribe("a@company.example")
    subscribers.wish(portal.db, person.id, Wishes("en", "weekly"), portal.now + 3 * WEEK)
    portal.publish([closing_in(100)])
    weeks = []
    for _ in range(4):
        portal.now += WEEK
        weeks.append(heard(portal, person))

    assert weeks == [[], [], [("new", "1")], []]


def test_a_sign_of_life_comes_monthly_only_to_who_chose_it(portal: Installation) -> None:
    chosen = portal.subscribe("a@company.example", wishes=Wishes("en", "weekly", (), sign_of_life=True))
    portal.subscribe("b@company.example")
    arrived = []
    for week in range(1, 10):
        portal.now += WEEK
        portal.plan(f"2026-W{week:02}")
        mailbox = Mailbox()
        with serving(mailbox) as url:
            portal.post(url)
        if mailbox.mails:
            arrived.append((week, dict(mailbox.recipients())))
            subject = message_from_bytes(mailbox.content(), policy=default)["Subject"]
            assert subject == "Nothing new for you this month"

    assert arrived == [(4, {"a@company.example": 1}), (8, {"a@company.example": 1})]
    assert reread(portal, chosen).last_sent_at == NOW + 8 * WEEK


# --- sources, canary, links


def test_a_source_that_is_not_up_to_date_is_named(portal: Installation) -> None:
    sources = {"xx_test": register_of_tests()}
    run_id = start_run(portal.db, "xx_test", portal.now)
    problems = ("not one record came",)
    finish_run(portal.db, run_id, RunResult(portal.now, "unhealthy", 0, 0, 0, {}, 0, 0, 0, problems))
    portal.subscribe("a@company.example")
    portal.publish([closing_in(100)])
    portal.now += WEEK
    service = DigestService(portal.settings, portal.db, portal.engine, sources, load_taxonomy(), portal.clock)

    service.run("weekly", "2026-W48")

    (mail,) = sorted((portal.settings.data_dir / "outbox").glob("*.eml"))
    body = message_from_bytes(mail.read_bytes(), policy=default).get_body(("plain",))
    assert body is not None
    assert "Register of tests" in body.get_content()


def register_of_tests() -> Any:  # noqa: ANN401 - a real entry under another name
    entry = next(iter(load_sources(Settings().sources).values()))
    return entry.model_copy(update={"id": "xx_test", "title": "Register of tests", "why_off": None})


def test_a_canary_follows_a_run_and_proves_that_it_arrived(portal: Installation) -> None:
    portal.subscribe("a@company.example")
    portal.publish([closing_in(100)])
    portal.now += WEEK
    mailbox = Mailbox()
    with serving(mailbox) as url:
        settings = portal.settings.model_copy(
            update={"canary": "canary@portal.example", "smtp_url": SecretStr(url)}
        )
        service = DigestService(settings, portal.db, portal.engine, {}, load_taxonomy(), portal.clock)
        service.run("weekly", "2026-W48")
        service.run("weekly", "2026-W48")

    assert dict(mailbox.recipients()) == {"a@company.example": 1, "canary@portal.example": 1}
    canary = message_from_bytes(mailbox.content(1), policy=default)
    body = canary.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == (
        "The weekly digest 2026-W48 is through: 1 sent, 0 with nothing to tell."
    )


@pytest.mark.parametrize("kind", ["weekly", "daily"])
def test_the_headers_are_those_mail_programs_look_for(portal: Installation, kind: str) -> None:
    portal.subscribe("a@company.example", wishes=Wishes("de", kind))  # type: ignore[arg-type]
    portal.publish([closing_in(100, title="Förderung für Wasserstoff", budget_total=euros("5000000"))])
    portal.now += WEEK
    portal.plan("2026-W48", kind)
    mailbox = Mailbox()
    with serving(mailbox) as url:
        portal.post(url)
    raw = mailbox.content().split(b"\r\n\r\n", 1)[0].decode("ascii")

    assert "List-Unsubscribe: <https://portal.example/subscriptions/unsubscribe/" in raw
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert "\r\nList-Id: Sovereignty Portal digest <" in raw
    assert "\r\nAuto-Submitted: auto-generated\r\n" in raw
    unsubscribe = next(line for line in raw.split("\r\n") if line.startswith("List-Unsubscribe: "))
    assert unsubscribe.endswith(">")  # on one line, never in encoded words
    assert mailbox.mails[0].mail_from.startswith("bounce+")  # type: ignore[union-attr]


def test_who_leaves_is_told_nothing_and_a_second_mail_never_comes(portal: Installation) -> None:
    person = portal.subscribe("a@company.example")
    portal.publish([closing_in(100)])
    subscribers.stop(portal.db, person.id, "stopped", portal.now)
    portal.now += WEEK

    assert heard(portal, person) == []
    assert reread(portal, person).state == "stopped"
