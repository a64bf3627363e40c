"""The EU Funding & Tenders search API ("SEDIA"): typed multipart parts, paging in the address."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from pydantic import Field
from scrapy import Request
from scrapy.http import Response

from crawlers.spider import RequestFacts, SourceSpider, UnexpectedAnswer
from normalize.mappers.sedia_record import metadata_of, native_id_of, values
from normalize.record import RawRecord

KEYS: Mapping[str, tuple[str, str]] = {
    "1": ("ccm2Id", ""),
    "2": ("callIdentifier", "prospect-"),
    "8": ("callccm2Id", "cascade-"),
}
"""Record type -> the field that holds the portal's key, and what our native id has before it."""


def _prefix_of(native_id: str) -> str:
    head, dash, _ = native_id.partition("-")
    return f"{head}{dash}" if head in ("prospect", "cascade") else ""


class Query(RequestFacts):
    """One query a record type: only with a unique sort key do pages neither overlap nor lose rows."""

    type: str
    sort: str


class SediaFacts(RequestFacts):
    """The ``request`` table of a SEDIA source."""

    api_key: str
    page_size: int = Field(ge=1, le=100)  # more is silently cut to 100, and pages would be skipped
    language: str
    datasource: str
    statuses: tuple[str, ...]
    queries: tuple[Query, ...]


class SediaSpider(SourceSpider):
    """Asks page after page of each record type; the JSON parts are each typed, or the API says 500."""

    facts_model = SediaFacts

    async def start(self) -> AsyncIterator[Request]:
        """Ask the first page of every record type."""
        facts = self.facts(SediaFacts)
        self.run.reported_total = 0
        for query in facts.queries:
            if self.run.only and not self._keys(query):
                continue
            yield self._page(facts, query, 1)

    def _keys(self, query: Query) -> list[str]:
        """Return the portal's own keys of the calls of a type that are asked for."""
        prefix = KEYS[query.type][1]
        return sorted(key.removeprefix(prefix) for key in self.run.only if _prefix_of(key) == prefix)

    def _page(self, facts: SediaFacts, query: Query, number: int, total: int | None = None) -> Request:
        # Paging stands in the address; in the body it is ignored.
        address = {"apiKey": facts.api_key, "text": "***", "pageSize": facts.page_size, "pageNumber": number}
        must: list[dict[str, Any]] = [
            {"terms": {"type": [query.type]}},
            {"terms": {"status": list(facts.statuses)}},
            {"term": {"DATASOURCE": facts.datasource}},
        ]
        if self.run.only:
            must.append({"terms": {KEYS[query.type][0]: self._keys(query)}})
        body, content_type = multipart(
            {
                "query": {"bool": {"must": must}},
                "languages": [facts.language],
                "sort": {"field": query.sort, "order": "ASC"},
            }
        )
        return Request(
            f"{self.source.url}?{urlencode(address, safe='*')}",
            method="POST",
            headers={"Content-Type": content_type, "Accept": "application/json"},
            body=body,
            callback=self.parse_page,
            errback=self.failed,
            cb_kwargs={"query": query, "number": number, "total": total},
        )

    def parse_page(
        self, response: Response, query: Query, number: int, total: int | None
    ) -> Iterator[RawRecord | Request]:
        """Yield a page's records and ask for the next; a wrong shape ends the type with a problem."""
        facts = self.facts(SediaFacts)
        try:
            answer = self.json_of(response)
            results, now_total = self._check(answer, query, number, total)
            if results:
                self.refuse_repetition(query.type, (result.get("reference") for result in results), response)
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        if number == 1:
            self.run.reported_total = (self.run.reported_total or 0) + now_total
        self.run.rows += len(results)
        for result in results:
            yield self.record(native_id_of(result), result, response.url)
        if results and number * facts.page_size < now_total:
            yield self._page(facts, query, number + 1, now_total)

    def _check(
        self,
        answer: Any,  # noqa: ANN401 - JSON
        query: Query,
        number: int,
        total: int | None,
    ) -> tuple[list[dict[str, Any]], int]:
        where = f"type {query.type}, page {number}"
        results = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
            raise UnexpectedAnswer(f"{where}: no `results` list")
        now_total = answer.get("totalResults")
        if not isinstance(now_total, int):
            raise UnexpectedAnswer(f"{where}: no `totalResults`")
        if now_total and not results and number == 1:
            raise UnexpectedAnswer(f"{where}: {now_total} results promised, none came")
        if total is not None and abs(now_total - total) > max(1, total // 50):
            raise UnexpectedAnswer(f"{where}: total moved from {total} to {now_total} between pages")
        for result in results:
            self._check_filters(result, query, where)
        return results, now_total

    def _check_filters(self, result: dict[str, Any], query: Query, where: str) -> None:
        """A JSON body answers 200 with every filter ignored (recorded): never trust that they worked."""
        facts = self.facts(SediaFacts)
        said = metadata_of(result)
        asked = {
            "type": {query.type},
            "status": set(facts.statuses),
            "DATASOURCE": {facts.datasource},
            "language": {facts.language},
        }
        if self.run.only:
            asked[KEYS[query.type][0]] = set(self._keys(query))
        for key, wanted in asked.items():
            came = values(said, key) or values(result, key)
            if not wanted & set(came):
                raise UnexpectedAnswer(
                    f"{where}: filters ignored, {key} {came} came, {sorted(wanted)} was asked"
                )


def multipart(parts: dict[str, Any]) -> tuple[bytes, str]:
    """Return a multipart/form-data body of JSON parts, each with its own type (RFC 7578), and its header.

    The boundary comes from the content: the same query is the same bytes every night.
    """
    texts = {name: json.dumps(value, separators=(",", ":")) for name, value in parts.items()}
    boundary = f"portal-{sha256(repr(texts).encode()).hexdigest()[:24]}"
    pieces = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n'
        f"Content-Type: application/json\r\n\r\n{text}\r\n"
        for name, text in texts.items()
    ]
    return ("".join(pieces) + f"--{boundary}--\r\n").encode(), f"multipart/form-data; boundary={boundary}"
