"""What leads programs through the portal: sitemap, robots.txt, OpenSearch description, security.txt."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, BinaryIO
from xml.etree import ElementTree

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from index.suggesting import suggest
from portal_api import parameters
from portal_api.addresses import call_path
from portal_api.api import NoParameters
from portal_api.conditional import send_written
from portal_api.query_params import TEXT_MAX
from portal_api.state import PortalDep
from store.call_events import call_stamps, count_calls

router = APIRouter()
fixed = APIRouter(dependencies=NoParameters)
"""Addresses where there is nothing to ask."""
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
SITEMAP_MAX = 50_000
"""Addresses a sitemap may hold, https://www.sitemaps.org/protocol.html."""
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
SUGGESTIONS = "application/x-suggestions+json"
PAGES = ("/", "/observatory", "/sources", "/about")
"""Pages that are no call's."""
VALID = timedelta(days=180)
"""For how long a security.txt is to be believed; RFC 9116 recommends less than a year."""
_XML: dict[int | str, dict[str, object]] = {200: {"content": {"application/xml": {}}}}


@fixed.get(
    "/sitemap.xml", summary="Index of the sitemaps", responses={**_XML, **parameters.problems(422)},
    response_class=Response,
)  # fmt: skip
def sitemap_index(request: Request, portal: PortalDep) -> Response:
    """Return the addresses of the sitemaps: one of the pages, and one for each 50 000 calls."""
    home = portal.settings.public_url.rstrip("/")
    count = -(-count_calls(portal.db) // SITEMAP_MAX)
    names = ["pages", *map(str, range(1, count + 1))]
    entries = ((f"{home}/sitemap-{name}.xml", None) for name in names)
    return send_written(
        request, lambda out: _write(out, "sitemapindex", "sitemap", entries), "application/xml"
    )


@fixed.get(
    "/sitemap-{name}.xml", summary="A sitemap", responses={**_XML, **parameters.problems(404, 422)},
    response_class=Response,
)  # fmt: skip
def sitemap(
    request: Request,
    portal: PortalDep,
    name: Annotated[
        str, PathParameter(description="`pages`, or the number of fifty thousand calls", examples=["1"])
    ],
) -> Response:
    """Return the addresses of the portal's pages, or of up to 50 000 calls with the day each last changed."""
    home = portal.settings.public_url.rstrip("/")
    entries: list[tuple[str, str | None]]
    if name == "pages":
        entries = [(home + path, None) for path in PAGES]
    else:
        number = int(name) if name.isascii() and name.isdigit() and len(name) < 6 else 0
        offset = (number - 1) * SITEMAP_MAX
        stamps = call_stamps(portal.db, offset=offset, limit=SITEMAP_MAX) if number else []
        if not stamps:
            raise HTTPException(404, f"there is no sitemap {name!r}")
        entries = [(home + call_path(call_id), f"{at:%Y-%m-%d}") for call_id, at in stamps]
    return _send(request, "urlset", "url", entries)


def _send(request: Request, root: str, item: str, entries: Iterable[tuple[str, str | None]]) -> Response:
    return send_written(request, lambda out: _write(out, root, item, entries), "application/xml")


def _write(out: BinaryIO, root: str, item: str, entries: Iterable[tuple[str, str | None]]) -> None:
    """Write a sitemap, an element at a time: memory stays flat."""
    out.write(f'<?xml version="1.0" encoding="utf-8"?>\n<{root} xmlns="{SITEMAP}">'.encode())
    for address, day in entries:
        element = ElementTree.Element(item)
        ElementTree.SubElement(element, "loc").text = address
        if day:
            ElementTree.SubElement(element, "lastmod").text = day
        out.write(ElementTree.tostring(element, "utf-8"))
    out.write(f"</{root}>\n".encode())


@fixed.get("/robots.txt", include_in_schema=False)
def robots(portal: PortalDep) -> PlainTextResponse:
    """Let every call be indexed; the endless pages of results, exports and the desk are left alone."""
    home = portal.settings.public_url.rstrip("/")
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in ("/?", "/desk", "/api/", "/dump/", "/feed.", "/calendar.ics")),
        "",
        f"Sitemap: {home}/sitemap.xml",
    ]
    return PlainTextResponse("\n".join(lines) + "\n")


@fixed.get("/.well-known/security.txt", include_in_schema=False)
def security(portal: PortalDep) -> PlainTextResponse:
    """Say whom to tell of a weakness (RFC 9116)."""
    contact = portal.settings.contact
    is_mail = "@" in contact and "://" not in contact and not contact.startswith("mailto:")
    lines = [
        f"Contact: {'mailto:' if is_mail else ''}{contact}",
        f"Expires: {portal.clock() + VALID:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: en",
        f"Canonical: {portal.settings.public_url.rstrip('/')}/.well-known/security.txt",
    ]
    return PlainTextResponse("\n".join(lines) + "\n")


@fixed.get("/opensearch.xml", include_in_schema=False)
def opensearch(portal: PortalDep) -> Response:
    """Describe the search, so that a browser can offer it (OpenSearch 1.1)."""
    home = portal.settings.public_url.rstrip("/")
    root = ElementTree.Element("OpenSearchDescription", xmlns=OPENSEARCH)
    for name, text in (
        ("ShortName", "STEP calls"),
        ("LongName", "Funding calls for strategic technologies"),
        ("Description", "Search EU, national and regional funding calls for strategic technologies"),
        ("Contact", portal.settings.contact if "://" not in portal.settings.contact else ""),
        ("InputEncoding", "UTF-8"),
        ("OutputEncoding", "UTF-8"),
        ("Language", "*"),
    ):
        if text:
            ElementTree.SubElement(root, name).text = text
    image = ElementTree.SubElement(root, "Image", type="image/svg+xml", width="16", height="16")
    image.text = f"{home}/static/icon.svg"
    for media_type, relation, template in (
        ("text/html", "results", f"{home}/?q={{searchTerms}}"),
        ("application/atom+xml", "results", f"{home}/feed.atom?q={{searchTerms}}"),
        (SUGGESTIONS, "suggestions", f"{home}/api/v1/suggestions?q={{searchTerms}}"),
        ("application/opensearchdescription+xml", "self", f"{home}/opensearch.xml"),
    ):
        ElementTree.SubElement(root, "Url", type=media_type, rel=relation, template=template)
    body = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return Response(body, media_type="application/opensearchdescription+xml")


@router.get("/api/v1/suggestions", include_in_schema=False)
def suggestions(portal: PortalDep, q: Annotated[str, Query(max_length=TEXT_MAX)] = "") -> Response:
    """Return completions as a browser's search box reads them (OpenSearch Suggestions 1.1)."""
    found = suggest(portal.engine, q, now=portal.clock())
    return JSONResponse([q, list(found.completions)], media_type=SUGGESTIONS)


router.include_router(fixed)
