"""What goes wrong with sources, each as a server that does it, with the words the house must find."""

import gzip
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jobs.demo.server import Asked
from jobs.demo.wires import Answer, as_json
from tests.scenarios.agency import Records, Reply, always, changed, copies, pages, records, renamed

MEBIBYTE = 1024 * 1024
_OF_A_GIGABYTE = (("Content-Length", str(1024 * MEBIBYTE)),)
LANGUAGES = tuple(f"language {number}" for number in range(24))


@dataclass(frozen=True, slots=True)
class Spoiled:
    """One way to break.

    Attributes:
        name: As the table prints it.
        reply: Makes the server.
        words: What the run must say; empty where nothing is wrong and nothing may change.
    """

    name: str
    reply: Callable[[], Reply]
    words: str = ""


def _half() -> Reply:
    return pages(records()[:20])


def _thin() -> Reply:
    return pages(
        [record | {"closes": None if number % 4 else record["closes"]} for number, record in _numbered()]
    )


def _numbered() -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(records()))


def _html(text: str, status: int = 200) -> Reply:
    return always(Answer(text.encode(), status, media_type="text/html"))


def _busy(times: int) -> Reply:
    good, left = pages(records()), [times]

    def reply(asked: Asked) -> Answer:
        if asked.path == "/calls" and left[0]:
            left[0] -= 1
            return Answer(b"", 429, headers=(("Retry-After", "1"),))
        return good(asked)

    return reply


def _sent_to(address: str) -> Reply:
    return always(Answer(b"", 302, headers=(("Location", address),)))


def _in_circles() -> Reply:
    def reply(asked: Asked) -> Answer:
        if asked.origin.endswith("/robots.txt"):
            return as_json({}, 404)
        return Answer(b"", 302, headers=(("Location", f"/api/calls?{len(asked.params)}"),))

    return reply


def _packed(body: bytes, cut: int = 0) -> Reply:
    packed = gzip.compress(body)
    return always(Answer(packed[: len(packed) - cut], headers=(("Content-Encoding", "gzip"),)))


def _endless() -> Reply:
    def reply(asked: Asked) -> Answer:
        if asked.origin.endswith("/robots.txt"):
            return as_json({}, 404)
        return as_json({"calls": records()[:10], "total": 100_000})

    return reply


def _noise() -> Reply:
    chance = random.Random(7)
    noisy: Records = []
    for record in records():
        text = record["text"].replace("&amp;", "&#38;").replace(" ", "\r\n", 1)
        keys = list((record | {"text": text, "name": f" {record['name']}\r\n"}).items())
        chance.shuffle(keys)
        noisy.append(dict(keys))
    chance.shuffle(noisy)
    return pages(noisy)


def _overlap() -> Reply:
    """Pages of 10 that each begin 5 after the last, as many records as promised: half are never shown."""

    def reply(asked: Asked) -> Answer:
        if asked.origin.endswith("/robots.txt"):
            return as_json({}, 404)
        number = int(asked.params.get("page", "1")) - 1
        page = records()[number * 5 : number * 5 + 10] if number < 4 else []
        return as_json({"calls": page, "total": 40})

    return reply


SPOILED = (
    Spoiled("nothing new", lambda: pages(records())),
    Spoiled(r"\r\n, entities, order of keys and records", _noise),
    Spoiled("an empty 200", lambda: always(Answer(b"")), "empty answer"),
    Spoiled("an empty list", lambda: pages([]), "not one record came"),
    Spoiled("half the records", _half, "20 calls, the last healthy run had 40: too many gone at once"),
    Spoiled("deadlines collapsed", _thin, "only 25% of the calls have deadlines, 100% had it"),
    Spoiled("a renamed field", lambda: pages(renamed("closes", "end_date")),
            "its records no longer have `closes`; new are `end_date`"),
    Spoiled("a renamed key", lambda: pages(renamed("id", "reference")),
            "have no native id: was its field renamed?"),
    Spoiled("dates of another form", lambda: pages(changed(closes="1st of March")),
            "100% of the records rejected"),
    Spoiled("a new word everywhere", lambda: pages(changed(who="Start-up")),
            "100% of the records rejected"),
    Spoiled("a login page", lambda: _html('<form><input name="user"><input type="password"></form>'),
            "a login page"),
    Spoiled("a bot wall", lambda: _html("<title>Just a moment...</title>", 403),
            "HTTP 403 (a bot wall (Cloudflare))"),
    Spoiled("500 for an hour", lambda: always(Answer(b"", 500)), "HTTP 500"),
    Spoiled("429, then well", lambda: _busy(2)),
    Spoiled("429 for ever", lambda: _busy(10_000), "HTTP 429"),
    Spoiled("sent to 127.0.0.1", lambda: _sent_to("http://127.0.0.1:9/latest"), "a private address"),
    Spoiled("sent to 169.254.169.254", lambda: _sent_to("http://169.254.169.254/latest"),
            "a private address"),
    Spoiled("sent to [::1]", lambda: _sent_to("http://[::1]/latest"), "a private address"),
    Spoiled("sent in circles", _in_circles, "could not fetch"),
    Spoiled("a truncated gzip", lambda: _packed(b'{"calls": [' + b" " * 5000, cut=9),
            "no JSON, or cut short"),
    Spoiled("a gzip bomb of 64 MiB", lambda: _packed(b" " * 64 * MEBIBYTE), "could not fetch"),
    Spoiled("a body of 1 GB", lambda: always(Answer(b"[", headers=_OF_A_GIGABYTE)), "could not fetch"),
    Spoiled("pages without end", _endless, "the pages repeat"),
    Spoiled("pages that overlap", _overlap, "only 25 different ones, 40 promised: its pages overlap"),
    Spoiled("each record in 24 languages", lambda: pages(copies(LANGUAGES), size=240),
            "960 records came, only 40 different ones"),
    Spoiled("a list cut short", lambda: pages(records()[:30], total=40), "40 records promised, 30 came"),
)  # fmt: skip

FEED = (
    b'<?xml version="1.0" encoding="UTF-8"?>%s<rss version="2.0">'
    b"<channel><title>Agency</title>%s</channel></rss>"
)
ITEM = (
    b"<item><title>Support for hydrogen, round %d</title><link>https://agency.example/%d</link>"
    b"<description>Apply by 1 March 2027</description></item>"
)


def feed(prolog: bytes = b"", extra: bytes = b"") -> Reply:
    """Return a server of the agency's feed."""
    items = b"".join(ITEM % (number, number) for number in range(1, 21))
    return always(Answer(FEED % (prolog, items + extra), media_type="application/rss+xml"))


_BILLION = (
    b'<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
)
SPOILED_FEEDS = (
    Spoiled("a feed as before", feed),
    Spoiled("a feed with entities that multiply", lambda: feed(_BILLION, b"<item><title>&c;</title></item>"),
            "a DTD or entities"),
    Spoiled("a feed with an outer DTD", lambda: feed(b'<!DOCTYPE rss SYSTEM "http://169.254.169.254/dtd">'),
            "a DTD or entities"),
    Spoiled("a feed cut short", lambda: always(Answer((FEED % (b"", ITEM % (1, 1)))[:150])), "broken feed"),
    Spoiled("a login page instead of a feed", lambda: _html('<input type="password">'), "a login page"),
)  # fmt: skip
