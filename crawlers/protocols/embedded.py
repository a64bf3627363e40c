"""JSON that stands in a page's HTML: the data a page's own script starts from."""

import json
from typing import Any, Literal
from urllib.parse import unquote

from scrapy.http import Response

from crawlers.spider import RequestFacts, UnexpectedAnswer
from crawlers.walls import wall_of


class Embedded(RequestFacts):
    """Where the JSON stands in the page.

    Attributes:
        after: The characters right before it; the first place counts.
        encoding: ``url`` when it is percent-encoded, and ends with the script.
    """

    after: str
    encoding: Literal["plain", "url"] = "plain"


def embedded_json(response: Response, where: Embedded) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON in a page; what follows it is not read.

    Raises:
        UnexpectedAnswer: The page does not hold it (a wall, or another page now), or it is no JSON.
    """
    try:
        page = response.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnexpectedAnswer(f"not UTF-8: {response.url} ({error.reason} at byte {error.start})") from error
    _, found, rest = page.partition(where.after)
    if not found:
        wall = wall_of(response.body) or "it is built otherwise now"
        raise UnexpectedAnswer(f"no data after {where.after!r} in the page {response.url} ({wall})")
    if where.encoding == "url":
        rest = unquote(rest.partition("</script")[0])
    try:
        value, _ = json.JSONDecoder().raw_decode(rest.lstrip())
    except (ValueError, RecursionError) as error:
        raise UnexpectedAnswer(f"no JSON, or cut short: page {response.url} ({error})") from error
    return value
