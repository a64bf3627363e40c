"""WordPress REST: a bare array of posts, 100 a page, the total in a header.

Source: WordPress REST API handbook, "Pagination"; recorded answers of two regional sites.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response

from crawlers.spider import RequestFacts, SourceSpider, UnexpectedAnswer
from normalize.record import RawRecord

PAGE = 100
"""More is refused with 400 ``rest_invalid_param``."""
PAST_THE_END = "rest_post_invalid_page_number"


class WordPressFacts(RequestFacts):
    """The ``request`` table: the post type's ``rest_base``, and filters such as ``categories``."""

    rest_base: str
    params: Mapping[str, str] = {}


class WordPressSpider(SourceSpider):
    """Pages through the posts of one type, oldest first, so that new ones do not move the pages."""

    facts_model = WordPressFacts

    async def start(self) -> AsyncIterator[Request]:
        """Ask the first page."""
        yield self._page(1)

    def _page(self, number: int) -> Request:
        facts = self.facts(WordPressFacts)
        params = {**facts.params, "per_page": PAGE, "page": number, "orderby": "id", "order": "asc"}
        url = f"{self.source.url.rstrip('/')}/wp-json/wp/v2/{facts.rest_base}?{urlencode(params)}"
        return Request(
            url,
            callback=self.parse_page,
            errback=self.failed,
            cb_kwargs={"number": number},
            meta={"handle_httpstatus_list": [400]},
        )

    def parse_page(self, response: Response, number: int) -> Iterator[RawRecord | Request]:
        """Yield a page's posts and ask for the next; "no such page" after a full one is the end."""
        try:
            posts = self._posts(response, number)
        except UnexpectedAnswer as error:
            self.run.problem(str(error))
            return
        self.run.rows += len(posts)
        for post in posts:
            yield self.record(post.get("id"), post, response.url)
        total, pages = _stated(response, "X-WP-Total"), _stated(response, "X-WP-TotalPages")
        if total is not None:
            self.run.reported_total = total
        if len(posts) == PAGE if pages is None else number < pages:
            yield self._page(number + 1)

    def _posts(self, response: Response, number: int) -> list[dict[str, object]]:
        answer = self.json_of(response)
        if response.status == 400:
            if number > 1 and isinstance(answer, dict) and answer.get("code") == PAST_THE_END:
                return []
            raise UnexpectedAnswer(f"HTTP 400: {response.url} ({json.dumps(answer)[:200]})")
        if not isinstance(answer, list) or not all(isinstance(post, dict) for post in answer):
            raise UnexpectedAnswer(f"no list of posts: {response.url}")
        self.refuse_repetition("", (post.get("id") for post in answer), response)
        return answer


def _stated(response: Response, header: str) -> int | None:
    value = (response.headers.get(header) or b"").decode("latin-1")
    return int(value) if value.isdecimal() else None
