"""Feeds and calendars of a search, asked for over and over as their readers do."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import feedparser
import pytest
from fastapi.testclient import TestClient
from ical.calendar_stream import IcsCalendarStream

from config.settings import Settings
from normalize.call import Call
from portal_api.app import create_app
from tests.calls import call, deadline
from tests.conftest import NOW
from tests.portal_api.atom_rules import ATOM, check_atom
from tests.portal_api.conftest import HYDROGEN, ODD_ID, SHELF, Served, fill

URL = "https://portal.example"
LIVE = ["/feed.atom?q=hydrogen", "/feed.json?q=hydrogen", "/calendar.ics?q=hydrogen", "/calls/eu_ft:1.ics"]


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def events(client: TestClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return {event.uid or "": event for event in IcsCalendarStream.calendar_from_ics(answer.text).events}


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/feed.atom", "application/atom+xml; charset=utf-8"),
        ("/feed.json", "application/feed+json"),
        ("/calendar.ics", "text/calendar; charset=utf-8"),
        ("/calls/eu_ft:1.ics", "text/calendar; charset=utf-8"),
    ],
)
def test_each_says_what_it_is(client: TestClient, path: str, media_type: str) -> None:
    assert client.get(path).headers["content-type"] == media_type


@pytest.mark.parametrize("path", LIVE)
def test_what_has_not_changed_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert first.status_code == 200
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_title_says_the_search(client: TestClient) -> None:
    query = "q=hydrogen&status=open&status=forthcoming&country=FR&deadline_to=2027-03-31"

    said = client.get(f"/feed.json?{query}").json()["title"]

    assert said == (
        "Funding calls: hydrogen; Status: Open or Forthcoming; Country: France; Deadline by 31 Mar 2027"
    )
    assert client.get("/feed.json").json()["title"] == "Funding calls"
    assert f"NAME:{said[:30]}" in client.get(f"/calendar.ics?{query}").text.replace("\\;", ";")


def test_every_page_of_a_feed_is_reached_and_none_is_doubled(client: TestClient) -> None:
    path, found = "/feed.atom?limit=10", []
    while path:
        feed = feedparser.parse(client.get(path).content)
        assert not feed.bozo
        found += [entry.id for entry in feed.entries]
        links = {link.rel: link.href for link in feed.feed.links}
        path = path_of(links["next"]) if "next" in links else ""

    assert len(found) == len(set(found)) == len(SHELF)
    assert path_of(links["previous"]) == "/feed.atom?offset=20&limit=10"
    assert links["last"] == links["self"]
    assert path_of(links["first"]) == "/feed.atom?limit=10"


def test_every_page_of_a_json_feed_is_reached(client: TestClient) -> None:
    url, found = f"{URL}/feed.json?source=es_bdns&limit=7", []
    while url:
        feed = client.get(path_of(url)).json()
        assert feed["feed_url"] == url
        found += [item["id"] for item in feed["items"]]
        url = feed.get("next_url")

    assert len(found) == len(set(found)) == 29


def test_a_feed_takes_the_parameters_of_the_search_page(client: TestClient) -> None:
    feed = client.get("/feed.json?sector=clean&sort=deadline&view=calendar&lang=fr").json()

    assert [item["_sovereignty_portal"]["id"] for item in feed["items"]] == [HYDROGEN.id]
    assert feed["home_page_url"] == f"{URL}/?sector=clean&sort=deadline"


@pytest.mark.parametrize("path", ["/feed.atom", "/feed.json", "/calendar.ics"])
def test_a_wrong_parameter_is_a_problem_and_not_an_empty_feed(client: TestClient, path: str) -> None:
    answer = client.get(f"{path}?sektor=clean")

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["parameter"] == "sektor"


def test_a_search_that_finds_nothing_is_an_empty_feed(client: TestClient) -> None:
    assert check_atom(client.get("/feed.atom?q=nothingofthekind").content) is not None
    assert client.get("/feed.json?q=nothingofthekind").json()["items"] == []
    assert events(client, "/calendar.ics?q=nothingofthekind") == {}


def test_a_call_has_a_calendar_of_its_own(client: TestClient) -> None:
    found = events(client, "/calls/eu_ft:1.ics")

    assert sorted(event.summary.partition(":")[0] for event in found.values()) == [
        "Cut-off (first)", "Cut-off (second)", "Opens",
    ]  # fmt: skip
    assert events(client, f"/calls/{quote(ODD_ID.id, safe='')}.ics") == {}


def test_the_calendar_of_a_call_nobody_knows_is_a_problem(client: TestClient) -> None:
    answer = client.get("/calls/eu_ft:none.ics")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert client.get("/calls/eu_ft:1.ics?x=1").status_code == 422


@pytest.mark.parametrize("trap", ["%0A", "%0D%0A", "%00", "%0B", "%E2%80%A8", "%ED%A0%80"])
def test_no_text_of_a_search_breaks_a_file(client: TestClient, trap: str) -> None:
    query = f"?q=a{trap}END:VCALENDAR&programme=b{trap}END:VCALENDAR"

    assert events(client, f"/calendar.ics{query}") == {}
    assert check_atom(client.get(f"/feed.atom{query}").content) is not None
    assert client.get(f"/feed.json{query}").json()["title"].startswith("Funding calls: a")


class Life:
    """A portal whose clock and calls a test moves on."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        app = create_app(Settings(data_dir=folder, public_url=URL), clock=lambda: self.now)
        self.served = Served(app, TestClient(app))

    def publish(self, *calls: Call) -> None:
        self.now += timedelta(days=1)
        fill(self.served.portal, calls, self.now)

    def feed(self, query: str = "") -> list[tuple[str, str]]:
        root = check_atom(self.served.client.get(f"/feed.atom{query}").content)
        return [
            (entry.findtext(f"{ATOM}id", "").rpartition("/")[2], entry.findtext(f"{ATOM}updated", ""))
            for entry in root.findall(f"{ATOM}entry")
        ]

    def calendar(self, query: str = "") -> dict[str, Any]:
        return events(self.served.client, f"/calendar.ics{query}")


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    life = Life(tmp_path)
    yield life
    life.served.client.close()
    life.served.portal.db.close()


