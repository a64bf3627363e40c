"""Dumps, their description in DCAT-AP, and what leads programs through the portal."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from lxml import etree
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node

from config.settings import Settings
from portal_api import signposts
from portal_api.app import create_app
from portal_api.spreadsheets import COLUMNS
from tests.conftest import NOW
from tests.portal_api.conftest import CLOSED, HYDROGEN, SHELF, Served, fill
from tests.portal_api.test_spreadsheets import rows

URL = "https://portal.example"
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
EU = "http://publications.europa.eu/resource/authority/"


# --- dumps


def test_a_dump_holds_every_call_in_the_schema(client: TestClient) -> None:
    answer = client.get("/dump/calls.jsonl")

    calls = [json.loads(line) for line in answer.content.splitlines()]
    assert sorted(call["id"] for call in calls) == sorted(one.id for one in SHELF)
    assert {call["licence"] for call in calls} == {"CC0"}
    assert answer.headers["content-type"] == "application/jsonl"
    assert answer.headers["content-disposition"] == 'attachment; filename="calls.jsonl"'


def test_the_packed_dump_is_the_same(client: TestClient) -> None:
    packed = client.get("/dump/calls.jsonl.gz")

    assert "content-encoding" not in packed.headers
    assert gzip.decompress(packed.content) == client.get("/dump/calls.jsonl").content


def test_the_table_has_every_column(client: TestClient) -> None:
    table = rows(client.get("/dump/calls.csv").content)

    assert len(table) == len(SHELF)
    assert list(table[0]) == list(COLUMNS)


def test_a_dump_that_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/dump/calls.csv").headers["etag"]

    again = client.get("/dump/calls.csv", headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")


def test_a_broken_download_goes_on_where_it_stopped(client: TestClient) -> None:
    whole = client.get("/dump/calls.jsonl").content

    rest = client.get("/dump/calls.jsonl", headers={"Range": "bytes=1000-"})

    assert (rest.status_code, rest.content) == (206, whole[1000:])


def test_a_dump_nobody_has_is_a_problem(client: TestClient) -> None:
    answer = client.get("/dump/calls.parquet")

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


@pytest.fixture
def moving(tmp_path: Path) -> Iterator[Served]:
    """A portal whose clock goes on an hour at each question."""
    moments = iter(NOW + timedelta(hours=hour) for hour in range(1000))
    app = create_app(Settings(data_dir=tmp_path), clock=lambda: next(moments))
    served = Served(app, TestClient(app))
    fill(served.portal)
    yield served
    served.client.close()
    served.portal.db.close()


def test_only_the_newest_state_of_a_dump_is_kept(moving: Served) -> None:
    first = moving.client.get("/dump/calls.csv").headers["etag"]
    second = moving.client.get("/dump/calls.csv").headers["etag"]
    fill(moving.portal, (CLOSED.model_copy(update={"title": "Changed"}),))
    third = moving.client.get("/dump/calls.csv")

    assert len({first, second, third.headers["etag"]}) == 3
    assert "Changed" in third.text
    assert len(list((moving.portal.settings.data_dir / "dumps").iterdir())) == 1


# --- DCAT-AP 3


NOTATIONS = {"text/turtle": "turtle", "application/ld+json": "json-ld"}


def graph_of(client: TestClient, path: str, **headers: str) -> Graph:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    media_type = answer.headers["content-type"].partition(";")[0]
    return Graph().parse(data=answer.text, format=NOTATIONS[media_type])


@pytest.fixture
def catalog(client: TestClient) -> Graph:
    return graph_of(client, "/dcat.ttl")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # inside rdflib's own reader
def test_both_notations_say_the_same(client: TestClient, catalog: Graph) -> None:
    assert isomorphic(graph_of(client, "/dcat"), catalog)
    assert isomorphic(graph_of(client, "/dcat", Accept="text/turtle"), catalog)
    assert client.get("/dcat").headers["content-type"] == "application/ld+json; charset=utf-8"


MANDATORY = {
    DCAT.Catalog: (DCTERMS.title, DCTERMS.description, DCTERMS.publisher),
    DCAT.Dataset: (DCTERMS.title, DCTERMS.description),
    DCAT.Distribution: (DCAT.accessURL,),
    DCAT.DataService: (DCTERMS.title, DCAT.endpointURL),
    FOAF.Agent: (FOAF.name,),
}
RECOMMENDED = {
    DCAT.Catalog: (
        DCAT.dataset,
        DCAT.service,
        DCTERMS.language,
        FOAF.homepage,
        DCAT.themeTaxonomy,
        DCTERMS.modified,
    ),
    DCAT.Dataset: (
        DCAT.contactPoint,
        DCAT.distribution,
        DCAT.keyword,
        DCTERMS.publisher,
        DCTERMS.spatial,
        DCAT.theme,
    ),
    DCAT.Distribution: (DCTERMS["format"],),
    DCAT.DataService: (DCAT.endpointDescription, DCAT.servesDataset, DCTERMS.publisher),
}


@pytest.mark.parametrize("table", [MANDATORY, RECOMMENDED], ids=["mandatory", "recommended"])
def test_the_catalogue_has_what_the_profile_asks(catalog: Graph, table: dict[Any, tuple[Any, ...]]) -> None:
    for kind, properties in table.items():
        nodes = list(catalog.subjects(RDF.type, kind))
        assert nodes, kind
        for node in nodes:
            for wanted in properties:
                assert list(catalog.objects(node, wanted)), (kind, wanted)


CONTROLLED = {
    DCAT.theme: "data-theme/",
    DCTERMS.language: "language/",
    DCTERMS.accrualPeriodicity: "frequency/",
    DCTERMS.accessRights: "access-right/",
    DCTERMS["format"]: "file-type/",
}


def test_controlled_words_are_those_of_the_authority(catalog: Graph) -> None:
    for wanted, place in CONTROLLED.items():
        values = list(catalog.objects(None, wanted))
        assert values
        assert all(str(value).startswith(EU + place) for value in values), wanted


def test_what_must_be_a_thing_is_one_and_what_must_be_a_text_is_one(catalog: Graph) -> None:
    kinds: dict[Node, Any] = {DCTERMS.publisher: FOAF.Agent, DCAT.contactPoint: VCARD.Organization}
    for wanted, kind in kinds.items():
        for thing in catalog.objects(None, wanted):
            assert (thing, RDF.type, kind) in catalog
    for wanted in (DCTERMS.title, DCTERMS.description, DCAT.keyword):
        assert all(isinstance(value, Literal) for value in catalog.objects(None, wanted))
    for wanted in (DCAT.accessURL, DCAT.downloadURL, DCAT.endpointURL, DCAT.landingPage, DCAT.mediaType):
        assert all(isinstance(value, URIRef) for value in catalog.objects(None, wanted))


def test_every_file_the_catalogue_names_is_there(client: TestClient, catalog: Graph) -> None:
    files = [urlsplit(str(address)).path for address in catalog.objects(None, DCAT.downloadURL)]

    assert sorted(files) == ["/dump/calls.csv", "/dump/calls.jsonl", "/dump/calls.jsonl.gz"]
    described = [str(address) for address in catalog.objects(None, DCAT.endpointDescription)]
    for path in (*files, *(address.removeprefix(URL) for address in described)):
        assert client.get(path).status_code == 200


# --- signposts


def locations(client: TestClient, path: str, root: str) -> list[str]:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    document = etree.fromstring(answer.content)
    assert document.tag == f"{{{signposts.SITEMAP}}}{root}"
    return [str(one.text) for one in document.iter(f"{{{signposts.SITEMAP}}}loc")]


def test_the_sitemaps_lead_to_every_page_there_is(client: TestClient) -> None:
    index = locations(client, "/sitemap.xml", "sitemapindex")

    found = [page for one in index for page in locations(client, one.removeprefix(URL), "urlset")]
    assert len(found) == len(set(found)) == len(signposts.PAGES) + len(SHELF)
    for page in found:
        assert page.startswith(URL)
        assert client.get(page.removeprefix(URL)).status_code == 200, page


def test_a_sitemap_says_when_a_call_changed(client: TestClient) -> None:
    document = etree.fromstring(client.get("/sitemap-1.xml").content)

    days = {one.text for one in document.iter(f"{{{signposts.SITEMAP}}}lastmod")}
    assert days == {f"{NOW:%Y-%m-%d}"}


def test_many_calls_make_several_sitemaps(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signposts, "SITEMAP_MAX", 10)

    index = locations(client, "/sitemap.xml", "sitemapindex")

    assert len(index) == 5
    sizes = [len(locations(client, one.removeprefix(URL), "urlset")) for one in index[1:]]
    assert sizes == [10, 10, 10, 2]


@pytest.mark.parametrize("name", ["2", "0", "x", "-1", "99999999999999999999", "%C2%B2"])
def test_a_sitemap_nobody_has_is_a_problem(client: TestClient, name: str) -> None:
    answer = client.get(f"/sitemap-{name}.xml")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_robots_are_led_to_the_sitemap_and_kept_out_of_endless_pages(client: TestClient) -> None:
    lines = client.get("/robots.txt").text.splitlines()

    assert lines[0] == "User-agent: *"
    assert f"Sitemap: {URL}/sitemap.xml" in lines
    assert {"Disallow: /?", "Disallow: /desk", "Disallow: /api/"} <= set(lines)
    assert not [line for line in lines if line.startswith("Disallow: /calls")]


def test_a_browser_can_offer_the_search(client: TestClient) -> None:
    answer = client.get("/opensearch.xml")

    root = etree.fromstring(answer.content)
    names = f"{{{signposts.OPENSEARCH}}}"
    assert answer.headers["content-type"] == "application/opensearchdescription+xml"
    assert 0 < len(root.findtext(f"{names}ShortName", "")) <= 16
    assert 0 < len(root.findtext(f"{names}Description", "")) <= 1024
    templates = {url.get("type"): url.get("template", "") for url in root.findall(f"{names}Url")}
    for media_type in ("text/html", "application/atom+xml"):
        path = templates[media_type].removeprefix(URL).replace("{searchTerms}", "hydrogen%20sea")
        assert client.get(path).headers["content-type"].startswith(media_type)


def test_a_browser_is_told_how_a_text_may_go_on(client: TestClient) -> None:
    answer = client.get("/api/v1/suggestions?q=electrol")

    assert answer.headers["content-type"] == "application/x-suggestions+json"
    typed, completions = answer.json()
    assert typed == "electrol"
    assert completions == client.get("/api/v1/suggest?q=electrol").json()["completions"]
    assert client.get("/api/v1/suggestions?q=" + "x" * 501).status_code == 422


def test_who_finds_a_weakness_knows_whom_to_tell(client: TestClient) -> None:
    fields = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines())

    assert urlsplit(fields["Contact"]).scheme in ("https", "mailto")
    assert fields["Expires"] == "2027-05-23T00:00:00Z"
    assert fields["Canonical"] == f"{URL}/.well-known/security.txt"


def test_an_empty_portal_is_described_too(empty: Served) -> None:
    assert empty.client.get("/dump/calls.jsonl").content == b""
    assert len(graph_of(empty.client, "/dcat.ttl")) > 40
    assert len(locations(empty.client, "/sitemap.xml", "sitemapindex")) == 1
    assert HYDROGEN.id not in empty.client.get("/feed.json").text
