"""What the pages of subscriptions share: links, words, quotas, and how a page is made."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import FormData

from digest.languages import LANGUAGES, translator
from digest.links import Links
from digest.office import open_links, open_renderer
from digest.rendering import Renderer
from digest.wording import Wording
from portal_api.state import Portal
from portal_api.subscriptions.shelves import Shelves

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
"""A link is a key: it must not stay in caches, be passed on as referrer, or be found by search."""


class Office:
    """What these pages hold between requests.

    Attributes:
        limiter: Counts questions of a client and to an address; in this process.
    """

    def __init__(self, portal: Portal) -> None:
        self.links: Links = open_links(portal.settings)
        self.renderer: Renderer = open_renderer(portal.settings, portal.sources, portal.taxonomy)
        self.shelves = Shelves()
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    def allow(self, item: RateLimitItem, *names: str) -> bool:
        """Count one more; False beyond the quota."""
        return bool(self.limiter.hit(item, *names))


def office_of(request: Request) -> Office:
    """Return the office of the running portal."""
    office: Office = request.app.state.subscriptions
    return office


OfficeDep = Annotated[Office, Depends(office_of)]


async def _form(request: Request) -> FormData:
    return await request.form(max_files=0, max_fields=200)


FormDep = Annotated[FormData, Depends(_form)]


def language_of(request: Request) -> str:
    """Return the first language of the browser that mail is written in."""
    for part in request.headers.get("accept-language", "").split(",")[:10]:
        language = part.strip()[:2].lower()
        if language in LANGUAGES:
            return language
    return "en"


def render(
    request: Request, name: str, words: Wording, context: dict[str, Any], status: int = 200
) -> Response:
    """Return a page of the subscriptions in the words of a language; never kept by a cache."""
    say = translator(words.language)
    whole = {
        **context,
        "say": say.gettext,
        "counted": words.counted,
        "words": words,
        "speech": words.language,
        "languages": LANGUAGES,
    }
    page: Response = request.app.state.templates.TemplateResponse(
        request, f"subscriptions/{name}", whole, status_code=status, headers=PRIVATE
    )
    return page