def es(number: int, **changes: Any) -> Call:  # noqa: ANN401 - any field's value
    return call(number, id=f"es_bdns:{number}", source_id="es_bdns", native_id=str(number), **changes)


def test_what_changed_last_comes_first_and_jitter_moves_nothing(life: Life) -> None:
    life.publish(es(1), es(2))
    life.publish(es(1, title="Another title"), es(2))
    changed = life.now.isoformat()

    life.publish(es(1, title="Another title"), es(2, keywords=("new", "keyword")))

    assert [entry[0] for entry in life.feed()] == ["es_bdns:1", "es_bdns:2"]
    assert life.feed()[0][1] == changed
    assert life.feed()[1][1] == (NOW + timedelta(days=1)).isoformat()


def test_a_moved_deadline_moves_its_event_and_raises_its_sequence(life: Life) -> None:
    life.publish(es(1))
    (uid, before), *_ = life.calendar().items()

    life.publish(es(1, deadlines=(deadline(datetime(2027, 5, 1, 10, tzinfo=UTC)),)))

    (again, after), *_ = life.calendar().items()
    assert again == uid
    assert (before.dtstart, after.dtstart) == (
        datetime(2027, 3, 1, 16, tzinfo=UTC),
        datetime(2027, 5, 1, 10, tzinfo=UTC),
    )
    assert after.sequence > before.sequence
    assert after.last_modified > before.last_modified


def test_a_call_withdrawn_is_cancelled_even_where_only_open_ones_are_asked_for(life: Life) -> None:
    life.publish(es(1), es(2))
    before = life.calendar("?status=open")

    life.publish(es(1, withdrawn=True), es(2))

    after = life.calendar("?status=open")
    assert set(after) == set(before)
    assert sorted(event.status for event in after.values()) == ["CANCELLED", "CONFIRMED"]


def test_a_date_taken_off_a_call_is_cancelled_in_its_calendar(life: Life) -> None:
    first, second = (deadline(datetime(2027, month, 1, tzinfo=UTC), kind="cut_off") for month in (3, 6))
    life.publish(es(1, deadlines=(first, second)))
    before = life.calendar()

    life.publish(es(1, deadlines=(first,)))

    after = life.calendar()
    assert set(after) == set(before)
    assert sorted((event.dtstart.month, event.status) for event in after.values()) == [
        (3, "CONFIRMED"), (6, "CANCELLED"),
    ]  # fmt: skip


def test_nothing_new_means_the_same_entity_tag_a_day_later(life: Life) -> None:
    life.publish(es(1))
    tags = {path: life.served.client.get(path).headers["etag"] for path in ("/feed.atom", "/calendar.ics")}

    life.now += timedelta(days=1)

    for path, tag in tags.items():
        assert life.served.client.get(path, headers={"If-None-Match": tag}).status_code == 304, path
    assert json.loads(life.served.client.get("/feed.json").content)["items"]
