"""Lists of HTML, page by page: each item a record, its fields by CSS selectors (BeautifulSoup)."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlencode, urljoin

import soupsieve
from bs4 import BeautifulSoup, Tag
from pydantic import AfterValidator, Field, model_validator
from scrapy import Request
from scrapy.http import Response
from soupsieve.util import SelectorSyntaxError

from crawlers.spider import RequestFacts, SourceSpider, UnexpectedAnswer
from crawlers.walls import wall_of
from normalize.record import RawRecord

PAGES_MAX = 1_000
"""A list longer than this has no end."""


def _css(value: str) -> str:
    if value:
        try:
            soupsieve.compile(value)
        except SelectorSyntaxError as error:
            raise ValueError(f"no CSS selector: {value!r}") from error
    return value


Selector = Annotated[str, AfterValidator(_css)]


class Part(RequestFacts):
    """Where a field of an item stands.

    Attributes:
        select: CSS selector below the item; empty means the item itself.
        take: ``text``, the element's ``html``, or ``@name`` for an attribute.
        many: Whether every element counts; the first alone otherwise.
    """

    select: Selector = ""
    take: str = Field(default="text", pattern=r"^(text|html|@[a-zA-Z-]+)$")
    many: bool = False


class ListPaging(RequestFacts):
    """How a list goes on: a parameter counts pages from ``first``, or a link leads to the next one.

    Attributes:
        bare_first: Whether the first page is asked for without the parameter.
        next: CSS selector of the link.
    """

    style: Literal["page", "next", "none"] = "none"
    param: str = "page"
    first: int = 0
    bare_first: bool = False
    next: Selector | None = None

    @model_validator(mode="after")
    def _has_what_its_style_needs(self) -> Self:
        if self.style == "next" and not self.next:
            raise ValueError("style 'next' needs `next`")
        return self


class ListingFacts(RequestFacts):
    """The ``request`` table of a list of HTML.

    Attributes:
        item: CSS selector of one item.
        parts: Field of the record -> where it stands. Links are made absolute.
        native_id: The field that is the key.
        empty: CSS selector of what the page shows when nothing is on the list; without it an empty first page
            is a page built otherwise.
    """

    path: str = ""
    params: Mapping[str, str] = {}
    item: Selector
    parts: Mapping[str, Part] = Field(min_length=1)
    native_id: str
    empty: Selector | None = None
    paging: ListPaging = ListPaging()

    @model_validator(mode="after")
    def _key_is_a_part(self) -> Self:
        if self.native_id not in self.parts:
            raise ValueError("`native_id` names none of the `parts`")
        return self


class ListingSpider(SourceSpider):
    """Reads page after page until one holds no item."""

    facts_model = ListingFacts

    async def start(self) -> AsyncIterator[Request]:
        """Ask the first page."""
        facts = self.facts(ListingFacts)
        yield self._page(facts, facts.paging.first)

    def _page(self, facts: ListingFacts, number: int) -> Request:
        params, paging = dict(facts.params), facts.paging
        if paging.style == "page" and not (paging.bare_first and number == paging.first):
            params[paging.param] = str(number)
        url = self.source.url.rstrip("/") + facts.path
        return self._asking(f"{url}?{urlencode(params)}" if params else url, number)

    def _asking(self, url: str, number: int) -> Request:
        headers = {"Accept": "text/html"}
        told: dict[str, Any] = {
            "callback": self.parse_page,
            "errback": self.failed,
            "cb_kwargs": {"number": number},
        }
        return Request(url, headers=headers, dont_filter=True, **told)

    def parse_page(self, response: Response, number: int) -> Iterator[RawRecord | Request]:
        """Yield a page's records, and ask for the next one."""
        facts = self.facts(ListingFacts)
        page = BeautifulSoup(response.body, "lxml")
        items = page.select(facts.item)
        try:
            records = [record_of(item, facts.parts, response.url) for item in items]
            if not records:
                self._refuse_nothing(facts, page, number, response)
                return
            keys = [str(record.get(facts.native_id)) for record in records]
            self.refuse_repetition("list", keys, response)
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        self.run.rows += len(records)
        for record in records:
            yield self.record(record.get(facts.native_id), record, response.url)
        yield from self._next(facts, page, number, response)

    def _refuse_nothing(
        self, facts: ListingFacts, page: BeautifulSoup, number: int, response: Response
    ) -> None:
        """An empty page ends the list; but the first one only when it says so."""
        if number > facts.paging.first or (facts.empty and page.select_one(facts.empty)):
            return
        wall = wall_of(response.body) or "it is built otherwise now"
        raise UnexpectedAnswer(f"nothing at {facts.item!r} in the page {response.url} ({wall})")

    def _next(
        self, facts: ListingFacts, page: BeautifulSoup, number: int, response: Response
    ) -> Iterator[Request]:
        paging = facts.paging
        if number - paging.first >= PAGES_MAX:
            self.run.problem(f"more than {PAGES_MAX} pages: {response.url}")
        elif paging.style == "page":
            yield self._page(facts, number + 1)
        elif paging.next and (link := page.select_one(paging.next)):
            yield self._asking(urljoin(response.url, str(link.get("href", ""))), number + 1)


def record_of(item: Tag, parts: Mapping[str, Part], url: str) -> dict[str, object]:
    """Return an item's fields as they stand; what is not there is None, or an empty list."""
    return {name: _values(item, part, url) for name, part in parts.items()}


def _values(item: Tag, part: Part, url: str) -> object:
    found = item.select(part.select) if part.select else [item]
    values = [value for element in found if (value := _taken(element, part.take, url)) is not None]
    return values if part.many else next(iter(values), None)


def _taken(element: Tag, take: str, url: str) -> str | None:
    if take == "text":
        return " ".join(element.get_text(" ", strip=True).split())
    if take == "html":
        return element.decode_contents().strip()
    value = element.get(take.removeprefix("@"))
    if value is None:
        return None
    text = " ".join(value) if isinstance(value, list) else str(value)
    return urljoin(url, text) if take in ("@href", "@src", "@about") else text
