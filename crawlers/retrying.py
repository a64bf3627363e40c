"""Retries that wait as long as the server asks."""

import asyncio
from datetime import datetime
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response

from crawlers.run import utc_now

LONGEST_WAIT_S = 120.0
"""A server that asks for more is left alone until tomorrow: the retry comes and fails."""
FIRST_WAIT_S = 0.5


class PatientRetryMiddleware(RetryMiddleware):
    """Obeys ``Retry-After`` (RFC 9110, section 10.2.3); else waits twice as long each time."""

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]  # Scrapy awaits it
        """Return the answer, or after the wait the request once more."""
        again = super().process_response(request, response)
        if isinstance(again, Request):
            await self._wait(again, (response.headers.get("Retry-After") or b"").decode("ascii", "replace"))
        return again

    async def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:  # type: ignore[override]  # Scrapy awaits it
        """Return the request once more after the wait, None when that was often enough."""
        again = super().process_exception(request, exception)
        if isinstance(again, Request):
            await self._wait(again, "")
        return again

    async def _wait(self, again: Request, asked: str) -> None:
        first = self.crawler.settings.getfloat("PORTAL_FIRST_WAIT_S", FIRST_WAIT_S)
        await asyncio.sleep(wait_s(asked, int(again.meta.get("retry_times", 1)), first, utc_now()))


def wait_s(asked: str, times: int, first_s: float, now: datetime) -> float:
    """Return how many seconds to wait before try number ``times`` + 1.

    Args:
        asked: The answer's ``Retry-After``, seconds or an HTTP date; empty without one.
        times: Tries so far, from 1.
        first_s: Seconds to wait after the first try when the server asked for nothing.
        now: The moment, UTC.
    """
    asked = asked.strip()
    if asked.isdecimal():
        return min(float(asked), LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return float(min(first_s * 2 ** (times - 1), LONGEST_WAIT_S))
    if until.tzinfo is None:
        until = until.replace(tzinfo=now.tzinfo)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT_S)
