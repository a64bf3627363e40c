"""Conditional requests, without the HTTP cache's habit of hiding a server that is down."""

from scrapy import Request
from scrapy.downloadermiddlewares.httpcache import HttpCacheMiddleware
from scrapy.extensions.httpcache import RFC2616Policy
from scrapy.http import Response


class ConditionalPolicy(RFC2616Policy):
    """Keeps pages for their validators; a stored page answers only where the server says 304."""

    def should_cache_request(self, request: Request) -> bool:
        """Keep plain GETs only.

        A POST is not conditional (RFC 9110, section 13.1), and the storage writes a request's headers
        to disk, where a token has no business.
        """
        return (
            request.method == "GET"
            and "Authorization" not in request.headers
            and super().should_cache_request(request)
        )

    def should_cache_response(self, response: Response, request: Request) -> bool:
        """Keep good answers only: a redirect or an error is asked anew every night."""
        return response.status == 200 and super().should_cache_response(response, request)

    def is_cached_response_valid(
        self, cachedresponse: Response, response: Response, request: Request
    ) -> bool:
        """Tell whether the server said 304. Scrapy's own says yes to a 5xx: a dead source would look well."""
        return response.status == 304


class ConditionalCache(HttpCacheMiddleware):
    """The HTTP cache, silent about a server that cannot be reached."""

    def process_exception(self, request: Request, exception: Exception) -> None:  # type: ignore[override]  # it never answers
        """Leave a failed download failed. Scrapy's own answers with last night's page."""
        request.meta.pop("cached_response", None)
