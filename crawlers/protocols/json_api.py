"""Lists of JSON records over HTTP: GET or POST; page, offset or next-link; detail; token exchange."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode, urljoin

from pydantic import Field
from scrapy import FormRequest, Request
from scrapy.http import Response

from crawlers.spider import RequestFacts, SourceSpider, UnexpectedAnswer
from normalize.mapping import compile_path
from normalize.record import RawRecord

PAGES_MAX = 5_000
"""A chain of pages longer than this has no end."""


class Paging(RequestFacts):
    """How a list is paged: ``page`` counts pages from ``first``, ``offset`` counts records."""

    style: Literal["page", "offset", "next", "none"] = "none"
    param: str = "page"
    first: int = 0
    size_param: str | None = None
    size: int | None = None
    next: str | None = None
    last: str | None = None


class Windows(RequestFacts):
    """Date windows of ``days`` days, both ends included, back from today by ``look_back_days``."""

    from_param: str
    to_param: str
    format: str
    days: int = Field(ge=1)
    look_back_days: int = Field(ge=1)


class Detail(RequestFacts):
    """The second answer of a record: parameters taken from its list item by JMESPath."""

    path: str
    params: Mapping[str, str] = {}
    fixed: Mapping[str, str] = {}


class Token(RequestFacts):
    """A key exchanged for a bearer token that every call carries."""

    path: str
    header: str
    field: str


class JsonApiFacts(RequestFacts):
    """The ``request`` table of a JSON API. Paths are relative to the entry's ``url``.

    Attributes:
        items: JMESPath of the records in an answer; ``end`` is true on an answer past the last page.
        stamps: One list query for each; its parameters are sent and kept in the record.
        native_id: JMESPath of the key in the stored record.
    """

    path: str = ""
    method: Literal["GET", "POST"] = "GET"
    params: Mapping[str, str] = {}
    items: str
    total: str | None = None
    end: str | None = None
    paging: Paging = Paging()
    stamps: tuple[Mapping[str, int | str], ...] = ({},)
    windows: Windows | None = None
    detail: Detail | None = None
    token: Token | None = None
    native_id: str


@dataclass(frozen=True, slots=True)
class Chain:
    """One list query followed page by page."""

    params: Mapping[str, str]
    stamp: Mapping[str, int | str]
    number: int
    seen: frozenset[str] = frozenset()
    pages: int = 1


class JsonApiSpider(SourceSpider):
    """Follows each chain of pages to its end; a list item with a detail waits for it."""

    _bearer: str | None = None
    _logins = 0

    async def start(self) -> AsyncIterator[Request]:
        """Log in where a token is needed, then ask the first page of every chain."""
        facts = self.facts(JsonApiFacts)
        if facts.token:
            yield self._login(facts.token)
            return
        for request in self._first_pages(facts):
            yield request

    def _login(self, token: Token) -> Request:
        self._logins += 1
        return Request(
            self._url(token.path),
            method="POST",
            headers={token.header: os.environ.get(self.source.token_env or "", "")},
            callback=self.parse_login,
            errback=self.failed,
            meta={"secret": True},
            dont_filter=True,
        )

    def parse_login(self, response: Response) -> Iterator[Request]:
        """Keep the token and begin."""
        facts = self.facts(JsonApiFacts)
        assert facts.token is not None, "only asked with a token"
        try:
            answer = self.json_of(response)
        except UnexpectedAnswer as error:
            self.run.problem(f"login: {error}")
            return
        self._bearer = answer.get(facts.token.field) if isinstance(answer, dict) else None
        if not self._bearer:
            self.run.problem(f"login: no {facts.token.field!r} in the answer")
            return
        yield from self._first_pages(facts)

    def _first_pages(self, facts: JsonApiFacts) -> Iterator[Request]:
        for stamp in facts.stamps:
            for window in windows(facts.windows, datetime.now(UTC).date()):
                params = dict(facts.params) | window | {key: str(value) for key, value in stamp.items()}
                yield self._page(facts, Chain(params, stamp, facts.paging.first))

    def _page(self, facts: JsonApiFacts, chain: Chain) -> Request:
        params = dict(chain.params)
        if facts.paging.style in ("page", "offset", "next"):
            params[facts.paging.param] = str(chain.number)
        if facts.paging.size_param:
            params[facts.paging.size_param] = str(facts.paging.size)
        return self._ask(facts, self._url(facts.path), params, chain)

    def _ask(self, facts: JsonApiFacts, url: str, params: Mapping[str, str], chain: Chain) -> Request:
        told = {"callback": self.parse_page, "errback": self.failed, "cb_kwargs": {"chain": chain}}
        headers = {"Accept": "application/json"} | self._authorization()
        if facts.method == "POST":
            return FormRequest(url, formdata=dict(params), headers=headers, dont_filter=True, **told)
        address = f"{url}?{urlencode(params)}" if params else url
        return Request(address, headers=headers, dont_filter=True, **told)

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._bearer}"} if self._bearer else {}

    def _url(self, path: str) -> str:
        return self.source.url.rstrip("/") + path

    def parse_page(self, response: Response, chain: Chain) -> Iterator[RawRecord | Request]:
        """Yield a page's records (or ask their details) and the next page."""
        facts = self.facts(JsonApiFacts)
        try:
            answer = self.json_of(response)
            items = self._items(facts, answer, response)
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        if items is None:
            return
        keys = frozenset(str(compile_path(_item_key(facts)).search(item)) for item in items)
        if items and keys <= chain.seen:
            self.run.problem(f"the pages repeat: {response.url} holds nothing new")
            return
        self._count(facts, answer, chain, len(items))
        for item in items:
            yield (
                self._detail(facts, item, response)
                if facts.detail
                else self._record(facts, item, chain, response)
            )
        following = replace(chain, seen=chain.seen | keys, pages=chain.pages + 1)
        yield from self._next(facts, answer, items, following, response)

    def _items(self, facts: JsonApiFacts, answer: Any, response: Response) -> list[Any] | None:  # noqa: ANN401 - JSON
        """Return the records; None on an answer that says "past the end"."""
        if facts.end and compile_path(facts.end).search(answer):
            return None
        items = compile_path(facts.items).search(answer)
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise UnexpectedAnswer(f"no list of records at {facts.items!r}: {response.url}")
        return items

    def _count(self, facts: JsonApiFacts, answer: Any, chain: Chain, found: int) -> None:  # noqa: ANN401 - JSON
        if facts.total and chain.pages == 1:
            total = compile_path(facts.total).search(answer)
            if not isinstance(total, int):
                self.run.problem(f"no total at {facts.total!r}")
                return
            self.run.reported_total = (self.run.reported_total or 0) + total
            if total and not found:
                self.run.problem(f"{total} records promised, none on the first page")

    def _next(
        self,
        facts: JsonApiFacts,
        answer: Any,
        items: list[Any],
        chain: Chain,
        response: Response,
    ) -> Iterator[Request]:
        paging = facts.paging
        if not items or paging.style == "none" or (paging.last and compile_path(paging.last).search(answer)):
            return
        if chain.pages > PAGES_MAX:
            self.run.problem(f"more than {PAGES_MAX} pages: {response.url}")
            return
        if paging.style == "next":
            link = compile_path(paging.next or "next").search(answer)
            if link:
                yield self._ask(facts, urljoin(response.url, str(link)), {}, chain)
            return
        step = len(items) if paging.style == "offset" else 1
        yield self._page(facts, replace(chain, number=chain.number + step))

    def _detail(self, facts: JsonApiFacts, item: dict[str, Any], response: Response) -> Request:
        assert facts.detail is not None, "only asked with a detail"
        found = {name: compile_path(path).search(item) for name, path in facts.detail.params.items()}
        params = dict(facts.detail.fixed) | {name: str(value) for name, value in found.items()}
        return Request(
            f"{self._url(facts.detail.path)}?{urlencode(params)}",
            headers={"Accept": "application/json"} | self._authorization(),
            callback=self.parse_detail,
            errback=self.failed,
            cb_kwargs={"item": item},
        )

    def parse_detail(self, response: Response, item: dict[str, Any]) -> Iterator[RawRecord]:
        """Yield the record: list item and detail, side by side."""
        facts = self.facts(JsonApiFacts)
        try:
            detail = self.json_of(response)
            if not isinstance(detail, dict):
                raise UnexpectedAnswer(f"no object: {response.url}")
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        payload = {"item": item, "detail": detail}
        yield self.record(compile_path(facts.native_id).search(payload), payload, response.url)

    def _record(
        self, facts: JsonApiFacts, item: dict[str, Any], chain: Chain, response: Response
    ) -> RawRecord:
        payload = {**chain.stamp, **item}
        return self.record(compile_path(facts.native_id).search(payload), payload, response.url)


def _item_key(facts: JsonApiFacts) -> str:
    """Return a JMESPath that tells list items apart: the detail's parameter, else the native id."""
    if facts.detail and facts.detail.params:
        return next(iter(facts.detail.params.values()))
    return facts.native_id


def windows(declared: Windows | None, today: date) -> Iterator[dict[str, str]]:
    """Yield the parameters of each date window, newest first; one empty set without windows.

    Windows touch without overlapping: both ends belong to them (measured of BDNS).
    """
    if declared is None:
        yield {}
        return
    oldest, end = today - timedelta(days=declared.look_back_days), today
    while end >= oldest:
        start = max(end - timedelta(days=declared.days - 1), oldest)
        yield {
            declared.from_param: start.strftime(declared.format),
            declared.to_param: end.strftime(declared.format),
        }
        end = start - timedelta(days=1)
