"""The search page: what is found, and what leads on from there."""

from datetime import timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from config.settings import Settings
from portal_api.app import create_app
from portal_api.ways_out import FEW
from store.runs import RunResult, finish_run, start_run
from tests.conftest import NOW
from tests.portal_api.conftest import HYDROGEN, SHELF, Served, fill
from tests.portal_api.reading import page, titles, words


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


def test_a_mangled_cursor_is_left_out(client: TestClient) -> None:
    assert titles(page(client, "/?q=electrolysers&cursor=nonsense"))
