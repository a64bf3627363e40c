"""``/dcat``: the dumps and the API as a catalogue (DCAT-AP 3, https://semiceu.github.io/DCAT-AP/)."""

from collections.abc import Iterator
from typing import BinaryIO

from fastapi import APIRouter, Request
from fastapi.responses import Response
from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import XSD
from rdflib.term import Node

from portal_api.api import NoParameters
from portal_api.conditional import send_written
from portal_api.dumps import MEDIA_TYPES
from portal_api.state import Portal, PortalDep
from store.call_events import last_events

router = APIRouter()
TURTLE = "text/turtle"
JSON_LD = "application/ld+json"
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
Fact = tuple[Node, Node, Node]
_EU = "http://publications.europa.eu/resource/authority"
_IANA = "https://www.iana.org/assignments/media-types"
_THEMES = ("TECH", "ECON", "REGI", "ENER")
_KEYWORDS = ("funding", "calls for proposals", "grants", "critical technologies", "STEP")
_FORMATS = {"calls.jsonl": "JSON", "calls.jsonl.gz": "JSON", "calls.csv": "CSV"}
TITLE = "Funding calls for Europe's strategic technologies"
DESCRIPTION = (
    "Funding calls of the European Union, its states and its regions for the technologies of the Strategic "
    "Technologies for Europe Platform (STEP), Regulation (EU) 2024/795, in one schema: who may apply, until "
    "when, for how much, and for which technology."
)
RIGHTS = "Each call carries the licence of its source; see its field licence."


@router.get(
    "/dcat",
    summary="The data described (DCAT-AP 3)",
    responses={200: {"content": {JSON_LD: {}, TURTLE: {}}}, 304: {"description": "Nothing has changed"}},
    response_class=Response,
    dependencies=NoParameters,
)
def described(request: Request, portal: PortalDep) -> Response:
    """Return the catalogue of dumps and API as JSON-LD, or as Turtle to whom asks for `text/turtle`."""
    wants_turtle = TURTLE in request.headers.get("accept", "")
    answer = _send(request, portal, TURTLE if wants_turtle else JSON_LD)
    answer.headers["Vary"] = "Accept"
    return answer


@router.get(
    "/dcat.ttl",
    summary="The data described (DCAT-AP 3), Turtle",
    responses={200: {"content": {TURTLE: {}}}, 304: {"description": "Nothing has changed"}},
    response_class=Response,
    dependencies=NoParameters,
)
def described_in_turtle(request: Request, portal: PortalDep) -> Response:
    """Return the catalogue as Turtle."""
    return _send(request, portal, TURTLE)


def _send(request: Request, portal: Portal, media_type: str) -> Response:
    graph = build_catalog(portal)

    def write(out: BinaryIO) -> None:
        if media_type == TURTLE:
            graph.serialize(out, "turtle", encoding="utf-8")
        else:
            graph.serialize(out, "json-ld", encoding="utf-8", auto_compact=True)

    return send_written(request, write, f"{media_type}; charset=utf-8")


