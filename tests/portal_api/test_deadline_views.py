from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_api.deadline_views import AXIS, first_of_month, timeline_of
from tests.calls import call, deadline
from tests.chance import examples
from tests.conftest import NOW
from tests.portal_api.conftest import HYDROGEN, Served, fill
from tests.portal_api.reading import page, words


def test_a_deadline_stands_on_its_day_with_a_link_to_its_call(client: TestClient) -> None:
    shown = page(client, "/?view=calendar&month=2026-12&q=electrolysers")

    (day,) = [cell for cell in shown.cssselect("td.inside") if cell.cssselect("li")]
    assert day.cssselect("time")[0].get("datetime") == "2026-12-04"
    assert words(shown, "td.inside li") == [HYDROGEN.title]
    assert words(shown, "h3#month") == ["December 2026"]


def test_a_day_of_another_zone_is_not_lost_between_two_months(empty: Served) -> None:
    # 31 December, 23:30 in Brussels is 1 January in Helsinki: it stands in January, once.
    late = call(1, deadlines=(deadline(datetime(2026, 12, 31, 22, 30, tzinfo=UTC), zone="Europe/Helsinki"),))
    fill(empty.portal, (late,))

    in_month = [
        words(page(empty.client, f"/?view=calendar&month={m}"), "td li") for m in ("2026-12", "2027-01")
    ]
    assert in_month == [[], [late.title]]


def test_a_full_day_leads_to_its_list(client: TestClient) -> None:
    shown = page(client, "/?view=calendar&month=2027-03&country=ES")
    (rest,) = shown.cssselect("a.rest")

    found = page(client, rest.get("href"))
    assert words(found, ".total")[0].startswith("25 calls")


def test_the_view_stays_while_filters_change(client: TestClient) -> None:
    shown = page(client, "/?view=timeline&sector=clean")

    hrefs = [link.get("href") for link in shown.cssselect(".chips a, .presets a")]
    assert all("view=timeline" in href for href in hrefs)
    assert {(box.get("name"), box.get("value")) for box in shown.cssselect("input[type=hidden]")} == {
        ("view", "timeline")
    }


@pytest.mark.parametrize(
    "month", ["", "2026", "2026-13", "0000-00", "9999-99", "2026-12-01", "xx", "1969-12"]
)
def test_a_month_that_is_none_is_this_one(month: str) -> None:
    assert first_of_month(month, NOW) == date(2026, 11, 1)


def test_bars_lie_on_the_axis_whatever_the_dates() -> None:
    endless = call(1, deadlines=(deadline(None, kind="continuous", precision="day"),))
    undated = call(2, deadlines=())
    past = call(3, deadlines=(deadline(datetime(2020, 1, 1, tzinfo=UTC)),))
    far = call(4, deadlines=(deadline(datetime(2040, 1, 1, tzinfo=UTC)),))

    timeline = timeline_of([endless, undated, past, far], NOW)

    assert all(0 <= bar.start <= bar.end <= AXIS for bar in timeline.bars)
    assert [bar.endless for bar in timeline.bars] == [True, False, False, True]
    assert 0 < timeline.today < AXIS


NAMES = [
    "q",
    "view",
    "month",
    "lang",
    "sector",
    "deadline_to",
    "offset",
    "limit",
    "sort",
    "budget_min",
    "status",
    "new_since",
    "id",
    "fact",
]


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=12)), max_size=6))
def test_any_query_string_answers_a_page(served: Served, pairs: list[tuple[str, str]]) -> None:
    asked = "&".join(f"{name}={quote(value.encode('utf-8', 'replace'))}" for name, value in pairs)
    for path in ("/", "/shortlist", "/observatory", "/about"):
        assert served.client.get(f"{path}?{asked}").status_code == 200, asked
