import re
from decimal import Decimal

from fastapi.testclient import TestClient

from config.countries import countries, eu_members
from portal_api.europe_map import SCALE, SIZE, countries_of_europe, other_land, shade
from portal_api.observatory import EU, gaps_of, observe
from tests.conftest import NOW
from tests.portal_api.conftest import HYDROGEN, SHELF, Served
from tests.portal_api.reading import page, words


def test_the_figures_are_those_of_the_calls(served: Served) -> None:
    seen = observe(served.portal, NOW)
    is_open = [call for call in SHELF if call.status_at(NOW) == "open"]

    assert seen.total == len(is_open)
    assert seen.matrix["clean.hydrogen", EU].calls == 1
    assert seen.matrix["clean.hydrogen", EU].euros == Decimal("18000000")
    assert seen.euros == Decimal("18000000")
    assert seen.unpriced == len(is_open) - 1
    assert seen.undated == 1
    assert sum(seen.closing.values()) + seen.undated == len(is_open)
    assert sum(kinds["new"] for kinds in seen.weeks.values()) == len(SHELF)


def test_what_nobody_funds_is_a_gap_by_name(served: Served) -> None:
    gaps = gaps_of(observe(served.portal, NOW))

    assert "clean.hydrogen" not in gaps[EU]
    assert "digital.quantum" in gaps[EU]  # forthcoming, not open
    assert "clean.hydrogen" in gaps["ES"]


def test_every_picture_has_its_table_and_links_find_what_they_count(client: TestClient) -> None:
    shown = page(client, "/observatory")

    assert len(shown.cssselect("svg a.country")) == len(countries_of_europe())
    assert words(shown, ".lead")[0].startswith("28 open calls, EUR 18 million in stated budgets.")
    (cell,) = [link for link in shown.cssselect(".matrix td a") if "area=clean.hydrogen" in link.get("href")]
    found = page(client, cell.get("href"))
    assert words(found, ".card h3") == [HYDROGEN.title]
    for panel in shown.cssselect(".panel:has(svg.chart)"):
        assert len(panel.cssselect("table.figures")) >= len(panel.cssselect("svg.chart"))


def test_shades_are_quarters() -> None:
    assert [shade(count, 100) for count in (0, 1, 25, 26, 51, 76, 100)] == [0, 1, 1, 2, 3, 4, 4]


def test_every_member_state_is_on_the_map_and_inside_it() -> None:
    shapes = countries_of_europe()
    width, height = SIZE

    assert eu_members() <= set(shapes) <= set(countries())
    for code, shape in shapes.items():
        assert 0 < shape.x < width, code
        assert 0 < shape.y < height, code
    assert [code for code, shape in shapes.items() if shape.is_point] == ["CY", "LU", "MT"]


def test_outlines_are_closed_paths_of_whole_numbers_around_their_label() -> None:
    paths = {code: shape.outline for code, shape in countries_of_europe().items()} | {"": other_land()}

    for code, path in paths.items():
        assert re.fullmatch(r"(M-?\d+ -?\d+l[-\d ]+z *)+", path), code
    for code, shape in countries_of_europe().items():
        found = re.match(r"M(-?\d+) (-?\d+)l([-\d ]+)z", shape.outline)
        assert found is not None
        steps = [int(number) for number in re.findall(r"-?\d+", found[3])]
        xs, ys = [int(found[1])], [int(found[2])]
        for across, down in zip(steps[::2], steps[1::2], strict=True):
            xs.append(xs[-1] + across)
            ys.append(ys[-1] + down)
        assert min(xs) * SCALE - 1 <= shape.x <= max(xs) * SCALE + 1, code
        assert min(ys) * SCALE - 1 <= shape.y <= max(ys) * SCALE + 1, code
