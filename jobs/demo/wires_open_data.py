"""How WordPress, Plone, Socrata, CKAN, Solr, published files and plain JSON lists answer, on loopback."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from jobs.demo.wires import Answer, Samples, as_json, not_found, number_of

if TYPE_CHECKING:
    from jobs.demo.server import Asked


def wordpress(samples: Samples, asked: "Asked", path: str) -> Answer:
    """Answer as WordPress does: pages from 1, 100 at most, totals in headers, 400 past the end."""
    if path != f"/wp-json/wp/v2/{samples.source.request['rest_base']}":
        return not_found()
    size, page = number_of(asked.params, "per_page", 10), number_of(asked.params, "page", 1)
    if size > 100:
        return as_json({"code": "rest_invalid_param", "data": {"status": 400}}, 400)
    pages = max(1, -(-len(samples.records) // size))
    if page > pages:
        return as_json({"code": "rest_post_invalid_page_number", "data": {"status": 400}}, 400)
    found = sorted(samples.records, key=lambda record: int(record.get("id") or 0))
    document = found[(page - 1) * size : page * size]
    headers = (("X-WP-Total", str(len(found))), ("X-WP-TotalPages", str(pages)))
    return Answer(json.dumps(document, ensure_ascii=False).encode(), headers=headers)


def plone(samples: Samples, asked: "Asked", path: str) -> Answer:
    """Answer as plone.restapi does: batches with the address of the next one."""
    facts = samples.source.request
    if unquote(path) != f"{facts.get('prefix', '/++api++')}/@search":
        return not_found()
    size, start = number_of(asked.params, "b_size", 25), number_of(asked.params, "b_start", 0)
    document: dict[str, Any] = {
        "items": samples.records[start : start + size],
        "items_total": len(samples.records),
    }
    if start + size < len(samples.records):
        following = urlencode({**asked.params, "b_start": start + size})
        document["batching"] = {"next": f"{asked.origin}{asked.path}?{following}"}
    return as_json(document)


def socrata(samples: Samples, asked: "Asked", path: str) -> Answer:
    """Answer as SODA does: a bare array, empty columns left out, or the count alone."""
    if path != f"/resource/{samples.source.request['dataset']}.json":
        return not_found()
    if asked.params.get("$select") == "count(*)":
        return as_json([{"count": str(len(samples.records))}])
    limit, offset = number_of(asked.params, "$limit", 1000), number_of(asked.params, "$offset", 0)
    rows = [{key: value for key, value in row.items() if value is not None} for row in samples.records]
    return as_json(rows[offset : offset + limit])


def json_api(samples: Samples, asked: "Asked", path: str) -> Answer:
    """Answer as a plain list counted by page or offset does: what its entry says, no more.

    Records stand at the entry's ``items``, their number at its ``total``; a page past the end is empty.
    """
    facts = samples.source.request
    paging = facts.get("paging", {})
    wanted = facts.get("params", {})
    if asked.method != facts.get("method", "GET") or not _is_path(path, _path_of(facts)):
        return not_found()
    if asked.method == "POST":
        return _posted(samples, asked)
    if any(asked.params.get(name) != value for name, value in wanted.items()):
        return as_json({"error": f"not asked for {sorted(wanted)} as the entry says"}, 400)
    size = number_of(asked.params, paging.get("size_param", ""), paging.get("size", 50))
    start = number_of(asked.params, paging.get("param", "page"), 0) - paging.get("first", 0)
    start *= 1 if paging.get("style") == "offset" else size
    page = samples.records[start : start + size] if paging else samples.records
    if facts["items"] == "@":
        return _answered(facts, page)
    document: dict[str, Any] = {}
    _put(document, facts["items"], page)
    if "total" in facts:
        _put(document, facts["total"], len(samples.records))
    if "last" in paging:
        _put(document, paging["last"], start + size >= len(samples.records))
    return _answered(facts, document)


def _posted(samples: Samples, asked: "Asked") -> Answer:
    """Answer a question in JSON: the same, its parameters taken from the body."""
    facts, paging = samples.source.request, samples.source.request.get("paging", {})
    try:
        said = json.loads(asked.body)
    except ValueError:
        return as_json({"message": "no JSON"}, 400)
    wanted = dict(facts.get("payload", {})) | dict(facts.get("params", {}))
    if any(said.get(name) != value for name, value in wanted.items()):
        return as_json({"message": f"not asked for {sorted(wanted)} as the entry says"}, 400)
    records = [record for record in samples.records if _is_stamped(record, facts.get("stamps", ()), said)]
    size = paging.get("size", 12) if paging else len(records)
    start = (int(said.get(paging.get("param", "page"), 0)) - paging.get("first", 0)) * size if paging else 0
    document: dict[str, Any] = {}
    if "[]" in facts["items"]:  # groups of records: here in one
        group, _, inside = facts["items"].partition("[].")
        document = {group: [{inside.removesuffix("[]"): records}]}
        return as_json(document)
    _put(document, facts["items"], records[start : start + size])
    if "total" in facts:
        _put(document, facts["total"], len(records))
    return as_json(document)


def _is_stamped(
    record: Mapping[str, Any], stamps: Sequence[Mapping[str, Any]], said: Mapping[str, Any]
) -> bool:
    """Tell whether a record is on the list asked for; one of no list stands on the first."""
    lists = [number for number, stamp in enumerate(stamps) if stamp.items() <= record.items()] or [0]
    return not stamps or stamps[lists[0]].items() <= said.items()


def _answered(facts: Mapping[str, Any], document: object) -> Answer:
    """Answer with JSON, or with a page that its entry says holds it."""
    embedded = facts.get("embedded")
    if not embedded:
        return as_json(document)
    data = json.dumps(document, ensure_ascii=False)
    if embedded.get("encoding") == "url":
        data = quote(data)
    page = f"<!doctype html><html><body><p>Calls</p>{embedded['after']}{data}</script></body></html>"
    return Answer(page.encode(), media_type="text/html; charset=utf-8")


def _path_of(facts: Mapping[str, Any]) -> str:
    """Return an entry's path without a parameter that belongs to it."""
    return str(facts.get("path", "")).partition("?")[0]


