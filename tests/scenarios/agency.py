"""An agency of the tests' own: a JSON list of calls, an entry that reads it, and a server that spoils it."""

from collections.abc import Callable, Sequence
from typing import Any

from config.sources import Expect, Source
from jobs.demo.server import Asked
from jobs.demo.wires import Answer, as_json

SIZE = 10
COUNT = 40
Records = list[dict[str, Any]]
Reply = Callable[[Asked], Answer]


def records(count: int = COUNT) -> Records:
    """Return the agency's calls as it prints them on a good day."""
    return [
        {
            "id": f"C-{number:03}",
            "name": f"Support for hydrogen valleys, round {number}",
            "text": "<p>Grants for pilot lines of electrolysers &amp; storage.</p>",
            "closes": f"2027-03-{number % 28 + 1:02}",
            "who": "SME",
            "web": f"https://agency.example/calls/{number}",
        }
        for number in range(1, count + 1)
    ]


def entry(origin: str) -> Source:
    """Return the agency's entry, as `sources.toml` would hold it."""
    return Source(
        id="xx_agency",
        title="Agency of the scenarios",
        publisher="Example agency",
        level="national",
        country="BE",
        timezone="Europe/Brussels",
        language="en",
        licence="CC0",
        text_policy="full",
        evidence="code",
        homepage="https://agency.example",
        protocol="json_api",
        url=f"{origin}/api",
        schedule="15 4 * * *",
        delay_s=0,
        request={
            "path": "/calls",
            "items": "calls",
            "total": "total",
            "native_id": "id",
            "paging": {"style": "page", "param": "page", "first": 1},
        },
        fields={
            "native_id": "id",
            "title": "name",
            "description": "text",
            "deadlines": "[closes]",
            "applicants": "[who]",
            "url": "web",
        },
        ignore=("lang",),
        date_formats=("%Y-%m-%d",),
        lookups={"applicants": {"SME": "sme"}},
        expect=Expect(min_records=15, max_reject_ratio=0.1, withdraw_after_runs=2),
    )


def feed_entry(origin: str) -> Source:
    """Return the entry of the agency's feed."""
    return entry(origin).model_copy(
        update={
            "id": "xx_feed",
            "protocol": "feed",
            "url": f"{origin}/feed",
            "request": {"feeds": ("calls",), "path": "/{feed}.xml"},
            "fields": {"native_id": "link", "title": "title", "description": "description", "url": "link"},
        }
    )


def pages(calls: Records, *, total: int | None = None, size: int = SIZE) -> Reply:
    """Return a server of the list, page after page."""

    def reply(asked: Asked) -> Answer:
        if asked.origin.endswith("/robots.txt"):
            return as_json({}, 404)
        start = (int(asked.params.get("page", "1")) - 1) * size
        page = calls[start : start + size]
        return as_json({"calls": page, "total": len(calls) if total is None else total})

    return reply


def always(answer: Answer) -> Reply:
    """Return a server that gives one answer to everything but robots.txt."""
    return lambda asked: as_json({}, 404) if asked.origin.endswith("/robots.txt") else answer


def changed(**changes: Any) -> Records:  # noqa: ANN401 - any value of the list
    """Return the good day's records with some values of each replaced."""
    return [record | changes for record in records()]


def renamed(old: str, new: str) -> Records:
    """Return the good day's records with one key under another name."""
    return [{new if key == old else key: value for key, value in record.items()} for record in records()]


def copies(languages: Sequence[str]) -> Records:
    """Return each record once a language, as some interfaces do when nobody asks for one."""
    return [record | {"lang": language} for record in records() for language in languages]
