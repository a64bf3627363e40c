import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from lxml import html

from config.settings import Settings
from portal_api.addresses import call_path
from portal_api.app import create_app
from portal_api.ways_out import FEW
from store.groups import regroup
from store.runs import RunResult, finish_run, start_run
from tests.conftest import NOW
from tests.portal_api.conftest import HOSTILE, HYDROGEN, ODD_ID, SHELF, Served, fill


def page(client: TestClient, address: str, status: int = 200) -> html.HtmlElement:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return html.document_fromstring(answer.text)


def words(element: html.HtmlElement, path: str) -> list[str]:
    return [" ".join(found.text_content().split()) for found in element.cssselect(path)]


def titles(element: html.HtmlElement) -> list[str]:
    return words(element, ".card h3")


def test_the_first_page_lists_what_closes_next(client: TestClient) -> None:
    shown = page(client, "/")

    assert titles(shown)[0] == HYDROGEN.title
    assert words(shown, ".total") == [f"{len(SHELF)} calls, 1 closed: leave out"]
    assert "last read 24 November 2026, 13:00 UTC" in words(shown, ".lead")[0]


def test_a_card_answers_when_how_much_and_for_whom(client: TestClient) -> None:
    (card,) = words(page(client, "/?q=electrolysers"), ".card")

    for fact in (
        "4 Dec 2026 in 10 days 17:00 Brussels time Open",
        "European Union · Everywhere · European Commission · Horizon Europe",
        "EUR 4 million to EUR 6 million a project",
        "EUR 18 million in all",
        "up to 70% of costs",
        "STEP Seal",
    ):
        assert fact in card


def test_closed_calls_say_when_they_closed_and_can_be_left_out(client: TestClient) -> None:
    shown = page(client, "/?q=over+done")
    (href,) = [link.get("href") for link in shown.cssselect(".total a")]

    assert "Closed on 1 Jan 2026" in words(shown, ".card .when")[0]
    assert href == "/?q=over+done&status=open&status=forthcoming&status=unknown"
    assert titles(page(client, href)) == []


def test_a_source_that_could_not_be_read_is_named_everywhere(empty: Served) -> None:
    fill(empty.portal, now=NOW - timedelta(days=3))
    run_id = start_run(empty.portal.db, "es_bdns", NOW)
    problems = ("answered with HTML instead of JSON",)
    finish_run(empty.portal.db, run_id, RunResult(NOW, "unhealthy", 0, 0, 0, {}, 0, 0, 0, problems))

    notice = words(page(empty.client, "/"), ".notice")[0]
    assert "Base de Datos Nacional de Subvenciones (nothing new since 21 November 2026)" in notice
    assert "answered with HTML instead of JSON" in words(page(empty.client, "/sources"), "#es_bdns")[0]
    assert (
        "the facts are those of 21 November 2026"
        in words(page(empty.client, "/calls/es_bdns:4"), ".notice")[0]
    )


def test_a_search_is_also_a_feed(client: TestClient) -> None:
    links = page(client, "/?q=hydrogen").cssselect("link[rel=alternate]")

    assert [link.get("href") for link in links] == ["/feed.atom?q=hydrogen", "/feed.json?q=hydrogen"]
    for link in links:
        assert client.get(link.get("href")).headers["content-type"].startswith(link.get("type"))


def test_matches_are_marked(client: TestClient) -> None:
    assert words(page(client, "/?q=hydrogen"), ".card h3 mark") == ["hydrogen"]


def test_the_form_holds_the_whole_question(client: TestClient) -> None:
    shown = page(
        client,
        "/?q=digital&country=ES&deadline_to=2027-12-31&budget_min=1000&opens_to=2027-02-01&limit=5&sort=newest&offset=5",
    )

    fields = {
        field.get("name"): field.get("value")
        for field in shown.cssselect("input")
        if field.get("type") != "checkbox" or field.get("checked") is not None
    }
    assert fields == {
        "q": "digital",
        "country": "ES",
        "deadline_from": "",
        "deadline_to": "2027-12-31",
        "budget_min": "1000",
        "budget_max": "",
        "opens_to": "2027-02-01",
        "limit": "5",
    }
    assert shown.cssselect("option[selected]")[0].get("value") == "newest"
    assert {field.get("form") for field in shown.cssselect(".facets input, .sort select, .apply button")} == {
        "search"
    }


