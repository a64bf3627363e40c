"""How each protocol answers; the facts are those of the sources' recorded answers and documentation."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from config.sources import Source

if TYPE_CHECKING:
    from jobs.demo.server import Asked

TOKEN = "token-of-the-sample-server"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over the wire."""

    body: bytes
    status: int = 200
    media_type: str = "application/json;charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Samples:
    """One source's records, or its feeds by name."""

    source: Source
    records: list[dict[str, Any]]
    feeds: Mapping[str, bytes]

    @classmethod
    def load(cls, source: Source, folder: Path, records: list[dict[str, Any]] | None) -> Self:
        """Read the folder, or take the records given."""
        file = folder / "records.json"
        if records is None and file.exists():
            records = json.loads(file.read_text("utf-8"))
        feeds = {path.stem: path.read_bytes() for path in sorted((folder / "feeds").glob("*.xml"))}
        return cls(source, records or [], feeds)


def answer(samples: Samples, asked: "Asked") -> Answer:
    """Answer one request as the source would."""
    root = urlsplit(samples.source.url).path.rstrip("/")
    if not asked.path.startswith(root):
        return not_found()
    source = samples.source
    wire = _WIRES.get(source.id) if source.protocol == "json_api" else _WIRES[source.protocol]
    return (wire or _open_data)(samples, asked, asked.path.removeprefix(root))


def as_json(document: object, status: int = 200) -> Answer:
    """Answer with a JSON document, UTF-8 unescaped as the sources send it."""
    return Answer(json.dumps(document, ensure_ascii=False).encode(), status)


def not_found() -> Answer:
    """Answer 404."""
    return as_json({"error": "not found"}, 404)


def number_of(params: Mapping[str, str], name: str, default: int) -> int:
    """Read a parameter; what is no number is as if it were not there."""
    text = params.get(name, "")
    return int(text) if text.isdecimal() else default


# --- the EU search API


def _sedia(samples: Samples, asked: "Asked", path: str) -> Answer:
    if asked.method != "POST":
        return Answer(b"", 405)
    size = min(number_of(asked.params, "pageSize", 10), 100)
    number = max(number_of(asked.params, "pageNumber", 1), 1)
    kind = asked.headers.get("content-type", "")
    if kind.startswith("application/json"):
        # Recorded: a JSON body answers 200 with query and languages ignored.
        return _sedia_page(samples.records, number, size)
    parts = _typed_parts(asked.body, kind)
    if parts is None or "query" not in parts:
        return as_json({"type": "throwable", "message": "An internal error occurred"}, 500)
    found = [record for record in samples.records if _matches(record, parts)]
    field = (parts.get("sort") or {}).get("field", "")
    found.sort(key=lambda record: _said(record, field)[:1])
    return _sedia_page(found, number, size)


def _sedia_page(found: list[dict[str, Any]], number: int, size: int) -> Answer:
    page = found[(number - 1) * size : number * size]
    return as_json(
        {
            "apiVersion": "2.155",
            "terms": "***",
            "responseTime": 43,
            "totalResults": len(found),
            "pageNumber": number,
            "pageSize": size,
            "sort": "[identifier:ASC]",
            "groupByField": "sortStatus",
            "queryLanguage": {"language": "en", "probability": 0.0},
            "spellingSuggestion": "",
            "bestBets": [],
            "results": page,
        }
    )


def _typed_parts(body: bytes, content_type: str) -> dict[str, Any] | None:
    """Read the multipart body; None when a part does not say that it is JSON (then the API says 500)."""
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if boundary is None:
        return None
    parts: dict[str, Any] = {}
    for piece in body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, text = piece.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]+)"', head)
        if name is None or b"content-type: application/json" not in head.lower():
            return None
        try:
            parts[name[1].decode()] = json.loads(text)
        except ValueError:
            return None
    return parts


def _matches(record: Mapping[str, Any], parts: Mapping[str, Any]) -> bool:
    if parts.get("languages") and _said(record, "language")[:1] != parts["languages"][:1]:
        return False
    for clause in parts["query"]["bool"]["must"]:
        ((kind, condition),) = clause.items()
        ((field, wanted),) = condition.items()
        values = wanted if kind == "terms" else [wanted]
        if not set(_said(record, field)) & set(values):
            return False
    return True


def _said(record: Mapping[str, Any], field: str) -> list[str]:
    value = (record.get("metadata") or record).get(field) or []
    return value if isinstance(value, list) else [value]


# --- Spain


