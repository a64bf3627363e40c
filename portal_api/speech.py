"""The language one request is answered in.

A page's language is that of its parameter ``lang``, else of the reader's cookie (set when they chose
one), else the one the browser likes best, else English. What is for programs is always English.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs

from babel import Locale
from markupsafe import Markup
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.translations import LANGUAGES, Translator, accepted_language, translator
from portal_api.audience import is_for_programs

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "portal"
COOKIE = "lang"
COOKIE_AGE_S = 365 * 24 * 3600
_spoken: ContextVar[Translator | None] = ContextVar("spoken", default=None)


def _translator(language: str) -> Translator:
    return translator(LOCALE, DOMAIN, language)


@cache
def _english() -> Translator:
    return _translator("en")


def _current() -> Translator:
    return _spoken.get() or _english()


def language() -> str:
    """Return the language spoken now, ISO 639-1."""
    return _current().language


def locale() -> Locale:
    """Return the locale spoken now; English is Europe's, with days before months."""
    return _locale(language())


@cache
def _locale(language: str) -> Locale:
    return Locale("en", "GB") if language == "en" else Locale(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for a while."""
    token = _spoken.set(_translator(language))
    try:
        yield
    finally:
        _spoken.reset(token)


def say(text: str, **values: object) -> str:
    """Return a text in the language spoken, its ``%(name)s`` filled in."""
    said = _current().gettext(text)
    return said % values if values else said


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """Return the text that goes with a number, ``%(num)s`` and other names filled in."""
    return _current().ngettext(one, many, number) % {"num": number, **values}


def N_(text: str) -> str:
    """Mark a text for translation and return it as it is."""
    return text


def marked(text: str, **values: object) -> Markup:
    """Return a text in the language spoken as HTML, what is filled in escaped: for templates.

    Jinja's own gettext makes a context of its own at each call, which was a tenth of a page's time.
    """
    said = _marked(_current().language, text)
    return said % values if values else said


def marked_by_number(one: str, many: str, num: int, **values: object) -> Markup:
    """Return the text that goes with a number as HTML, what is filled in escaped: for templates."""
    return _marked_by_number(_current().language, one, many, num) % {"num": num, **values}


@cache
def _marked(language: str, text: str) -> Markup:
    return Markup(_translator(language).gettext(text))


@lru_cache(2048)
def _marked_by_number(language: str, one: str, many: str, num: int) -> Markup:
    return Markup(_translator(language).ngettext(one, many, num))


class Spoken:
    """Choose the language of every page of ``app``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        for known in LANGUAGES:
            _translator(known)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or is_for_programs(scope["path"]):
            await self._app(scope, receive, send)
            return
        asked = _asked(scope)
        headers = Headers(scope=scope)
        chosen = asked or _kept(headers) or accepted_language(headers.get("accept-language", "")) or "en"

        async def send_in_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.add_vary_header("Accept-Language, Cookie")
                if asked:
                    cookie = f"{COOKIE}={asked}; Max-Age={COOKIE_AGE_S}; Path=/; SameSite=Lax; HttpOnly"
                    answer.append("Set-Cookie", cookie)
            await send(message)

        with speaking(chosen):
            await self._app(scope, receive, send_in_language)


def _asked(scope: Scope) -> str | None:
    values = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=None).get("lang", [])
    return values[-1] if values and values[-1] in LANGUAGES else None


def _kept(headers: Headers) -> str | None:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel and morsel.value in LANGUAGES else None
