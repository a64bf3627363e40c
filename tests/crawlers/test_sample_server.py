"""The sample server behaves as the real servers were seen to behave, their unkindness included."""

import http.client
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from config.settings import Settings
from config.sources import load_sources
from crawlers.protocols.sedia import multipart
from jobs.demo.__main__ import SAMPLES
from jobs.demo.server import SampleServer

SOURCES = load_sources(Settings().sources)
SEDIA = "/eu_ft/search-api/prod/rest/search?apiKey=SEDIA&text=***"
BDNS = "/es_bdns/bdnstrans/api/convocatorias"
AIDES = "/fr_aides_territoires/api"
PORTUGAL = "/pt_portugal2030/wp-json/avisos/query"
IDF = "/fr_idf_aides/api/explore/v2.1/catalog/datasets/aides-appels-a-projets"
FEED = "/de_foerderinfo/foerderinfo/de/services/rss"


class Client:
    """Asks the sample server."""

    def __init__(self, origin: str) -> None:
        self._host = urlsplit(origin).netloc

    def ask(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, Mapping[str, str]]:
        connection = http.client.HTTPConnection(self._host, timeout=10)
        try:
            connection.request(method, target, body=body or None, headers=dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.read(), dict(response.headers)
        finally:
            connection.close()

    def json(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        status, text, _headers = self.ask(method, target, body, headers)
        return status, json.loads(text)

    def form(self, target: str, **form: object) -> tuple[int, Any]:
        return self.json("POST", target, urlencode(form).encode())


def sedia_hit(number: int, kind: str = "1", status: str = "31094502", language: str = "en") -> dict[str, Any]:
    metadata = {"type": [kind], "status": [status], "DATASOURCE": ["SEDIA"], "language": [language]}
    return {"reference": f"{number}", "metadata": {**metadata, "identifier": [f"T-{999 - number}"]}}


SERVED: dict[str, list[dict[str, Any]]] = {
    "eu_ft": [
        *(sedia_hit(number) for number in range(1, 131)),
        sedia_hit(200, kind="6"),
        sedia_hit(201, status="31094503"),
        sedia_hit(202, language="sv"),
    ],
    "es_bdns": [
        {
            "item": {"numeroConvocatoria": str(day), "fechaRecepcion": f"2026-11-{day:02}"},
            "detail": {"id": day},
        }
        for day in range(1, 11)
    ],
    "fr_aides_territoires": [{"id": number} for number in range(250)],
    "pt_portugal2030": [{"estadoAvisoId": 7, "aviso": {"n": number}} for number in range(7)],
    "fr_idf_aides": [{"id_aide": f"{999 - number}"} for number in range(150)],
}


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer(SOURCES, SAMPLES, records=SERVED) as served:
        yield served


@pytest.fixture
def client(server: SampleServer) -> Client:
    return Client(server.origin)


def sedia(client: Client, page: str = "", *, kind: str = "1", **parts: Any) -> tuple[int, Any]:  # noqa: ANN401
    must = [{"terms": {"type": [kind]}}, {"terms": {"status": ["31094501", "31094502"]}}]
    query = {"query": {"bool": {"must": [*must, {"term": {"DATASOURCE": "SEDIA"}}]}}, "languages": ["en"]}
    body, content_type = multipart(query | parts)
    return client.json("POST", SEDIA + page, body, {"Content-Type": content_type})


def test_sedia_filters_by_type_status_data_source_and_language(client: Client) -> None:
    status, answer = sedia(client)

    assert status == 200
    assert answer["totalResults"] == 130


def test_sedia_serves_at_most_a_hundred_whatever_is_asked(client: Client) -> None:
    _status, answer = sedia(client, "&pageSize=500&pageNumber=1")

    assert len(answer["results"]) == answer["pageSize"] == 100


def test_sedia_sorts_by_the_field_asked(client: Client) -> None:
    _status, answer = sedia(client, sort={"field": "identifier", "order": "ASC"})

    assert answer["results"][0]["reference"] == "130"


def test_sedia_is_empty_past_the_end(client: Client) -> None:
    status, answer = sedia(client, "&pageSize=100&pageNumber=3")

    assert (status, answer["results"]) == (200, [])


def test_sedia_answers_untyped_parts_with_500(client: Client) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="query"\r\n\r\n{}\r\n--b--\r\n'

    status, answer = client.json("POST", SEDIA, body, {"Content-Type": "multipart/form-data; boundary=b"})

    assert (status, answer["type"]) == (500, "throwable")


def test_sedia_takes_a_json_body_and_ignores_every_filter(client: Client) -> None:
    body = json.dumps(
        {"query": {"bool": {"must": [{"terms": {"type": ["1"]}}]}}, "languages": ["en"]}
    ).encode()

    status, answer = client.json("POST", SEDIA, body, {"Content-Type": "application/json"})

    assert (status, answer["totalResults"]) == (200, 133)


def test_sedia_cannot_be_got(client: Client) -> None:
    assert client.ask("GET", SEDIA)[0] == 405


def test_bdns_windows_include_both_ends(client: Client) -> None:
    window = "vpd=GE&fechaDesde=03/11/2026&fechaHasta=05/11/2026"

    _status, answer = client.json("GET", f"{BDNS}/busqueda?{window}")

    assert [item["numeroConvocatoria"] for item in answer["content"]] == ["3", "4", "5"]
    assert answer["totalElements"] == 3


def test_bdns_pages_from_zero_and_says_which_is_the_last(client: Client) -> None:
    pages = [client.json("GET", f"{BDNS}/busqueda?vpd=GE&pageSize=4&page={page}")[1] for page in range(4)]

    assert [len(page["content"]) for page in pages] == [4, 4, 2, 0]
    assert [page["last"] for page in pages] == [False, False, True, True]


def test_bdns_gives_the_detail_of_a_number(client: Client) -> None:
    assert client.json("GET", f"{BDNS}?vpd=GE&numConv=7") == (200, {"id": 7})


def test_bdns_answers_an_unknown_number_with_an_error_in_json(client: Client) -> None:
    status, answer = client.json("GET", f"{BDNS}?vpd=GE&numConv=999")

    assert status == 404
    assert set(answer) == {"codigo", "error"}


def bearer(client: Client) -> dict[str, str]:
    _status, answer = client.json("POST", f"{AIDES}/connexion/", headers={"X-AUTH-TOKEN": "a key"})
    return {"Authorization": f"Bearer {answer['token']}"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer invented"}])
def test_aides_territoires_wants_a_token(headers: dict[str, str], client: Client) -> None:
    assert client.json("GET", f"{AIDES}/aids/", headers=headers)[0] == 401


def test_aides_territoires_gives_no_token_without_a_key(client: Client) -> None:
    assert client.json("POST", f"{AIDES}/connexion/")[0] == 401


def test_aides_territoires_links_its_pages(client: Client, server: SampleServer) -> None:
    token = bearer(client)

    pages = [
        client.json("GET", f"{AIDES}/aids/?page={n}&itemsPerPage=500", headers=token)[1] for n in (1, 2, 3)
    ]

    here = f"{server.origin}{AIDES}/aids/?itemsPerPage=100&page="
    assert [len(page["results"]) for page in pages] == [100, 100, 50]
    assert [page["next"] for page in pages] == [f"{here}2", f"{here}3", None]
    assert [page["previous"] for page in pages] == [None, f"{here}1", f"{here}2"]


def test_portugal_serves_five_a_page_without_their_state(client: Client) -> None:
    status, answer = client.form(PORTUGAL, page=1, estadoAvisoId=7)

    assert status == 200
    assert answer == {"avisos": [{"aviso": {"n": 5}}, {"aviso": {"n": 6}}], "status": 201}


@pytest.mark.parametrize("form", [{"page": 2, "estadoAvisoId": 7}, {"page": 0, "estadoAvisoId": 8}])
def test_portugal_says_404_with_http_200_past_the_end(form: dict[str, object], client: Client) -> None:
    assert client.form(PORTUGAL, **form) == (200, {"code": 404, "info": "No data found"})


def test_opendatasoft_pages_in_the_order_asked(client: Client) -> None:
    _status, answer = client.json("GET", f"{IDF}/records?limit=2&offset=1&order_by=id_aide")

    assert answer == {"total_count": 150, "results": [{"id_aide": "851"}, {"id_aide": "852"}]}


@pytest.mark.parametrize("query", ["limit=101", "limit=100&offset=9901"])
def test_opendatasoft_refuses_more_than_its_window(query: str, client: Client) -> None:
    status, answer = client.json("GET", f"{IDF}/records?{query}")

    assert (status, answer["error_code"]) == (400, "InvalidRESTParameterError")


def test_opendatasoft_exports_the_bare_list(client: Client) -> None:
    assert client.json("GET", f"{IDF}/exports/json") == (200, SERVED["fr_idf_aides"])


def test_a_feed_is_the_file(client: Client) -> None:
    status, body, headers = client.ask("GET", f"{FEED}/bekanntmachungen-alle/rssnewsfeed.xml")

    assert status == 200
    assert body == (SAMPLES / "de_foerderinfo/feeds/bekanntmachungen-alle.xml").read_bytes()
    assert headers["Content-Type"].startswith("application/rss+xml")


@pytest.mark.parametrize(
    "target", [f"{FEED}/bekanntmachungen-alle/rssnewsfeed.xml", f"{IDF}/records?limit=3"]
)
def test_a_page_that_is_known_is_not_sent_again(target: str, client: Client) -> None:
    _status, _body, headers = client.ask("GET", target)

    again = client.ask("GET", target, headers={"If-None-Match": headers["ETag"]})

    assert again[:2] == (304, b"")


@pytest.mark.parametrize(
    "target", ["/", "/nobody/x", "/eu_ft/other", f"{FEED}/unknown/rssnewsfeed.xml", f"{IDF}/x"]
)
def test_elsewhere_is_nothing(target: str, client: Client) -> None:
    assert client.ask("GET", target)[0] in (404, 405)


def test_robots_may_read_everything(client: Client) -> None:
    assert client.ask("GET", "/robots.txt")[1] == b"User-agent: *\nDisallow:\n"


@pytest.mark.parametrize(
    "target",
    [
        f"{IDF}/records?limit=x&offset=-1",
        f"{BDNS}/busqueda?vpd=GE&page=x&pageSize=0",
        f"{AIDES}/aids/?page=x",
    ],
)
def test_a_number_that_is_none_breaks_nothing(target: str, client: Client) -> None:
    status, _answer = client.json("GET", target, headers=bearer(client))

    assert status == 200