def _bdns(samples: Samples, asked: "Asked", path: str) -> Answer:
    if asked.params.get("vpd") is None:
        return as_json({"codigo": "ERR_VALIDACION", "error": "vpd"}, 400)
    if path == "/convocatorias/busqueda":
        found = [r["item"] for r in samples.records if _received(r["item"], asked.params)]
        size, number = number_of(asked.params, "pageSize", 50) or 50, number_of(asked.params, "page", 0)
        page = found[number * size : (number + 1) * size]
        pages = -(-len(found) // size)
        envelope = {"totalElements": len(found), "totalPages": pages, "size": size, "number": number}
        return as_json({"content": page, **envelope, "first": number == 0, "last": number + 1 >= pages})
    if path == "/convocatorias":
        wanted = asked.params.get("numConv")
        details = [r["detail"] for r in samples.records if r["item"].get("numeroConvocatoria") == wanted]
        return (
            as_json(details[0]) if details else as_json({"codigo": "ERR_NO_ENCONTRADO", "error": "404"}, 404)
        )
    return not_found()


def _received(item: Mapping[str, Any], params: Mapping[str, str]) -> bool:
    """Both ends of the window belong to it."""
    day = date.fromisoformat(str(item["fechaRecepcion"])[:10])
    return all(
        compare(day, datetime.strptime(params[name], "%d/%m/%Y").date())  # noqa: DTZ007 - a plain day
        for name, compare in (("fechaDesde", date.__ge__), ("fechaHasta", date.__le__))
        if name in params
    )


# --- France, Aides-territoires


def _aides_territoires(samples: Samples, asked: "Asked", path: str) -> Answer:
    if path == "/connexion/":
        if asked.method != "POST" or not asked.headers.get("x-auth-token"):
            return as_json({"message": "An authentication exception occurred."}, 401)
        return as_json({"token": TOKEN})
    if asked.headers.get("authorization") != f"Bearer {TOKEN}":
        return as_json({"code": 401, "message": "JWT Token not found"}, 401)
    if path != "/aids/":
        return not_found()
    size = min(number_of(asked.params, "itemsPerPage", 50) or 50, 100)
    number = max(number_of(asked.params, "page", 1), 1)

    def link(there: int) -> str | None:
        exists = 0 < there <= -(-len(samples.records) // size)
        return f"{asked.origin}{asked.path}?itemsPerPage={size}&page={there}" if exists else None

    page = samples.records[(number - 1) * size : number * size]
    around = {"previous": link(number - 1), "next": link(number + 1)}
    return as_json({"count": len(samples.records), **around, "results": page})


# --- Portugal


def _portugal(samples: Samples, asked: "Asked", path: str) -> Answer:
    if asked.method != "POST" or path != "/query":
        return not_found()
    form = {key: values[-1] for key, values in parse_qs(asked.body.decode()).items()}
    state, number = form.get("estadoAvisoId"), number_of(form, "page", 0)
    found = [record for record in samples.records if str(record["estadoAvisoId"]) == state]
    page = found[number * 5 : number * 5 + 5]
    if not page:
        return as_json({"code": 404, "info": "No data found"})
    return as_json({"avisos": [_without_state(record) for record in page], "status": 201})


def _without_state(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "estadoAvisoId"}


# --- OpenDataSoft, feeds


def _opendatasoft(samples: Samples, asked: "Asked", path: str) -> Answer:
    dataset = str(samples.source.request["dataset"])
    path = unquote(path)
    if path == f"/api/explore/v2.1/catalog/datasets/{dataset}/exports/json":
        return as_json(samples.records)
    if path != f"/api/explore/v2.1/catalog/datasets/{dataset}/records":
        return not_found()
    limit, offset = number_of(asked.params, "limit", 10), number_of(asked.params, "offset", 0)
    if limit > 100:
        return _refused("limit", limit, 100)
    if limit + offset > 10_000:
        return _refused("sum of offset + limit", limit + offset, 10_000)
    order = asked.params.get("order_by", "")
    found = sorted(samples.records, key=lambda record: str(record.get(order) or ""))
    return as_json({"total_count": len(found), "results": found[offset : offset + limit]})


def _refused(what: str, value: int, allowed: int) -> Answer:
    words = f"Invalid value for {what} API parameter: {value} was found but <= {allowed} is expected."
    return as_json({"error_code": "InvalidRESTParameterError", "message": words}, 400)


def _feed(samples: Samples, asked: "Asked", path: str) -> Answer:
    name = path.strip("/").partition("/")[0]
    if name not in samples.feeds:
        return not_found()
    return Answer(samples.feeds[name], media_type="application/rss+xml; charset=UTF-8")


def _open_data(samples: Samples, asked: "Asked", path: str) -> Answer:
    from jobs.demo import wires_open_data  # it builds on this module

    wire: Callable[[Samples, Asked, str], Answer] = getattr(wires_open_data, samples.source.protocol)
    return wire(samples, asked, path)


def _listing(samples: Samples, asked: "Asked", path: str) -> Answer:
    from jobs.demo.wires_listing import listing  # it builds on this module

    return listing(samples, asked, path)


_WIRES: Mapping[str, Callable[[Samples, "Asked", str], Answer]] = {
    "sedia": _sedia,
    "es_bdns": _bdns,
    "fr_aides_territoires": _aides_territoires,
    "pt_portugal2030": _portugal,
    "opendatasoft": _opendatasoft,
    "feed": _feed,
    "listing": _listing,
    **dict.fromkeys(("wordpress", "plone", "socrata", "table", "ckan", "solr", "archive"), _open_data),
}
