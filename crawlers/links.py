"""`python -m crawlers.links`: look whether the pages of open calls are still there; nothing is kept of them.

Same manners as a harvest: own name, robots.txt obeyed, one request at a time to a host and a pause
between two, no private addresses. A page is asked for with HEAD, and with GET where a server does not
know HEAD.
"""

import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from config.settings import Settings
from crawlers.addresses import ForbiddenAddress, RefusedHosts
from crawlers.configuration import user_agent
from store.database import open_database
from store.link_checks import LinkCheck, note_checks, pages_to_check

_ASK_AGAIN = (403, 404, 405, 406, 500, 501, 503)
"""Answers to HEAD that say little: some servers give them only because they do not know HEAD."""
_ERRORS = list(range(400, 600))
PAGE_MAX_BYTES = 2 * 1024 * 1024
BATCH = 50


class LinkSpider(Spider):
    """Looks at pages and notes what answered."""

    name = "links"

    def __init__(self, pages: Sequence[tuple[str, str]], checks: list[LinkCheck], **kwargs: Any) -> None:  # noqa: ANN401 - Scrapy's own
        super().__init__(**kwargs)
        self._pages = pages
        self._checks = checks

    async def start(self) -> AsyncIterator[Request]:
        """Ask for every page."""
        for call_id, url in self._pages:
            if url.startswith(("http://", "https://")):
                yield self._asking("HEAD", call_id, url)

    def _asking(self, method: str, call_id: str, url: str) -> Request:
        return Request(
            url,
            method=method,
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"call_id": call_id, "page": url},
            meta={"handle_httpstatus_list": _ERRORS},  # not those that lead elsewhere: they are followed
            dont_filter=True,
        )

    def parse(self, response: Response, call_id: str, page: str) -> Any:  # noqa: ANN401 - Scrapy's own
        """Note the answer; ask once more with GET where HEAD may not be known."""
        method = response.request.method if response.request else "GET"
        if method == "HEAD" and response.status in _ASK_AGAIN:
            return self._asking("GET", call_id, page)
        self._checks.append(LinkCheck(call_id, page, response.status, ""))
        return None

    def failed(self, failure: Failure) -> None:
        """Note that nothing answered; a page robots.txt keeps us from says nothing."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        if isinstance(failure.value, IgnoreRequest) and not isinstance(failure.value, ForbiddenAddress):
            return
        facts = request.cb_kwargs
        self._checks.append(LinkCheck(facts["call_id"], facts["page"], 0, failure.getErrorMessage()))


def link_settings(settings: Settings) -> dict[str, Any]:
    """Return Scrapy's settings for looking at pages; those of a harvest where they are the same."""
    return {
        "PORTAL_ALLOW_HOSTS": list(settings.allow_hosts),
        "PORTAL_REFUSED_HOSTS": RefusedHosts(),
        # Both open a port that runs Python for whoever reaches it; on by default.
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "USER_AGENT": user_agent(settings),
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0.0 if settings.sample_origin else 2.0,
        "DOWNLOAD_MAXSIZE": PAGE_MAX_BYTES,
        "DOWNLOAD_TIMEOUT": 30,
        "RETRY_TIMES": 1,
        "TWISTED_DNS_RESOLVER": "crawlers.addresses.PublicResolver",
        "DOWNLOADER_MIDDLEWARES": {
            "crawlers.addresses.AddressMiddleware": 50,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawlers.robots.RobotsMiddleware": 100,
        },
        "COOKIES_ENABLED": False,
        "LOG_LEVEL": "WARNING",
    }


def main() -> int:
    """Look at every page; exit code 0 also when some are gone: that is a finding, not a fault."""
    settings = Settings()
    db = open_database(settings)
    checks: list[LinkCheck] = []
    process = AsyncCrawlerProcess(link_settings(settings))
    process.crawl(
        process.create_crawler(LinkSpider), pages=pages_to_check(db, datetime.now(UTC)), checks=checks
    )
    process.start()
    for start in range(0, len(checks), BATCH):
        note_checks(db, checks[start : start + BATCH], datetime.now(UTC))
    db.close()
    gone = sum(not check.is_good for check in checks)
    sys.stdout.write(f"{len(checks)} pages looked at, {gone} not there\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
