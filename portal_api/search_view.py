"""What the search page shows: facets, chips, cards, pages. From query and result to words and links."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup, escape

from config.nuts import regions
from index.query import (
    EVERYWHERE,
    NOT_STATED,
    FacetName,
    FacetValue,
    Highlight,
    Hit,
    Reason,
    SearchQuery,
    SearchResult,
)
from normalize.call import Call, Money
from portal_api import presenting
from portal_api.cards import Card
from portal_api.query_params import write_query
from portal_api.speech import N_, say
from portal_api.state import Portal

SHOWN: Mapping[FacetName, str] = {
    "status": N_("Status"),
    "sector": N_("Sector"),
    "area": N_("Technology area"),
    "level": N_("Level"),
    "country": N_("Country"),
    "region": N_("Region"),
    "applicant": N_("Who may apply"),
    "programme": N_("Programme"),
    "instrument": N_("Kind of support"),
    "seal": N_("STEP Seal"),
    "language": N_("Language"),
    "source": N_("Source"),
}
"""Facets of the page, in its order, with their titles."""
VALUES_FIRST, VALUES_MAX = 6, 80
"""Values of a facet shown at once, and behind "more"; the API gives all."""
REASONS_MAX = 2
"""Reasons a card shows; the API gives all."""
_OPEN: frozenset[str] = frozenset({"status", "sector", "level", "applicant"})
_ORDERS: Mapping[str, Sequence[str]] = {
    "status": ("open", "forthcoming", "unknown", "closed", "withdrawn"),
    "level": ("eu", "national", "regional"),
    "seal": ("awards", "accepts", "none"),
}
"""Facets whose values have an order of their own; the others go by count."""
_SEAL_WORDS = {
    "awards": N_("Awards the Seal"),
    "accepts": N_("For Seal holders"),
    "none": N_("No link to the Seal"),
}
_RANGES = {
    "deadline_from": N_("Deadline from %(value)s"),
    "deadline_to": N_("Deadline by %(value)s"),
    "opens_from": N_("Opens from %(value)s"),
    "opens_to": N_("Opens by %(value)s"),
    "budget_min": N_("Budget from %(value)s"),
    "budget_max": N_("Budget up to %(value)s"),
    "new_since": N_("New since %(value)s"),
}
_UNSHOWN = ("opens_from", "opens_to", "new_since", "limit", "expand")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet in words."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet as the page shows it: the first choices, those behind "more", and how many are left out."""

    name: str
    title: str
    first: Sequence[Choice]
    more: Sequence[Choice]
    left_out: int
    chosen: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter, and the address without it."""

    title: str
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Pages:
    """Where in the hits the page stands."""

    first: int
    last: int
    number: int
    count: int
    previous: str | None
    following: str | None


@dataclass(frozen=True, slots=True)
class Correction:
    """A word nothing holds, what it was taken for, and searches for just that."""

    typed: str
    taken_for: Sequence[tuple[str, str]]


Address = Callable[..., str]
"""A query, and fields to change -> where that search stands: `address`, or one that keeps the view too."""


def address(query: SearchQuery, **changes: object) -> str:
    """Return the address of the search page for a query, with some fields changed."""
    written = write_query(query, **changes)
    return f"/?{written}" if written else "/"


def facets_of(portal: Portal, query: SearchQuery, result: SearchResult) -> list[Facet]:
    """Return the facets worth showing: those with a choice to make, or one made."""
    facets = [_facet(portal, query, name, result.facets.get(name, ())) for name in SHOWN]
    return [facet for facet in facets if facet.chosen or len(facet.first) > 1]


def _facet(portal: Portal, query: SearchQuery, name: FacetName, values: Sequence[FacetValue]) -> Facet:
    order = _ORDERS.get(name)
    if order:
        values = sorted(values, key=lambda v: order.index(v.value) if v.value in order else len(order))
    choices = [Choice(v.value, label_of(portal, name, v.value), v.count, v.selected) for v in values]
    choices.sort(key=lambda choice: not choice.selected)
    chosen = sum(choice.selected for choice in choices)
    # "Show 1 more" costs more than the one line it hides.
    cut = max(VALUES_FIRST, chosen) if len(choices) > max(VALUES_FIRST, chosen) + 1 else len(choices)
    return Facet(
        name=name,
        title=say(SHOWN[name]),
        first=choices[:cut],
        more=choices[cut:VALUES_MAX],
        left_out=max(len(choices) - VALUES_MAX, 0),
        chosen=chosen,
        is_open=name in _OPEN or bool(chosen),
    )


def label_of(portal: Portal, facet: str, value: str) -> str:
    """Return a facet value in words; the value itself where it has none."""
    if value == NOT_STATED:
        return say("Not stated")
    if value == EVERYWHERE and facet == "country":
        return say("Everywhere")
    if facet in ("area", "sector"):
        return say(portal.taxonomy.label_of(value))
    if facet == "region":
        return f"{regions()[value].name} ({value})" if value in regions() else value
    if facet == "source":
        return portal.title_of(value)
    if facet == "language":
        return presenting.language_name(value)
    if facet == "country":
        return presenting.country_name(value)
    words: Mapping[str, Mapping[str, str]] = {
        "status": presenting.STATUS_WORDS,
        "level": presenting.LEVEL_WORDS,
        "applicant": presenting.APPLICANT_WORDS,
        "instrument": presenting.INSTRUMENT_WORDS,
        "seal": _SEAL_WORDS,
    }
    return say(words.get(facet, {}).get(value, value))


def chips_of(portal: Portal, query: SearchQuery, to: Address = address) -> list[Chip]:
    """Return every active filter; taking one away leads to the first page."""
    return [*_facet_chips(portal, query, to), *_range_chips(query, to)]


def _facet_chips(portal: Portal, query: SearchQuery, to: Address) -> Iterator[Chip]:
    for name, title in SHOWN.items():
        values = getattr(query, name)
        for value in values:
            rest = tuple(other for other in values if other != value)
            yield Chip(say(title), label_of(portal, name, value), to(query, **{name: rest}, offset=0))


def _range_chips(query: SearchQuery, to: Address) -> Iterator[Chip]:
    for field, printed in _ranges(query):
        yield Chip("Range", printed, to(query, **{field: None}, offset=0))


def _ranges(query: SearchQuery) -> Iterator[tuple[str, str]]:
    for field, words in _RANGES.items():
        value = getattr(query, field)
        if value is None:
            continue
        if isinstance(value, Decimal):
            printed = presenting.money_words(Money(amount=value, currency="EUR"))
        else:
            printed = presenting.short_day(value)
        yield field, say(words, value=printed)


def filters_of(portal: Portal, query: SearchQuery) -> Iterator[tuple[dict[str, object], str]]:
    """Yield each active filter, whole: the fields of a search without it, and it in words."""
    for name, title in SHOWN.items():
        if values := getattr(query, name):
            labels = ", ".join(label_of(portal, name, value) for value in values)
            yield {name: ()}, f"{say(title)} ({labels})"
    for field, printed in _ranges(query):
        yield {field: None}, printed


def kept_of(query: SearchQuery) -> list[tuple[str, str]]:
    """Return the parameters no field of the form shows, so that asking on does not lose them."""
    asked = query.model_dump(mode="json", exclude_defaults=True)
    return [(name, str(asked[name]).lower()) for name in _UNSHOWN if name in asked]


def cards_of(calls: Sequence[Call], hits: Sequence[Hit]) -> list[Card]:
    """Return the hits as cards; one whose call has gone from the store is left out."""
    known = {call.id: call for call in calls}
    return [_card(known[hit.call_id], hit) for hit in hits if hit.call_id in known]


def _card(call: Call, hit: Hit) -> Card:
    marked = {highlight.field: highlight for highlight in hit.highlights}
    title = _marked(marked["title"]) if "title" in marked else escape(call.title)
    shown = marked.get("summary") or marked.get("body")
    snippet = _marked(shown) if shown else escape(call.summary) if call.summary else None
    return Card(call, title, snippet, reasons_of(hit))


def reasons_of(hit: Hit) -> list[str]:
    """Return why a call was found where its own words do not show it: translations and synonyms."""
    said = dict[str, str]()
    for reason in hit.reasons:
        word = reason.found.casefold()
        if reason.by in ("translation", "synonym") and reason.field != "area" and word not in said:
            said[word] = _reason(reason)
    return list(said.values())[:REASONS_MAX]


def _reason(reason: Reason) -> str:
    if reason.by == "synonym" or reason.language is None:
        return say("“%(found)s” for “%(asked)s”", found=reason.found, asked=reason.asked)
    return say(
        "“%(found)s” is “%(asked)s” in %(language)s",
        found=reason.found,
        asked=reason.asked,
        language=presenting.language_name(reason.language),
    )


def _marked(highlight: Highlight) -> Markup:
    """Return a text with its matches marked; everything else is escaped."""
    out, done = Markup(), 0
    for span in highlight.spans:
        out += escape(highlight.text[done : span.start])
        out += Markup("<mark>{}</mark>").format(highlight.text[span.start : span.end])
        done = span.end
    return out + escape(highlight.text[done:])


def corrections_of(query: SearchQuery, result: SearchResult, to: Address = address) -> list[Correction]:
    """Return the typing errors found, each with a search for what was meant, filters kept."""
    return [
        Correction(
            typed,
            [(word, to(query, text=_replaced(query.text, typed, word), offset=0)) for word in words[:4]],
        )
        for typed, words in result.corrections.items()
    ]


def _replaced(text: str, typed: str, word: str) -> str:
    return " ".join(word if part.casefold() == typed.casefold() else part for part in text.split())


def pages_of(query: SearchQuery, total: int, to: Address = address) -> Pages:
    """Return the links before and after the page shown."""
    size = max(query.limit, 1)
    after = query.offset + size
    return Pages(
        first=min(query.offset + 1, total),
        last=min(after, total),
        number=query.offset // size + 1,
        count=-(-total // size),
        previous=to(query, offset=max(query.offset - size, 0)) if query.offset else None,
        following=to(query, offset=after) if after < total else None,
    )
