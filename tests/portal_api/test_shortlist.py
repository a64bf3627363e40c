import csv
import io

from fastapi.testclient import TestClient

from tests.portal_api.conftest import HOSTILE, HYDROGEN, ODD_ID
from tests.portal_api.reading import page, words

CHOSEN = {"id": [HYDROGEN.id, ODD_ID.id]}


def test_chosen_calls_stand_side_by_side_in_the_order_chosen(client: TestClient) -> None:
    shown = page(client, str(client.get("/shortlist", params=CHOSEN).url))

    assert [link.get("href") for link in shown.cssselect(".compare thead a[lang]")] == [
        "/calls/eu_ft:1",
        shown.cssselect(".compare thead a[lang]")[1].get("href"),
    ]
    (deadline,) = [row for row in words(shown, ".compare tbody tr") if row.startswith("Next deadline")]
    assert "Friday 4 December 2026, 17:00 Brussels time in 10 days" in deadline
    assert "no end date; open until funds end" in deadline
    assert [row.get("class") for row in shown.cssselect(".compare tbody tr")][1] == "differs"


def test_only_the_facts_asked_for_are_compared(client: TestClient) -> None:
    shown = page(client, "/shortlist?id=eu_ft:1&fact=trl&fact=status&fact=nonsense")

    assert words(shown, ".compare tbody th") == ["Status", "TRL"]
    assert len(shown.cssselect("input[name=fact][checked]")) == 2


def test_exports_hold_the_chosen_calls_and_columns(client: TestClient) -> None:
    shown = page(
        client, f"/shortlist?id={ODD_ID.id.replace('&', '%26').replace('#', '%23')}&id=eu_ft:1&fact=budget"
    )
    links = {link.text: link.get("href") for link in shown.cssselect(".toolbar li a")}

    rows = list(csv.DictReader(io.StringIO(client.get(links["CSV"]).text.lstrip("\ufeff"))))
    assert [row["id"] for row in rows] == [ODD_ID.id, HYDROGEN.id]
    assert list(rows[0]) == ["id", "title", "budget_total", "currency", "url"]
    for form in ("Excel", "Calendar", "JSON"):
        assert client.get(links[form]).status_code == 200, form


def test_a_call_can_be_taken_away_without_a_script(client: TestClient) -> None:
    shown = page(client, "/shortlist?id=eu_ft:1&id=es_bdns:2")

    assert [link.get("href") for link in shown.cssselect("a.unpick")] == [
        "/shortlist?id=es_bdns%3A2",
        "/shortlist?id=eu_ft%3A1",
    ]


def test_unknown_and_hostile_ids_are_named_and_harmless(client: TestClient) -> None:
    shown = page(client, f"/shortlist?id=<script>&id={HOSTILE.id}")

    assert words(shown, ".notice") == ["1 call of this list is not known here: <script>"]
    assert len(shown.cssselect(".compare thead th")) == 2


def test_an_empty_list_says_how_to_fill_it(client: TestClient) -> None:
    assert words(page(client, "/shortlist"), ".empty .big") == ["Nothing is chosen yet"]