def test_an_address_from_the_form_is_tidied(client: TestClient) -> None:
    answer = client.get("/?q=wind&sort=&deadline_from=&sector=clean", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (302, "/?q=wind&sector=clean")


def test_each_chip_takes_back_its_own_filter(client: TestClient) -> None:
    shown = page(client, "/?sector=clean&sector=digital&deadline_to=2027-12-31&offset=20")

    chips = {" ".join(chip.text_content().split()): chip.get("href") for chip in shown.cssselect(".chips a")}
    assert chips == {
        "Remove filter Sector: Clean and resource-efficient technologies ×": (
            "/?sector=digital&deadline_to=2027-12-31"
        ),
        "Remove filter Sector: Digital technologies and deep tech ×": "/?sector=clean&deadline_to=2027-12-31",
        "Remove filter Range: Deadline by 31 Dec 2027 ×": "/?sector=clean&sector=digital",
        "Clear all filters": "/",
    }


def test_pages_lead_on_and_back(client: TestClient) -> None:
    first = page(client, "/?sort=deadline")
    following = first.cssselect("a[rel=next]")[0].get("href")
    second = page(client, following)

    assert words(second, ".pages span:not([aria-hidden])") == [f"21–{len(SHELF)} of {len(SHELF)}"]
    assert second.cssselect("a[rel=prev]")[0].get("href") == "/?sort=deadline"
    assert not set(titles(first)) & set(titles(second))


def test_a_facet_of_many_values_hides_the_rare_ones_behind_more(client: TestClient) -> None:
    shown = page(client, "/?status=open")

    (facet,) = shown.xpath("//details[@class='facet'][summary[starts-with(., 'Status')]]")
    assert [box.get("value") for box in facet.cssselect("input")] == [
        "open", "forthcoming", "unknown", "closed", "withdrawn",
    ]  # fmt: skip
    assert [box.get("value") for box in facet.cssselect("input[checked]")] == ["open"]


def test_nothing_found_says_what_to_do(client: TestClient) -> None:
    shown = page(client, "/?q=zeppelinology&sector=clean")

    assert words(shown, ".empty .big") == ["No call fits all of this"]
    assert "/?q=zeppelinology" in [link.get("href") for link in shown.cssselect(".empty a")]


def test_nothing_found_says_what_one_thing_less_finds(client: TestClient) -> None:
    total = client.get("/api/v1/calls?q=hydrogen").json()["total"]
    shown = page(client, "/?q=zeppelinology+hydrogen")

    (way,) = shown.cssselect(".ways-out a")
    assert way.get("href") == "/?q=hydrogen"
    assert way.text == f"Without “zeppelinology”: {total} call" + "s" * (total > 1)
    found = page(client, "/?q=hydrogen&country=MT&level=regional")
    assert all("Without" in (link.text or "") for link in found.cssselect(".ways-out a"))
    assert page(client, "/?q=zeppelinology").cssselect(".ways-out") == []


def test_few_found_says_what_one_thing_less_finds(client: TestClient) -> None:
    asked = "/?sector=clean&status=open"
    few = client.get(f"/api/v1/calls{asked[1:]}").json()["total"]
    more = client.get("/api/v1/calls?status=open").json()["total"]
    shown = page(client, asked)

    (way,) = shown.cssselect(".few .ways-out a")  # without "open" there are no more
    assert 0 < few <= FEW < more
    assert way.get("href") == "/?status=open"
    assert (way.text or "").endswith(f": {more} calls")
    assert page(client, "/?status=open").cssselect(".ways-out") == []


def test_past_the_end_leads_back(client: TestClient) -> None:
    shown = page(client, "/?offset=5000")

    assert [link.get("href") for link in shown.cssselect(".empty a")] == ["/"]


def test_an_empty_portal_says_so(empty: Served) -> None:
    assert words(page(empty.client, "/"), ".empty .big") == ["There are no calls here yet"]


def test_a_typing_error_is_told_and_searched_as_meant(client: TestClient) -> None:
    shown = page(client, "/?q=hydrogem&level=eu")

    assert titles(shown) == [HYDROGEN.title]
    assert [link.get("href") for link in shown.cssselect(".hint a")] == ["/?q=hydrogen&level=eu"]


def test_a_mangled_link_still_shows_a_page(client: TestClient) -> None:
    assert titles(page(client, "/?q=electrolysers&sector=steam&limit=lots&deadline_to=soon&utm_source=x"))


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


@pytest.mark.parametrize(
    "address", ["/calls/eu_ft:nothing", "/calls/%00", "/nothing", "/calls/", "/sources/"]
)
def test_nothing_there_is_a_page_with_a_search_box(client: TestClient, address: str) -> None:
    shown = page(client, address, status=404)

    assert words(shown, "h1") == ["There is nothing here"]
    assert shown.cssselect("form[action='/'] input[name=q]")


def test_sources_in_plain_words(client: TestClient) -> None:
    shown = page(client, "/sources")

    (es,) = words(shown, "#es_bdns")
    assert "Healthy" in es
    assert "29 calls on 2026-11-24 13:00 UTC, 0 records rejected." in es
    assert "Not harvested yet" in words(shown, "#pt_portugal2030")[0]


def test_nothing_comes_from_elsewhere_and_only_our_files_run(client: TestClient) -> None:
    for address in ("/", "/calls/eu_ft:1", "/sources", "/about", "/nothing"):
        text = client.get(address).text
        text = re.sub(r'<link rel="(?:alternate|search)"[^>]*>', "", text)  # named, not loaded
        text = re.sub(r'<script type="application/ld\+json">.*?</script>', "", text)  # data, never run
        loaded = re.findall(r"<(?:script|link|img|iframe|use)\b[^>]*?(?:src|href)=\"([^\"]*)\"", text)
        assert loaded
        assert all(source.startswith("/static/") for source in loaded), address
        assert not re.search(r"<script(?! src=\"/static/[^\"]+\" defer></script>)", text)
        assert " style=" not in text
        assert "onclick" not in text


def test_exports_take_the_question_along(client: TestClient) -> None:
    links = {
        "".join(link.itertext()): link.get("href")
        for link in page(client, "/?q=hydrogen&sector=clean").cssselect(".take a")
    }

    assert links["CSV"] == "/api/v1/export?format=csv&q=hydrogen&sector=clean"
    assert client.get(links["CSV"]).status_code == 200


def test_ready_made_searches_lead_somewhere(client: TestClient) -> None:
    for link in page(client, "/").cssselect(".presets a"):
        assert client.get(link.get("href")).status_code == 200, link.text_content()


def test_quoting_keeps_every_id_one_segment() -> None:
    assert call_path("a:b/../c?d#e f") == "/calls/" + quote("a:b/../c?d#e f", safe=":")


def test_words_alone_can_be_asked_for_and_taken_back(client: TestClient) -> None:
    shown = page(client, "/?q=hydrogen")
    (only,) = [a.get("href") for a in shown.cssselect(".hint a") if a.text == "Only these words"]

    back = page(client, only)
    assert "expand=false" in only
    assert [a.get("href") for a in back.cssselect(".hint a") if a.text == "Search in every language"] == [
        "/?q=hydrogen"
    ]
    kept = {field.get("name"): field.get("value") for field in back.cssselect("input[type=hidden]")}
    assert kept == {"expand": "false"}


def test_a_card_follows_its_call_and_the_clock(tmp_path: Path) -> None:
    moment = [NOW]
    app = create_app(Settings(data_dir=tmp_path), clock=lambda: moment[0])
    client = TestClient(app)
    fill(app.state.portal, (HYDROGEN,))
    first = words(page(client, "/"), ".card")[0]
    fill(app.state.portal, (HYDROGEN.model_copy(update={"title": "Electrolysers for rivers"}),))
    renamed = words(page(client, "/"), ".card")[0]
    moment[0] += timedelta(days=8)
    later = words(page(client, "/"), ".card")[0]
    german = words(page(client, "/?lang=de"), ".card")[0]
    client.close()
    app.state.portal.db.close()

    assert "in 10 days" in first
    assert "Electrolysers for rivers" in renamed
    assert "in 2 days" in later
    assert "in 2 Tagen" in german


def test_a_country_adds_what_is_open_everywhere_on_request(client: TestClient) -> None:
    (hint,) = page(client, "/?q=electrolysers&country=ES").cssselect(".results .hint a[href*='everywhere']")
    added = page(client, hint.get("href"))

    assert titles(added) == [HYDROGEN.title]
    assert [chip.text_content().strip() for chip in added.cssselect(".chips li a:not(.clear)")] == [
        "Remove filter Country: Spain ×",
        "Remove filter Country: Everywhere ×",
    ]
    assert not [said for said in words(added, ".results .hint") if "everywhere" in said]


def test_a_region_shows_what_is_open_everywhere_by_itself(client: TestClient) -> None:
    (hint,) = page(client, "/?q=electrolysers&region=ES51").cssselect(".results .hint a[href*='everywhere']")

    assert titles(page(client, hint.get("href"))) == [HYDROGEN.title]


def test_a_region_leads_to_the_calls_of_its_whole_country(client: TestClient) -> None:
    shown = page(client, "/?region=ES51&status=open")
    (hint,) = shown.cssselect(".results .hint a[href*='level=national']")
    national = page(client, hint.get("href"))

    assert hint.get("href") == "/?level=national&country=ES&status=open"
    assert titles(national)
    assert titles(national) == titles(page(client, "/?country=ES&level=national&status=open"))
    for address in ("/?region=not_stated", "/?region=ES51&level=regional", "/?country=ES"):
        assert page(client, address).cssselect(".results .hint a[href*='level=national']") == []


def test_a_greek_region_leads_to_the_calls_of_greece(client: TestClient) -> None:
    (hint,) = page(client, "/?region=EL30").cssselect(".results .hint a[href*='level=national']")

    assert "country=GR" in hint.get("href")


def test_other_records_of_the_same_call_are_named(empty: Served) -> None:
    twin = HYDROGEN.model_copy(update={"id": "es_bdns:twin", "source_id": "es_bdns", "native_id": "twin"})
    fill(empty.portal, (HYDROGEN, twin))
    regroup(empty.portal.db)

    same = page(empty.client, f"/calls/{HYDROGEN.id}").cssselect("section:has(> #same) a")
    assert [link.get("href") for link in same] == ["/calls/es_bdns:twin"]


def test_a_mangled_cursor_is_left_out(client: TestClient) -> None:
    assert titles(page(client, "/?q=electrolysers&cursor=nonsense"))
