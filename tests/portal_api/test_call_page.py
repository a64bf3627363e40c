"""The page of a call: can we apply, until when, for how much."""

from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from lxml import html

from portal_api.addresses import call_path
from store.groups import regroup
from tests.portal_api.conftest import HOSTILE, HYDROGEN, ODD_ID, Served, fill
from tests.portal_api.reading import page, words


def test_the_call_page_answers_until_when_how_much_and_who(client: TestClient) -> None:
    shown = page(client, "/calls/eu_ft:1")

    until, much, who = words(shown, ".answers section")
    assert "4 Dec 2026 in 10 days" in until
    assert "Cut-off (first): Sunday 1 November 2026, 17:00 Brussels time, over" in until
    assert "Cut-off (second): Friday 4 December 2026, 17:00 Brussels time" in until
    assert "Opened 2 September 2026" in until
    assert "EUR 4 million to EUR 6 million a project Whole call: EUR 18 million" in much
    assert "up to 70% of costs" in much
    assert "SMEs, universities Where: Everywhere" in who


def test_the_call_page_names_the_words_that_earned_a_tag(client: TestClient) -> None:
    shown = page(client, "/calls/eu_ft:1")

    assert words(shown, ".tags .why") == ["because of “hydrogen” (title)"]
    assert "“X-STEP” (identifier)" in words(shown, "section:has(> #seal)")[0]


def test_the_call_page_shows_where_it_comes_from(client: TestClient) -> None:
    shown = page(client, "/calls/eu_ft:1")

    record = words(shown, "section:has(> #record)")[0]
    assert "European Commission" in record
    assert "Licence CC0" in record or "CC0" in record
    assert "also HORIZON-JU-CLEANH2-2027-01-04" in record
    assert words(shown, ".history li") == ["24 November 2026 First seen here"]


def test_two_stages_and_an_opening_to_come(client: TestClient) -> None:
    until = words(page(client, "/calls/eu_ft:5"), ".answers section")[0]

    assert "First stage: Thursday 3 June 2027 (no hour stated; usually 17:00 Brussels time)" in until
    assert "Second stage: Wednesday 3 November 2027" in until
    assert "Opens 1 February 2027" in until


@pytest.mark.parametrize(
    ("call_id", "word"),
    [("es_bdns:4", "Closed"), ("es_bdns:6", "No longer listed"), ("es_bdns:7", "Not stated")],
)
def test_what_cannot_be_applied_for_says_so_first(client: TestClient, call_id: str, word: str) -> None:
    assert words(page(client, f"/calls/{call_id}"), ".answers .big")[0] == word


def test_an_id_that_is_an_address_has_a_page_and_links_lead_there(client: TestClient) -> None:
    listed = page(client, "/?source=fr_idf_aides")
    href = listed.cssselect(".card h3 a")[0].get("href")

    assert href == call_path(ODD_ID.id)
    assert "/.." not in href
    assert words(page(client, href), "h1") == [ODD_ID.title]
    assert words(page(client, href), ".answers .big")[0] == "Until funds end"


def test_hostile_text_stays_text(client: TestClient) -> None:
    for address in ("/?q=energia", "/?source=es_bdns", f"/calls/{HOSTILE.id}"):
        answer = client.get(address)
        shown = html.document_fromstring(answer.text)
        assert 'alert("x")' in str(shown.xpath("string()"))
        assert not shown.cssselect("main script, main img")
        assert "<script>alert" not in answer.text


def test_an_address_that_is_no_web_address_is_no_link(client: TestClient) -> None:
    for call_id in (HOSTILE.id, HYDROGEN.id):
        links = page(client, f"/calls/{call_id}").cssselect("a")
        assert not [link for link in links if (link.get("href") or "").startswith("javascript")]


def test_links_outwards_give_no_opener(client: TestClient) -> None:
    links = page(client, "/calls/eu_ft:1").cssselect("a[href^=http]")

    assert links
    assert all("noopener" in (link.get("rel") or "") for link in links)


def test_text_in_another_language_says_so(client: TestClient) -> None:
    shown = page(client, f"/calls/{HOSTILE.id}")

    assert shown.cssselect("h1")[0].get("lang") == "es"
    assert "The text of this call is in Spanish." in words(shown, ".notice")[0]


def test_quoting_keeps_every_id_one_segment() -> None:
    assert call_path("a:b/../c?d#e f") == "/calls/" + quote("a:b/../c?d#e f", safe=":")


def test_other_records_of_the_same_call_are_named(empty: Served) -> None:
    twin = HYDROGEN.model_copy(update={"id": "es_bdns:twin", "source_id": "es_bdns", "native_id": "twin"})
    fill(empty.portal, (HYDROGEN, twin))
    regroup(empty.portal.db)

    same = page(empty.client, f"/calls/{HYDROGEN.id}").cssselect("section:has(> #same) a")
    assert [link.get("href") for link in same] == ["/calls/es_bdns:twin"]
