"""robots.txt, obeyed by every request, also by those that wait for it together."""

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, whose waiting requests share one Deferred.

    On asyncio each waiter takes the Deferred's result away from the next (Scrapy 2.19), so that all but
    the first two requests to a host were let through unread. Looked up is what was read, not what the
    wait returns.
    """

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return what a request's host says; None when it says nothing or cannot be asked."""
        await super().robot_parser(request)
        parser = self._parsers[urlparse_cached(request).netloc]
        return None if isinstance(parser, Deferred) else parser
