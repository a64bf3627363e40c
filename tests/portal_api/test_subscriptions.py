"""Subscriptions from the first question to the last byte erased, through the pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from digest.links import Links
from digest.service import DigestService
from portal_api.app import create_app
from store import subscribers
from store.privacy import erase_due
from store.subscribers import Subscriber
from tests.calls import call, tag
from tests.conftest import NOW
from tests.digest.installation import KEY, settings_for
from tests.portal_api.conftest import HYDROGEN, Served, fill

EMAIL = "owner@company.example"


@dataclass
class Desk:
    """A portal that lays its mails down, with a clock the test moves."""

    served: Served
    folder: Path
    links: Links

    @property
    def client(self) -> TestClient:
        return self.served.client

    def mails(self) -> list[str]:
        return [file.read_text("ascii") for file in sorted((self.folder / "outbox").glob("*.eml"))]

    def link(self, purpose: str, number: int = -1) -> str:
        mail = message_from_bytes(self.mails()[number].encode(), policy=default)
        body = mail.get_body(("plain",))
        assert body is not None
        found = re.search(rf"https://portal\.example(/subscriptions/{purpose}/\S+)", body.get_content())
        assert found, f"the mail has a link to {purpose}"
        return found[1]

    def ask(self, **fields: object) -> object:
        form = {"action": "subscribe", "email": EMAIL, "search": "q=hydrogen", "language": "en"} | fields
        return self.client.post("/subscribe", data=form)

    def subscriber(self) -> Subscriber:
        found = subscribers.find_subscriber(self.served.portal.db, EMAIL)
        assert found is not None
        return found

    def confirmed(self) -> str:
        """Ask, confirm, and return the address of the page to manage it."""
        self.ask()
        self.client.post(self.link("confirm"))
        return f"/subscriptions/manage/{self.links.token('manage', self.subscriber())}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    settings = settings_for(tmp_path)
    moments = (NOW + timedelta(milliseconds=number) for number in count())
    app = create_app(settings, clock=lambda: next(moments))
    served = Served(app, TestClient(app, follow_redirects=True))
    fill(served.portal)
    yield Desk(served, tmp_path, Links(KEY, "https://portal.example"))
    served.client.close()
    served.portal.db.close()


def test_the_page_says_what_would_have_come(desk: Desk) -> None:
    page = desk.client.get("/subscribe?q=hydrogen&status=open").text
    assert "1 call fits now." in page
    assert "1 new call" in page
    assert HYDROGEN.title in page


def test_a_search_that_finds_nothing_is_warned_of(desk: Desk) -> None:
    assert "Nothing fits at present" in desk.client.get("/subscribe?q=zeppelinology").text


def test_a_search_that_finds_too_much_is_warned_of(desk: Desk) -> None:
    fill(
        desk.served.portal, tuple(call(f"es{n}", id=f"es_bdns:x{n}", source_id="es_bdns") for n in range(150))
    )
    assert "more than a mail can show" in desk.client.get("/subscribe?source=es_bdns").text


def test_a_company_is_previewed_and_kept_as_filled_in(desk: Desk) -> None:
    form = {"action": "preview", "search": "", "my_area": "clean.hydrogen", "my_country": "FR", "my_trl": "6"}
    page = desk.client.post("/subscribe", data=form).text
    assert "Hydrogen technologies" in page
    assert re.search(r'value="clean.hydrogen" checked', page)
    assert re.search(r'value="FR" selected', page)


def test_mail_comes_only_after_two_steps_and_a_get_confirms_nothing(desk: Desk) -> None:
    desk.ask()
    assert desk.subscriber().state == "pending"
    assert "Please confirm" in desk.mails()[0]
    assert desk.client.get(desk.link("confirm")).status_code == 200
    assert desk.subscriber().state == "pending"
    page = desk.client.post(desk.link("confirm"))
    assert "mails begin now" in page.text
    assert desk.subscriber().state == "active"


def test_a_known_and_an_unknown_address_get_the_same_answer(desk: Desk) -> None:
    first, second = desk.ask(), desk.ask()
    assert first.text == second.text  # type: ignore[attr-defined]
    assert len(desk.mails()) == 2


def test_an_address_gets_few_questions_a_day_and_a_client_is_told(desk: Desk) -> None:
    answers = [desk.ask().status_code for _ in range(11)]  # type: ignore[attr-defined]
    assert answers == [200] * 10 + [429]
    assert len(desk.mails()) == 3


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a@b.example\r\nBcc: c@d.example", "ä@company.example"]
)
def test_what_is_no_address_is_said_so_and_nothing_is_kept(desk: Desk, email: str) -> None:
    answer = desk.ask(email=email)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "This is no e-mail address." in answer.text  # type: ignore[attr-defined]
    assert subscribers.count_subscribers(desk.served.portal.db) == {}


def test_everything_is_not_a_subscription(desk: Desk) -> None:
    assert "Choose at least one" in desk.ask(search="").text  # type: ignore[attr-defined]


def _digest(desk: Desk, period: str) -> None:
    portal = desk.served.portal
    service = DigestService(
        portal.settings, portal.db, portal.engine, portal.sources, portal.taxonomy, portal.clock
    )
    service.run("weekly", period)


def test_what_fits_already_is_not_told_as_new_but_what_comes_is(desk: Desk) -> None:
    desk.confirmed()
    _digest(desk, "2026-W48")
    assert "Closing soon" in desk.mails()[1]
    assert "New for you" not in desk.mails()[1]
    fill(
        desk.served.portal,
        (
            call(
                50, id="eu_ft:50", source_id="eu_ft", title="Hydrogen tomorrow", tags=(tag("clean.hydrogen"),)
            ),
        ),
    )
    _digest(desk, "2026-W49")
    assert "* Hydrogen tomorrow" in desk.mails()[2]
    assert "Fits your search" in desk.mails()[2]
    assert "Closing soon" not in desk.mails()[2], "said once"


def test_a_get_never_unsubscribes_a_post_does_without_cookie_or_page(desk: Desk) -> None:
    desk.confirmed()
    path = f"/subscriptions/unsubscribe/{desk.links.token('unsubscribe', desk.subscriber())}"
    for method in ("GET", "HEAD"):
        assert desk.client.request(method, path).status_code == 200
        assert desk.subscriber().state == "active"
    done = TestClient(desk.served.app).post(path, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert desk.subscriber().state == "stopped"
    assert TestClient(desk.served.app).post(path).status_code == 200, "twice is no error"


def test_a_link_is_good_for_its_purpose_only(desk: Desk) -> None:
    desk.confirmed()
    to = desk.subscriber()
    tokens = {purpose: desk.links.token(purpose, to) for purpose in ("manage", "unsubscribe", "confirm")}
    for page in tokens:
        for purpose, token in tokens.items():
            status = desk.client.get(f"/subscriptions/{page}/{token}").status_code
            assert status == (200 if page == purpose else 404)
    token = tokens["manage"]
    for wrong in (token[:-1], token + "A", "x", token.replace(".", "")):
        assert desk.client.get(f"/subscriptions/manage/{wrong}").status_code == 404


def test_links_can_be_revoked(desk: Desk) -> None:
    manage = desk.confirmed()
    desk.client.post(manage, data={"action": "revoke"})
    assert desk.client.get(manage).status_code == 404
    assert desk.subscriber().state == "active"


def test_wishes_pauses_mutes_and_searches_are_changed_by_link(desk: Desk) -> None:
    manage, db = desk.confirmed(), desk.served.portal.db
    desk.client.post(
        manage, data={"action": "save", "language": "pl", "frequency": "daily", "reminders": ["7", "30"]}
    )
    to = desk.subscriber()
    assert (to.language, to.frequency, to.reminders) == ("pl", "daily", (7, 30))
    desk.client.post(manage, data={"action": "pause", "weeks": "4"})
    paused = desk.subscriber().paused_until
    assert paused is not None
    assert abs(paused - NOW - timedelta(weeks=4)) < timedelta(minutes=1)
    desk.client.post(manage, data={"action": "resume"})
    assert desk.subscriber().paused_until is None
    assert HYDROGEN.title in desk.client.get(f"{manage}?mute={HYDROGEN.id}").text
    desk.client.post(manage, data={"action": "mute", "call": HYDROGEN.id})
    assert subscribers.muted_calls(db) == {to.id: {HYDROGEN.id}}
    desk.client.post(manage, data={"action": "unmute", "call": HYDROGEN.id})
    assert subscribers.muted_calls(db) == {}
    (one,) = subscribers.subscriptions_of(db, to.id)
    desk.client.post(manage, data={"action": "drop", "subscription": str(one.id)})
    assert subscribers.subscriptions_of(db, to.id) == []
    assert desk.client.post(manage, data={"action": "nonsense"}).status_code == 422


def test_people_see_and_erase_what_is_kept(desk: Desk) -> None:
    manage = desk.confirmed()
    kept = desk.client.get(manage.replace("/manage/", "/data/")).json()
    assert kept["subscriber"]["email"] == EMAIL
    assert kept["subscriptions"][0]["search"] == '{"text": "hydrogen"}'
    desk.client.post(manage, data={"action": "erase"})
    assert subscribers.find_subscriber(desk.served.portal.db, EMAIL) is None
    assert desk.client.get(manage).status_code == 404


def test_an_address_is_erased_28_days_after_leaving_not_before(desk: Desk) -> None:
    desk.confirmed()
    db = desk.served.portal.db
    subscribers.stop(db, desk.subscriber().id, "stopped", NOW)
    assert erase_due(db, NOW + timedelta(days=28) - timedelta(seconds=1)) == 0
    assert erase_due(db, NOW + timedelta(days=28)) == 1
    assert subscribers.find_subscriber(db, EMAIL) is None


def test_who_never_confirms_is_forgotten_after_a_week(desk: Desk) -> None:
    desk.ask()
    db = desk.served.portal.db
    assert erase_due(db, NOW + timedelta(days=6)) == 0
    assert erase_due(db, NOW + timedelta(days=7)) == 1


def test_links_stay_out_of_caches_referrers_and_search_engines(desk: Desk) -> None:
    manage = desk.confirmed()
    headers = desk.client.get(manage).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"


def test_nothing_personal_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    manage = desk.confirmed()
    fill(desk.served.portal, (call(50, id="eu_ft:50", source_id="eu_ft", title="Hydrogen tomorrow"),))
    _digest(desk, "2026-W49")
    desk.client.post(manage.replace("manage", "unsubscribe"))
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "asyncio"))]
    told = "\n".join(f"{record.getMessage()} {vars(record)}" for record in ours)
    assert EMAIL not in told
    assert "owner" not in told


def test_a_mail_holds_no_pixel_and_loads_nothing(desk: Desk) -> None:
    desk.confirmed()
    fill(desk.served.portal, (call(50, id="eu_ft:50", source_id="eu_ft", title="Hydrogen tomorrow"),))
    _digest(desk, "2026-W49")
    mail = message_from_bytes(desk.mails()[1].encode(), policy=default)
    html = mail.get_body(("html",))
    assert html is not None
    text = html.get_content()
    assert "<img" not in text
    assert "url(" not in text
    hosts = {urlsplit(link).hostname for link in re.findall(r'href="([^"]+)"', text)}
    assert hosts == {"portal.example", "agency.example"}


def test_the_jobs_page_says_that_no_scheduler_runs(desk: Desk) -> None:
    assert "No scheduler runs" in desk.client.get("/jobs").text


def test_a_key_too_short_is_refused_at_the_start(tmp_path: Path) -> None:
    settings = settings_for(tmp_path).model_copy(update={"secret_key": SecretStr("short")})
    with pytest.raises(ValueError, match="PORTAL_SECRET_KEY"):
        create_app(settings)