def build_catalog(portal: Portal) -> Graph:
    """Return the catalogue as a graph."""
    graph = Graph()
    for prefix, names in (("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF), ("vcard", VCARD)):
        graph.bind(prefix, names)
    home = portal.settings.public_url.rstrip("/")
    here = Namespace(f"{home}/dcat#")
    for fact in (
        *_titles(portal, here),
        *_catalog(here, home),
        *_dataset(portal, here, home),
        *_service(here, home),
        *_people(here, home, portal.settings.contact),
        *(fact for name in MEDIA_TYPES for fact in _distribution(here.calls, f"{home}/dump/{name}", name)),
    ):
        graph.add(fact)
    return graph


def _titles(portal: Portal, here: Namespace) -> Iterator[Fact]:
    changed = last_events(portal.db)
    for node, kind, title in (
        (here.catalog, DCAT.Catalog, "Sovereignty Portal"),
        (here.calls, DCAT.Dataset, TITLE),
        (here.api, DCAT.DataService, "Sovereignty Portal API"),
    ):
        yield node, RDF.type, kind
        yield node, DCTERMS.title, Literal(title, lang="en")
        yield node, DCTERMS.description, Literal(DESCRIPTION, lang="en")
        yield node, DCTERMS.publisher, here.publisher
        if changed:
            yield node, DCTERMS.modified, Literal(changed[0].at.isoformat(), datatype=XSD.dateTime)


def _catalog(here: Namespace, home: str) -> Iterator[Fact]:
    yield here.catalog, DCAT.dataset, here.calls
    yield here.catalog, DCAT.service, here.api
    yield here.catalog, FOAF.homepage, URIRef(f"{home}/")
    yield here.catalog, DCTERMS.language, URIRef(f"{_EU}/language/ENG")
    yield here.catalog, DCAT.themeTaxonomy, URIRef(f"{_EU}/data-theme")


def _dataset(portal: Portal, here: Namespace, home: str) -> Iterator[Fact]:
    yield here.calls, DCTERMS.identifier, Literal(str(here.calls))
    yield here.calls, DCAT.contactPoint, here.contact
    yield here.calls, DCAT.landingPage, URIRef(f"{home}/about")
    yield here.calls, DCTERMS.accrualPeriodicity, URIRef(f"{_EU}/frequency/DAILY")
    yield here.calls, DCTERMS.accessRights, URIRef(f"{_EU}/access-right/PUBLIC")
    yield here.calls, DCTERMS.spatial, URIRef(f"{_EU}/continent/EUROPE")
    yield here.calls, DCTERMS.subject, URIRef("http://data.europa.eu/eli/reg/2024/795/oj")
    for theme in _THEMES:
        yield here.calls, DCAT.theme, URIRef(f"{_EU}/data-theme/{theme}")
    for word in _KEYWORDS:
        yield here.calls, DCAT.keyword, Literal(word, lang="en")
    for source in portal.sources.values():
        yield here.calls, DCTERMS.source, URIRef(source.homepage)


def _service(here: Namespace, home: str) -> Iterator[Fact]:
    yield here.api, DCAT.endpointURL, URIRef(f"{home}/api/v1")
    yield here.api, DCAT.endpointDescription, URIRef(f"{home}/openapi.json")
    yield here.api, DCAT.servesDataset, here.calls
    yield here.api, DCAT.contactPoint, here.contact


def _people(here: Namespace, home: str, contact: str) -> Iterator[Fact]:
    yield here.publisher, RDF.type, FOAF.Agent
    yield here.publisher, FOAF.name, Literal("Sovereignty Portal", lang="en")
    yield here.publisher, FOAF.homepage, URIRef(f"{home}/")
    yield here.contact, RDF.type, VCARD.Organization
    yield here.contact, VCARD.fn, Literal("Sovereignty Portal")
    if "@" in contact and "://" not in contact:
        yield here.contact, VCARD.hasEmail, URIRef(f"mailto:{contact.removeprefix('mailto:')}")
    else:
        yield here.contact, VCARD.hasURL, URIRef(contact)


def _distribution(dataset: Node, address: str, name: str) -> Iterator[Fact]:
    distribution, rights = URIRef(f"{address}#distribution"), BNode(f"rights{name.replace('.', '')}")
    media_type = "text/csv" if name.endswith(".csv") else "application/json"
    yield dataset, DCAT.distribution, distribution
    yield distribution, RDF.type, DCAT.Distribution
    yield distribution, DCTERMS.title, Literal(name, lang="en")
    yield distribution, DCAT.accessURL, URIRef(address)
    yield distribution, DCAT.downloadURL, URIRef(address)
    yield distribution, DCTERMS["format"], URIRef(f"{_EU}/file-type/{_FORMATS[name]}")
    yield distribution, DCAT.mediaType, URIRef(f"{_IANA}/{media_type}")
    yield distribution, DCTERMS.rights, rights
    yield rights, RDF.type, DCTERMS.RightsStatement
    yield rights, RDFS.label, Literal(RIGHTS, lang="en")
    if name.endswith(".gz"):
        yield distribution, DCAT.compressFormat, URIRef(f"{_IANA}/application/gzip")
