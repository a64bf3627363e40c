import io
import json
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from lxml import etree

from portal_api.feeds import json_feed, last_change, write_atom
from store.reading import StoredEvent
from tests.calls import call
from tests.conftest import NOW
from tests.portal_api.atom_rules import ATOM, check_atom
from tests.portal_api.conftest import HOSTILE, HYDROGEN, ODD_ID, SHELF, WITHDRAWN
from tests.portal_api.frames import URL, frame, written

EARLY, LATE = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)


def event(number: int, kind: str, at: datetime, **values: Any) -> StoredEvent:  # noqa: ANN401 - JSON
    return StoredEvent(
        number=number, call_id=HYDROGEN.id, kind=kind, at=at, old=values.get("old"), new=values.get("new")
    )


MOVED = (
    event(1, "new", EARLY),
    event(
        2,
        "deadline_extended",
        LATE,
        old=HYDROGEN.deadlines[0].model_dump(mode="json"),
        new=HYDROGEN.deadlines[1].model_dump(mode="json"),
    ),
)


def test_a_feed_is_read_by_readers() -> None:
    feed = feedparser.parse(written("atom", HYDROGEN, HOSTILE, ODD_ID))

    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.title == "Funding calls: hydrogen"
    assert feed.entries[0].title == HYDROGEN.title
    assert feed.entries[0].id == feed.entries[0].link == f"{URL}/calls/eu_ft:1"
    assert "Friday 4 December 2026, 17:00 Brussels time" in feed.entries[0].summary
    assert feed.entries[0].tags[0].term == "clean.hydrogen"
    assert len({entry.id for entry in feed.entries}) == 3


def test_a_feed_keeps_the_rules_of_atom() -> None:
    root = check_atom(written("atom", *SHELF))

    assert len(root.findall(f"{ATOM}entry")) == len(SHELF)


@pytest.mark.parametrize(
    "wrong",
    [
        b'<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id><title>t</title></feed>',
        written("atom", HYDROGEN).replace(b"T13:00:00+00:00</updated>", b"</updated>"),
        written("atom", HYDROGEN, HYDROGEN),
    ],
    ids=["no updated", "a day", "an entry twice"],
)
def test_the_rules_find_what_is_wrong(wrong: bytes) -> None:
    with pytest.raises(AssertionError):
        check_atom(wrong)


def test_an_entry_says_what_changed_and_when() -> None:
    out = io.BytesIO()
    write_atom([HYDROGEN], out, frame({HYDROGEN.id: MOVED}), updated=LATE)

    (entry,) = feedparser.parse(out.getvalue()).entries
    assert entry.updated == LATE.isoformat()
    assert entry.summary.startswith("Deadline moved later, from 1 Nov 2026 to 4 Dec 2026\n")


def test_a_change_without_an_event_does_not_move_an_entry() -> None:
    jittered = HYDROGEN.model_copy(update={"changed_at": NOW, "revision": 7})

    assert last_change(jittered, MOVED) == LATE


def test_a_withdrawn_call_says_so() -> None:
    (entry,) = feedparser.parse(written("atom", WITHDRAWN)).entries

    assert "No longer listed by the source" in entry.summary


def test_a_feed_drops_what_xml_cannot_hold() -> None:
    feed = feedparser.parse(written("atom", call(1, title="a\x00b\x0bc\ufffe & <d>")))

    assert not feed.bozo
    assert "abc" in feed.entries[0].title


def test_a_foreign_title_says_its_language() -> None:
    root = etree.fromstring(written("atom", HOSTILE))

    title = root.find(f"{ATOM}entry/{ATOM}title")
    assert title is not None
    assert title.get("{http://www.w3.org/XML/1998/namespace}lang") == "es"


def test_links_lead_through_the_pages() -> None:
    out = io.BytesIO()
    pages = {"first": f"{URL}/feed.atom?q=x&limit=1", "next": f"{URL}/feed.atom?q=x&offset=1&limit=1"}
    write_atom([HYDROGEN], out, frame(address=f"{URL}/feed.atom?q=x"), updated=LATE, pages=pages)

    root = check_atom(out.getvalue())
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"alternate": f"{URL}/?q=hydrogen", "self": f"{URL}/feed.atom?q=x", **pages}


def test_a_json_feed_has_what_version_1_1_asks() -> None:
    feed = json_feed([HYDROGEN, HOSTILE], frame({HYDROGEN.id: MOVED}), next_url=f"{URL}/feed.json?offset=2")

    json.dumps(feed)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["next_url"] == f"{URL}/feed.json?offset=2"
    first, second = feed["items"]
    assert first["id"] == first["url"] == f"{URL}/calls/eu_ft:1"
    assert (first["external_url"], first["date_modified"]) == (HYDROGEN.url, LATE.isoformat())
    assert first["tags"] == ["clean.hydrogen"]
    assert first["content_text"].startswith("Deadline moved later")
    assert "external_url" not in second, "not an address one may link to"
    assert second["language"] == "es"


def test_custom_members_of_a_json_feed_are_marked_and_explained() -> None:
    (item,) = json_feed([HYDROGEN], frame(), next_url=None)["items"]

    ours = {name for name in item if name.startswith("_")}
    assert ours == {"_sovereignty_portal"}
    assert item["_sovereignty_portal"]["about"] == f"{URL}/about"
