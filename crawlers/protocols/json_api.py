"""Lists of JSON records over HTTP: GET or POST; page, offset, link or cursor; detail; token exchange."""

import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from scrapy import FormRequest, Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.protocols.embedded import embedded_json
from crawlers.protocols.json_facts import JsonApiFacts, Token, windows
from crawlers.spider import SourceSpider, UnexpectedAnswer
from normalize.mapping import compile_path
from normalize.record import RawRecord

PAGES_MAX = 5_000
"""A chain of pages longer than this has no end."""
LOGINS_MAX = 5
"""A token that is refused more often is not the reason."""

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chain:
    """One list query followed page by page."""

    params: Mapping[str, str]
    stamp: Mapping[str, int | str]
    number: int
    pages: int = 1

    @property
    def name(self) -> str:
        """Return what tells it from the other chains."""
        return repr(sorted(self.params.items()))


class JsonApiSpider(SourceSpider):
    """Follows each chain of pages to its end; a list item with a detail waits for it."""

    facts_model = JsonApiFacts
    _bearer: str | None = None
    _logins = 0

    async def start(self) -> AsyncIterator[Request]:
        """Log in where a token is needed, then ask the first page of every chain."""
        facts = self.facts(JsonApiFacts)
        if facts.token:
            yield self._login(facts.token)
            return
        for request in self._single_calls(facts) if self.run.only else self._first_pages(facts):
            yield request

    def _single_calls(self, facts: JsonApiFacts) -> Iterator[Request]:
        """Ask the details of the calls of a re-check; their list items are those archived last."""
        newest = self.run.archive.records_before(self.run.run_id, self.source.id, self.run.only)
        for record in newest:
            self.run.rows += 1
            yield self._detail(facts, json.loads(record.payload)["item"])

    def _login(self, token: Token, again: Request | None = None) -> Request:
        self._logins += 1
        return Request(
            self._url(token.path),
            method="POST",
            headers={token.header: os.environ.get(self.source.token_env or "", "")},
            callback=self.parse_login,
            errback=self.failed,
            cb_kwargs={"again": again},
            meta={"secret": True},
            dont_filter=True,
        )

    def parse_login(self, response: Response, again: Request | None) -> Iterator[Request]:
        """Keep the token and begin, or ask again what was refused."""
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
        elif again is not None:
            again.headers["Authorization"] = f"Bearer {self._bearer}"
            yield again
        else:
            yield from self._first_pages(facts)

    def _refused(self, failure: Failure) -> Iterator[Request]:
        """Log in once more when the token has run out; anything else is a problem of the run."""
        facts, request = self.facts(JsonApiFacts), failure.request  # type: ignore[attr-defined]  # Scrapy's
        status = getattr(getattr(failure.value, "response", None), "status", None)
        if facts.token and status == 401 and self._logins < LOGINS_MAX and "asked_again" not in request.meta:
            again = request.replace(dont_filter=True, meta={**request.meta, "asked_again": True})
            yield self._login(facts.token, again)
            return
        self.failed(failure)

    def _first_pages(self, facts: JsonApiFacts) -> Iterator[Request]:
        for stamp in facts.stamps:
            for window in windows(facts.windows, self.run.clock().date()):
                params = dict(facts.params) | window | {key: str(value) for key, value in stamp.items()}
                yield self._page(facts, Chain(params, stamp, facts.paging.first))

    def _page(self, facts: JsonApiFacts, chain: Chain, cursor: str | None = None) -> Request:
        params, paging = dict(chain.params), facts.paging
        if paging.style in ("page", "offset", "next"):
            params[paging.param] = str(chain.number)
        if cursor is not None:
            params[paging.param] = cursor
        if paging.size_param:
            params[paging.size_param] = str(paging.size)
        if paging.offset_param and paging.size:
            params[paging.offset_param] = str((chain.number - paging.first) * paging.size)
        path = facts.since(facts.path, self.run.clock().date())
        return self._ask(facts, self._url(path), params, chain)

    def _ask(self, facts: JsonApiFacts, url: str, params: Mapping[str, str], chain: Chain) -> Request:
        told: dict[str, Any] = {
            "callback": self.parse_page,
            "errback": self._refused,
            "cb_kwargs": {"chain": chain},
            "headers": self._headers(),
            "dont_filter": True,
        }
        if facts.method == "GET":
            return Request(f"{url}?{urlencode(params)}" if params else url, **told)
        if facts.body == "form":
            return FormRequest(url, method="POST", formdata=dict(params), **told)
        told["headers"]["Content-Type"] = "application/json"
        return Request(url, method="POST", body=json.dumps(dict(facts.payload) | dict(params)), **told)

    def _headers(self) -> dict[str, str]:
        authorization = {"Authorization": f"Bearer {self._bearer}"} if self._bearer else {}
        accepted = "text/html" if self.facts(JsonApiFacts).embedded else "application/json"
        return {"Accept": accepted} | authorization

    def _url(self, path: str) -> str:
        return self.source.url.rstrip("/") + path

    def parse_page(self, response: Response, chain: Chain) -> Iterator[RawRecord | Request]:
        """Yield a page's records (or ask their details) and the next page."""
        facts = self.facts(JsonApiFacts)
        try:
            answer = embedded_json(response, facts.embedded) if facts.embedded else self.json_of(response)
            if facts.end and compile_path(facts.end).search(answer):
                return
            items = self._items(facts, answer, chain, response)
            self._count(facts, answer, chain, len(items))
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        self.run.rows += len(items)
        for item in items:
            if facts.detail:
                yield self._detail(facts, item)
            else:
                yield self._record(facts, {**chain.stamp, **item}, response.url)
        if items:
            yield from self._next(facts, answer, len(items), chain, response)

    def _items(self, facts: JsonApiFacts, answer: object, chain: Chain, response: Response) -> list[Item]:
        items = compile_path(facts.items).search(answer)
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise UnexpectedAnswer(f"no list of records at {facts.items!r}: {response.url}")
        if items:
            key = compile_path(facts.item_key)
            keys = (key.search({**chain.stamp, **item}) or json.dumps(item, sort_keys=True) for item in items)
            self.refuse_repetition(chain.name, keys, response)
        return items

    def _count(self, facts: JsonApiFacts, answer: object, chain: Chain, found: int) -> None:
        if not facts.total or chain.pages > 1:
            return
        total = compile_path(facts.total).search(answer)
        if not isinstance(total, int):
            raise UnexpectedAnswer(f"no total at {facts.total!r}")
        self.run.reported_total = (self.run.reported_total or 0) + total
        if total and not found:
            raise UnexpectedAnswer(f"{total} records promised, none on the first page")

    def _next(
        self, facts: JsonApiFacts, answer: object, found: int, chain: Chain, response: Response
    ) -> Iterator[Request]:
        paging = facts.paging
        if paging.style == "none" or (paging.last and compile_path(paging.last).search(answer)):
            return
        if chain.pages >= PAGES_MAX:
            self.run.problem(f"more than {PAGES_MAX} pages: {response.url}")
            return
        step = found if paging.style == "offset" else 1
        following = replace(chain, number=chain.number + step, pages=chain.pages + 1)
        if paging.next is None:
            yield self._page(facts, following)
            return
        value = compile_path(paging.next).search(answer)
        if not value:
            return
        if paging.style == "cursor":
            yield self._page(facts, following, str(value))
        else:
            yield self._ask(facts, self._same_host(urljoin(response.url, str(value))), {}, following)

    def _same_host(self, link: str) -> str:
        """Return the link on the source's own host: the token goes nowhere else, and never unencrypted."""
        own, there = urlsplit(self.source.url), urlsplit(link)
        return urlunsplit((own.scheme, own.netloc, there.path, there.query, ""))

    def _detail(self, facts: JsonApiFacts, item: Item) -> Request:
        assert facts.detail is not None, "only asked with a detail"
        found = {name: compile_path(path).search(item) for name, path in facts.detail.params.items()}
        params = dict(facts.detail.fixed) | {name: str(value) for name, value in found.items()}
        return Request(
            f"{self._url(facts.detail.path)}?{urlencode(params)}",
            headers=self._headers(),
            callback=self.parse_detail,
            errback=self.detail_failed,
            cb_kwargs={"item": item},
        )

    def parse_detail(self, response: Response, item: Item) -> Iterator[RawRecord]:
        """Yield the record: list item and detail, side by side."""
        try:
            detail = self.json_of(response)
            if not isinstance(detail, dict):
                raise UnexpectedAnswer(f"no object: {response.url}")
        except UnexpectedAnswer as error:
            self.logger.warning("no detail", extra={"source": self.source.id, "reason": str(error)})
            detail = None
        yield self._merged(item, detail, response.url)

    def detail_failed(self, failure: Failure) -> Iterator[RawRecord | Request]:
        """Keep the list item alone: BDNS answers some single calls with an error page, always."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy's
        if self.facts(JsonApiFacts).token:
            yield from self._refused(failure)
            return
        self.logger.warning("no detail", extra={"source": self.source.id, "reason": self.reason_of(failure)})
        yield self._merged(request.cb_kwargs["item"], None, request.url)

    def _merged(self, item: Item, detail: Item | None, url: str) -> RawRecord:
        """A record without its detail is archived all the same, to be rejected by name; many fail the run."""
        self.run.without_detail += detail is None
        return self._record(self.facts(JsonApiFacts), {"item": item, "detail": detail}, url)

    def _record(self, facts: JsonApiFacts, payload: Item, url: str) -> RawRecord:
        return self.record(compile_path(facts.native_id).search(payload), payload, url)
