"""The observatory: pictures of what is open, each with its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from threading import Lock
from typing import Any

from babel.dates import format_skeleton
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from index.query import FacetName, SearchQuery
from normalize.call import Money
from portal_api.europe_map import SCALE, SIZE, countries_of_europe, other_land, shade
from portal_api.observatory import EU, OPEN, Observation, gaps_of, observe, stated
from portal_api.presenting import country_name, money_words, number_words, short_day
from portal_api.rendering import render
from portal_api.search_view import address, label_of
from portal_api.speech import N_, locale, say
from portal_api.state import Portal, PortalDep
from store import reading

router = APIRouter()
RANKED = 12
HEIGHT, WIDTH = 150, 720
"""Of a chart of columns, in its own units."""
RANKINGS: Mapping[FacetName, str] = {
    "sector": N_("By sector"),
    "level": N_("By level"),
    "area": N_("By technology area"),
    "programme": N_("By programme"),
}
MOVED = ("deadline_extended", "deadline_shortened", "deadline_added", "deadline_removed")
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a chart, with what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    short: str
    value: int
    href: str


@router.get("/observatory", response_class=HTMLResponse)
def observatory_page(request: Request, portal: PortalDep) -> Response:
    """Show what is open now, where nothing is, and how it changed."""
    seen = _observed(request, portal)
    gaps = gaps_of(seen)
    context = {
        "seen": seen,
        "total_euros": _euros(seen.euros),
        "rankings": [(name, say(title), _ranking(portal, seen, name)) for name, title in RANKINGS.items()],
        "regions": _regions(portal, seen),
        "countries": _countries(seen),
        "other_land": other_land(),
        "map_size": SIZE,
        "map_scale": SCALE,
        "closing": _closing(seen),
        "weekly": _weekly(seen),
        "chart": (WIDTH, HEIGHT),
        "columns": [(code, "EU" if code == EU else code, _column_name(code)) for code in seen.columns],
        "matrix": [(area, _matrix_row(seen, area)) for area in seen.areas],
        "gaps": [(_column_name(code), areas) for code, areas in gaps.items() if areas],
        "nowhere": [area for area in seen.areas if all(area in areas for areas in gaps.values())],
        "all_open": address(OPEN),
    }
    return render(request, "observatory.html", context)


def _observed(request: Request, portal: Portal) -> Observation:
    """Return the figures, counted anew when a call changed or a day began: counting reads every open call."""
    now = portal.clock()
    key = (reading.last_change(portal.db), portal.engine.cursor(), now.date())
    with _lock:
        kept: tuple[Any, Observation] | None = getattr(request.app.state, "observation", None)
        if kept and kept[0] == key:
            return kept[1]
        seen = observe(portal, now)
        request.app.state.observation = (key, seen)
        return seen


def _euros(amount: Decimal) -> str:
    """Return a sum in EUR, rounded as a sum of stated budgets may be: never a single call's amount."""
    for size in (Decimal(10) ** 9, Decimal(10) ** 6, Decimal(10) ** 3):
        if amount >= size:
            return money_words(Money(amount=(amount / size).quantize(Decimal("0.1")) * size, currency="EUR"))
    return money_words(Money(amount=amount.quantize(Decimal(1)), currency="EUR"))


def _ranking(portal: Portal, seen: Observation, name: FacetName) -> list[tuple[str, str, int, float]]:
    """Return (label, search, count, share of the greatest in percent) of a facet's values."""
    values = stated(seen.facets.get(name, ()))
    most = max((value.count for value in values), default=1)
    return [
        (
            label_of(portal, name, value.value),
            address(OPEN.model_copy(update={name: (value.value,)})),
            value.count,
            round(100 * value.count / most, 1),
        )
        for value in values
    ]


def _regions(portal: Portal, seen: Observation) -> list[tuple[str, str, int]]:
    """Return the regions of NUTS level 1 with the most open calls: (label, search, count)."""
    found = [value for value in stated(seen.facets.get("region", ())) if len(value.value) == 3]
    return [
        (
            label_of(portal, "region", value.value),
            address(OPEN.model_copy(update={"region": (value.value,)})),
            value.count,
        )
        for value in found
    ]


def _countries(seen: Observation) -> list[dict[str, Any]]:
    counts = {value.value: value.count for value in stated(seen.facets.get("country", ()))}
    shapes = countries_of_europe()
    most = max((counts.get(code, 0) for code in shapes), default=0)
    # Whoever is small comes last, and is drawn above its neighbours.
    return [
        {
            "shape": shape,
            "name": country_name(code),
            "count": counts.get(code, 0),
            "shade": shade(counts.get(code, 0), most),
            "href": address(SearchQuery(status=("open",), country=(code,))),
        }
        for code, shape in sorted(shapes.items(), key=lambda pair: (-pair[1].room, pair[0]))
    ]


def _chart(figures: Sequence[tuple[str, str, int, str]]) -> list[Column]:
    most = max((value for _, _, value, _ in figures), default=0) or 1
    step = WIDTH / max(len(figures), 1)
    columns = []
    for place, (label, short, value, href) in enumerate(figures):
        height = round(HEIGHT * value / most, 1)
        x, width = round(place * step + step * 0.12, 1), round(step * 0.76, 1)
        columns.append(Column(x, HEIGHT - height, width, height, label, short, value, href))
    return columns


def _closing(seen: Observation) -> list[Column]:
    return _chart(
        [
            (
                str(format_skeleton("yMMMM", month, locale=locale())),
                str(format_skeleton("MMM", month, locale=locale())),
                count,
                f"{address(OPEN)}&view=calendar&month={month:%Y-%m}",
            )
            for month, count in seen.closing.items()
        ]
    )


def _weekly(seen: Observation) -> list[tuple[Column, int, int]]:
    """Return a column a week of new calls, with the deadlines moved and the calls withdrawn in it."""
    figures = []
    for place, (week, kinds) in enumerate(seen.weeks.items()):
        short = str(format_skeleton("MMMd", week, locale=locale())) if place % 4 == 0 else ""
        figures.append((short_day(week), short, kinds.get("new", 0), ""))
    moved = [sum(kinds.get(kind, 0) for kind in MOVED) for kinds in seen.weeks.values()]
    gone = [kinds.get("withdrawn", 0) for kinds in seen.weeks.values()]
    return list(zip(_chart(figures), moved, gone, strict=True))


def _column_name(code: str) -> str:
    return say("EU-wide") if code == EU else country_name(code)


def _matrix_row(seen: Observation, area: str) -> list[tuple[int, str, str, str]]:
    """Return (calls, money, search, country) a column; no calls is a gap."""
    row = []
    for code in seen.columns:
        cell = seen.matrix.get((area, code))
        place = {"level": ("eu",)} if code == EU else {"country": (code,)}
        href = address(OPEN.model_copy(update={"area": (area,), **place}))
        money = _millions(cell.euros) if cell and cell.euros else ""
        row.append((cell.calls if cell else 0, money, href, _column_name(code)))
    return row


def _millions(amount: Decimal) -> str:
    millions = amount / 10**6
    return number_words(millions.quantize(Decimal(1) if millions >= 10 else Decimal("0.1")))
