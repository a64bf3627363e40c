"""No address, however mangled, is answered by a fault of ours."""

import json
from urllib.parse import quote, quote_from_bytes, urlencode

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.query import SearchQuery
from portal_api.audience import is_for_programs
from tests.chance import examples
from tests.portal_api.conftest import ODD_ID, Served

SEARCHES = [
    "/",
    "/api/v1/calls",
    "/api/v1/facets",
    "/api/v1/export",
    "/feed.atom",
    "/feed.json",
    "/calendar.ics",
]
OTHERS = [
    "/sources",
    "/dcat",
    "/dump/calls.csv",
    "/sitemap.xml",
    "/robots.txt",
    "/common-grants/opportunities",
]
NAMES = [
    *SearchQuery.model_fields,
    "q",
    "facets",
    "format",
    "columns",
    "id",
    "view",
    "lang",
    "page",
    "pageSize",
]
TRAPS = [
    "", "0", "-1", "1e400", "NaN", "null", "true", "0x10", "9" * 40, "2026-02-30", "0001-01-01", "9999-12-31",
    "not_stated", "open", "hydrogen", '"', "-", "*", "a" * 600, "\x00", "\ud7ff", "\u202e", "%", "..",
    "' or 1=1 --", "{{7*7}}", "<script>", "(((((", "AND OR NOT", "title:x", "[1 TO 2]", "\\", "🦄", "eu_ft:1",
    ODD_ID.id,
]  # fmt: skip
values = st.sampled_from(TRAPS) | st.text(max_size=30) | st.integers().map(str) | st.dates().map(str)
pairs = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=8), values), max_size=6)
raw = st.binary(max_size=60).map(lambda data: quote_from_bytes(data, safe="&=;+%"))
queries = pairs.map(lambda some: urlencode(some, errors="surrogatepass")) | raw


def sane(client: TestClient, method: str, path: str, body: bytes | None = None) -> None:
    """Ask, and check that the answer is one: a page, a file, or a problem that says what is wrong."""
    answer = client.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code < 500, (method, path)
    if answer.status_code >= 400 and is_for_programs(path.partition("?")[0]):
        problem = json.loads(answer.content)
        assert problem["status"] == answer.status_code
        assert problem["detail"]


fuzzed = settings(
    max_examples=examples(120),
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.hypothesis
@pytest.mark.parametrize("path", SEARCHES)
def test_no_query_string_is_answered_by_a_fault(client: TestClient, path: str) -> None:
    @given(query=queries)
    @fuzzed
    def ask(query: str) -> None:
        sane(client, "GET", f"{path}?{query}")

    ask()


@given(path=st.sampled_from(OTHERS), query=queries)
@fuzzed
def test_nor_is_one_where_there_is_nothing_to_ask(client: TestClient, path: str, query: str) -> None:
    sane(client, "GET", f"{path}?{query}")


ROOMS = [
    "/calls/{}", "/calls/{}.ics", "/api/v1/calls/{}", "/api/v1/calls/{}/history",
    "/api/v1/custom-fields/{}.json", "/common-grants/opportunities/{}", "/common-grants/{}", "/dump/{}",
    "/sitemap-{}.xml", "/static/{}", "/{}",
]  # fmt: skip


@given(room=st.sampled_from(ROOMS), name=values.map(lambda text: quote(text, safe="")) | raw)
@fuzzed
def test_no_path_is_answered_by_a_fault(client: TestClient, room: str, name: str) -> None:
    sane(client, "GET", room.format(name).replace("?", "%3F").replace("#", "%23"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.sampled_from(TRAPS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = ["search", "filters", "sorting", "pagination"]
FILTERS = ["status", "closeDateRange", "totalFundingAvailableRange", "minAwardAmountRange", "customFilters"]
filters = st.dictionaries(
    st.sampled_from(FILTERS),
    json_values
    | st.fixed_dictionaries({"operator": st.sampled_from(["in", "between", "x"]), "value": json_values}),
)
bodies = st.dictionaries(st.sampled_from(MEMBERS), json_values | filters, max_size=4)


@given(body=bodies.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=40))
@fuzzed
def test_no_body_is_answered_by_a_fault(client: TestClient, body: bytes) -> None:
    sane(client, "POST", "/common-grants/opportunities/search", body)


METHODS = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]


@pytest.mark.parametrize("method", METHODS)
def test_every_address_for_programs_names_the_methods_it_knows(served: Served, method: str) -> None:
    for path, item in served.app.openapi()["paths"].items():
        if method.lower() in item:
            continue
        asked = path.replace("{name}", "calls.csv").replace("{", "").replace("}", "")

        answer = served.client.request(method, asked)

        assert (answer.status_code, answer.json()["status"]) == (405, 405), (method, path)
        assert answer.headers["allow"] in ("GET, HEAD", "POST"), path
