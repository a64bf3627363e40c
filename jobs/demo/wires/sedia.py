"""The EU Funding & Tenders search API as it really behaves."""

import json
from collections.abc import Iterable
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from jobs.demo.wires.message import Answer, Asked, Record, Samples, json_answer, not_found, records_in

PATH = "/search-api/prod/rest/search"
PAGE_MAX = 100
WINDOW = 10_000


class Malformed(ValueError):
    """A query the real API answers with HTTP 500."""


class SediaWire:
    """Filters, sorts and pages hits. Paging counts in the address only; untyped parts are HTTP 500."""

    def __init__(self, samples: Samples) -> None:
        self._records = records_in(samples)

    def answer(self, asked: Asked) -> Answer:
        """Answer a search."""
        if asked.path != PATH:
            return not_found()
        if asked.method != "POST":
            return json_answer({"type": "businessError", "message": "Method not allowed"}, 405)
        try:
            parts = _parts(asked)
            found = [record for record in self._records if _wanted(record, parts)]
            sort = parts.get("sort")
            if sort:
                found.sort(key=lambda record: _sort_key(record, sort), reverse=_is_descending(sort))
        except Malformed:
            return json_answer({"type": "throwable", "message": "An internal error occurred"}, 500)
        return json_answer(_envelope(asked, found, sort))


def _parts(asked: Asked) -> dict[str, Any]:
    """Return the multipart's JSON parts by name; a JSON body is taken and ignored, as recorded in 2026."""
    content_type = asked.headers.get("content-type", "")
    if content_type.startswith("application/json"):
        return {}
    if not content_type.startswith("multipart/form-data"):
        raise Malformed(content_type)
    message = BytesParser(policy=HTTP).parsebytes(
        f"Content-Type: {content_type}\r\n\r\n".encode() + asked.body
    )
    parts: dict[str, Any] = {}
    for part in message.iter_parts():
        if part.get_content_type() != "application/json":
            raise Malformed("untyped part")
        name = str(part.get_param("name", header="content-disposition"))
        try:
            parts[name] = json.loads(part.get_payload(decode=True))
        except ValueError as error:
            raise Malformed(name) from error
    return parts


def _wanted(record: Record, parts: dict[str, Any]) -> bool:
    languages = parts.get("languages")
    if languages and record.get("language") not in languages:
        return False
    clauses = parts.get("query", {}).get("bool", {})
    musts = (_holds(record, clause) for clause in clauses.get("must", []))
    nots = (_holds(record, clause) for clause in clauses.get("must_not", []))
    return all(musts) and not any(nots)


def _holds(record: Record, clause: dict[str, Any]) -> bool:
    kind, condition = _only(clause.items())
    name, wanted = _only(condition.items())
    if kind == "term":
        wanted = [wanted]
    elif kind != "terms":
        raise Malformed(kind)
    return bool({str(value) for value in wanted} & set(_values(record, name)))


def _only(pairs: Iterable[tuple[str, Any]]) -> tuple[str, Any]:
    found = list(pairs)
    if len(found) != 1:
        raise Malformed("one key is needed")
    return found[0]


def _values(record: Record, name: str) -> list[str]:
    holder = record.get("metadata") or record
    value = holder.get(name)
    return [str(item) for item in value] if isinstance(value, list) else [str(value)] if value else []


def _sort_key(record: Record, sort: Any) -> tuple[bool, str]:  # noqa: ANN401 - JSON
    values = _values(record, (sort[0] if isinstance(sort, list) else sort)["field"])
    return (not values, values[0] if values else "")


def _is_descending(sort: Any) -> bool:  # noqa: ANN401 - JSON
    return bool((sort[0] if isinstance(sort, list) else sort).get("order") == "DESC")


def _envelope(asked: Asked, found: list[Record], sort: Any) -> Record:  # noqa: ANN401 - JSON
    size = min(asked.number("pageSize", 10), PAGE_MAX)
    page = max(asked.number("pageNumber", 1), 1)
    return {
        "apiVersion": "2.155",
        "terms": asked.param("text"),
        "responseTime": 41,
        "totalResults": len(found),
        "pageNumber": page,
        "pageSize": size,
        "sort": f"[{sort['field']}:{sort.get('order', 'ASC')}]" if isinstance(sort, dict) else "relevance",
        "groupByField": "sortStatus",
        "queryLanguage": {"language": "en", "probability": 0.0},
        "spellingSuggestion": "",
        "bestBets": [],
        "results": found[:WINDOW][(page - 1) * size : page * size],
    }