def _is_path(path: str, declared: str) -> bool:
    form = re.escape(declared).replace(re.escape("{since}"), r"\d{4}-\d\d-\d\d")
    return re.fullmatch(form, path) is not None


def _put(document: dict[str, Any], path: str, value: object) -> None:
    *above, last = path.split(".")
    for name in above:
        document = document.setdefault(name, {})
    document[last] = value


def solr(samples: Samples, asked: "Asked", path: str) -> Answer:
    """Answer as Solr does: documents by start and rows, their number; ten when no number is asked for."""
    facts = samples.source.request
    if path != "/select" or asked.params.get("q") != facts.get("query", "*:*"):
        return not_found()
    start, rows = number_of(asked.params, "start", 0), number_of(asked.params, "rows", 10)
    found = {"numFound": len(samples.records), "start": start, "docs": samples.records[start : start + rows]}
    return as_json({"responseHeader": {"status": 0}, "response": found})


def ckan(samples: Samples, asked: "Asked", path: str) -> Answer:
    """Answer as CKAN does for a data set with one file, and with that file."""
    facts = samples.source.request
    if path == "/api/3/action/package_show" and asked.params.get("id") == facts["package"]:
        address = f"{asked.origin}/dataset/file.{facts['file'].get('form', 'csv')}"
        resources = [{"format": facts["file"].get("form", "csv").upper(), "url": address}]
        return as_json({"success": True, "result": {"name": facts["package"], "resources": resources}})
    return _file(samples.records, facts["file"]) if path.startswith("/dataset/file.") else not_found()


def archive(samples: Samples, asked: "Asked", path: str) -> Answer:
    """Answer with a ZIP of the records' documents, and of those they point to."""
    if path:
        return not_found()
    documents: dict[str, Mapping[str, Any] | None] = {}
    for record in samples.records:
        documents[record["path"]] = record.get("document")
        documents |= record.get("linked") or {}
    file = io.BytesIO()
    with ZipFile(file, "w") as packed:
        for name, document in documents.items():
            packed.writestr(name, _xml(document) if document else "<document>cut short")
    return Answer(file.getvalue(), media_type="application/zip")


def _xml(node: Mapping[str, Any]) -> str:
    """Return an element as a document of XML; the inverse of what the spider reads."""
    attributes = "".join(
        f" {name.removeprefix('@')}={quoteattr(str(value))}"
        for name, value in node.items()
        if name.startswith("@")
    )
    inside = escape(str(node.get("text", ""))) + "".join(map(_xml, node.get("children", ())))
    return f"<{node['tag']}{attributes}>{inside}</{node['tag']}>"


def table(samples: Samples, asked: "Asked", path: str) -> Answer:
    """Answer with the file."""
    return not_found() if path else _file(samples.records, samples.source.request)


def _file(records: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> Answer:
    names = (
        [name for name in records[0] if name not in ("_key", "_more")] if records else list(facts["columns"])
    )
    file = io.StringIO()
    writer = csv.writer(file, delimiter=facts.get("delimiter", ","))
    called = facts.get("called", {})
    writer.writerow([called[name][0] if name in called else name for name in names])
    for record in records:
        beyond = [record["_more"]] if "_more" in record else []
        writer.writerow([*(record.get(name, "") for name in names), *beyond])
    return Answer(file.getvalue().encode(facts.get("encoding", "utf-8-sig")), media_type="text/csv")
