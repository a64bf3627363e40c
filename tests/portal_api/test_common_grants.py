"""CommonGrants: our description against the official core, our answers through the official SDK."""

import copy
import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
import uvicorn
from common_grants_sdk.client import Client
from common_grants_sdk.client.config import Config
from common_grants_sdk.client.exceptions import APIError
from common_grants_sdk.schemas.pydantic.responses import (
    OpportunitiesListResponse,
    OpportunitiesSearchResponse,
    OpportunityResponse,
)
from fastapi.testclient import TestClient

from portal_api.common_grants.custom_fields import PUBLISHED
from portal_api.common_grants.opportunity import opportunity_id
from tests.portal_api.common_grants_check import check
from tests.portal_api.conftest import HOSTILE, HYDROGEN, MANY, ODD_ID, SHELF, Served

ROOT = "/common-grants/opportunities"


# --- the description


def test_the_description_keeps_the_protocol(served: Served) -> None:
    assert check(served.app.openapi()) == []


Spoil = dict[str, Any]


def _without_view(spec: Spoil) -> None:
    del spec["paths"][f"{ROOT}/{{oppId}}"]


def _extra_route(spec: Spoil) -> None:
    spec["paths"]["/common-grants/calls"] = spec["paths"][ROOT]


def _without_page(spec: Spoil) -> None:
    del spec["paths"][ROOT]["get"]["parameters"][0]


def _without_404(spec: Spoil) -> None:
    del spec["paths"][f"{ROOT}/{{oppId}}"]["get"]["responses"]["404"]


def _without_title(spec: Spoil) -> None:
    del spec["components"]["schemas"]["Opportunity"]["properties"]["title"]


def _extra_property(spec: Spoil) -> None:
    spec["components"]["schemas"]["Opportunity"]["properties"]["nuts"] = {"type": "string"}


def _other_type(spec: Spoil) -> None:
    spec["components"]["schemas"]["MoneyShape"]["properties"]["amount"] = {"type": "number"}


def _other_status(spec: Spoil) -> None:
    spec["components"]["schemas"]["StatusShape"]["properties"]["value"]["enum"].append("withdrawn")


@pytest.mark.parametrize(
    "spoil",
    [
        _without_view,
        _extra_route,
        _without_page,
        _without_404,
        _without_title,
        _extra_property,
        _other_type,
        _other_status,
    ],
)
def test_the_check_finds_what_breaks_the_protocol(served: Served, spoil: Any) -> None:  # noqa: ANN401 - one of above
    spec = copy.deepcopy(served.app.openapi())
    spoil(spec)

    assert check(spec)


# --- the answers, through the official SDK's models


def test_a_list_is_what_the_sdk_reads(client: TestClient) -> None:
    answer = OpportunitiesListResponse.model_validate(client.get(ROOT).json())

    assert {item.id for item in answer.items} == {opportunity_id(one.id) for one in SHELF}
    assert (answer.pagination_info.total_items, answer.pagination_info.total_pages) == (len(SHELF), 1)


def test_pages_do_not_overlap(client: TestClient) -> None:
    pages = [client.get(f"{ROOT}?page={page}&pageSize=10").json() for page in range(1, 6)]

    found = [item["id"] for page in pages for item in page["items"]]
    assert len(found) == len(set(found)) == len(SHELF)
    assert pages[0]["paginationInfo"] == {"page": 1, "pageSize": 10, "totalItems": 32, "totalPages": 4}
    assert pages[4]["items"] == []


def view(client: TestClient, call_id: str) -> dict[str, Any]:
    answer = client.get(f"{ROOT}/{opportunity_id(call_id)}")
    assert answer.status_code == 200, answer.text
    OpportunityResponse.model_validate(answer.json())
    document: dict[str, Any] = answer.json()["data"]
    return document


def test_a_call_is_an_opportunity(client: TestClient) -> None:
    found = view(client, HYDROGEN.id)

    assert (found["title"], found["status"]["value"]) == (HYDROGEN.title, "open")
    assert found["description"] == "Scope\nHydrogen & wind."
    assert found["funding"] == {
        "details": "Up to 70% of the costs",
        "totalAmountAvailable": {"amount": "18000000", "currency": "EUR"},
        "minAwardAmount": {"amount": "4000000", "currency": "EUR"},
        "maxAwardAmount": {"amount": "6000000", "currency": "EUR"},
    }
    dates = found["keyDates"]
    assert (dates["postDate"]["date"], "time" in dates["postDate"]) == ("2026-09-02", False)
    assert (dates["closeDate"]["date"], dates["closeDate"]["time"]) == ("2026-12-04", "17:00:00")
    assert dates["closeDate"]["description"] == "Europe/Brussels time"
    assert sorted(dates["otherDates"]) == ["cut_off_1", "cut_off_2"]
    assert [one["value"] for one in found["acceptedApplicantTypes"]] == [
        "for_profit_small_business",
        "custom",
    ]
    assert found["acceptedApplicantTypes"][1]["customValue"] == "university"


def test_no_hour_is_claimed_that_nobody_stated(client: TestClient) -> None:
    closing = view(client, "es_bdns:2")["keyDates"]["closeDate"]

    assert (closing["date"], "time" in closing) == ("2026-12-10", False)


@pytest.mark.parametrize(
    ("call_id", "status", "custom"),
    [
        ("es_bdns:4", "closed", None),
        ("es_bdns:6", "custom", "withdrawn"),
        ("es_bdns:7", "custom", "unknown"),
        ("eu_ft:5", "forecasted", None),
    ],
)
def test_status_says_what_is(client: TestClient, call_id: str, status: str, custom: str | None) -> None:
    said = view(client, call_id)["status"]

    assert (said["value"], said.get("customValue")) == (status, custom)


def test_an_open_ended_call_has_words_for_a_date(client: TestClient) -> None:
    closing = view(client, ODD_ID.id)["keyDates"]["closeDate"]

    assert (closing["eventType"], closing["details"]) == ("other", "no end date; open until funds end")


def test_an_address_that_is_none_is_left_out(client: TestClient) -> None:
    assert "source" not in view(client, "es_bdns:2")


def test_custom_fields_are_published_and_keep_their_schemas(client: TestClient) -> None:
    seen = set()
    for one in SHELF:
        for key, field in view(client, one.id)["customFields"].items():
            path = field["schema"].removeprefix("https://portal.example")
            schema = client.get(path)
            assert schema.headers["content-type"] == "application/schema+json"
            jsonschema_rs.validator_for(schema.json()).validate(field["value"])
            seen.add(key)
    assert {"stages", "nuts", "tags", "callId", "sovereigntySeal"} <= seen <= set(PUBLISHED)


def test_custom_fields_hold_what_the_protocol_has_no_place_for(client: TestClient) -> None:
    fields = {key: field["value"] for key, field in view(client, HYDROGEN.id)["customFields"].items()}

    assert fields["callId"] == HYDROGEN.id
    assert [stage["kind"] for stage in fields["stages"]] == ["cut_off", "cut_off"]
    assert fields["tags"] == [
        {"area": "clean.hydrogen", "sector": "clean", "confidence": 0.9, "words": ["hydrogen"]}
    ]
    assert view(client, ODD_ID.id)["customFields"]["nuts"]["value"] == ["FR", "FR1", "FR10"]


# --- searching


def search(client: TestClient, **body: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    answer = client.post(f"{ROOT}/search", json=body)
    assert answer.status_code == 200, answer.text
    OpportunitiesSearchResponse.model_validate(answer.json())
    document: dict[str, Any] = answer.json()
    return document


def found(client: TestClient, **filters: Any) -> set[str]:  # noqa: ANN401 - JSON
    answer = search(client, filters=filters)
    assert answer["filterInfo"]["errors"] == []
    return {item["customFields"]["callId"]["value"] for item in answer["items"]}


def euros(low: str, high: str) -> dict[str, Any]:
    return {"min": {"amount": low, "currency": "EUR"}, "max": {"amount": high, "currency": "EUR"}}


@pytest.mark.parametrize(
    ("filters", "calls"),
    [
        ({"status": {"operator": "in", "value": ["forecasted", "closed"]}}, {"eu_ft:5", "es_bdns:4"}),
        ({"status": {"operator": "in", "value": ["custom"]}}, {"es_bdns:6", "es_bdns:7"}),
        ({"status": {"operator": "in", "value": []}}, set()),
        (
            {"closeDateRange": {"operator": "between", "value": {"min": "2026-12-04", "max": "2026-12-10"}}},
            {"eu_ft:1", "es_bdns:2"},
        ),
        (
            {"closeDateRange": {"operator": "between", "value": {"max": "2026-01-01"}}},
            {"es_bdns:4"},
        ),
        (
            {"totalFundingAvailableRange": {"operator": "between", "value": euros("1", "18000000")}},
            {"eu_ft:1"},
        ),
        ({"totalFundingAvailableRange": {"operator": "outside", "value": euros("1", "18000000")}}, set()),
        ({"minAwardAmountRange": {"operator": "between", "value": euros("4000000", "4000000")}}, {"eu_ft:1"}),
        ({"maxAwardAmountRange": {"operator": "outside", "value": euros("1", "2")}}, {"eu_ft:1"}),
        (
            {"customFilters": {"sector": {"operator": "in", "value": ["clean", "digital"]}}},
            {"eu_ft:1", "eu_ft:5"},
        ),
        ({"customFilters": {"country": {"operator": "eq", "value": "FR"}}}, {ODD_ID.id}),
        ({"customFilters": {"sector": {"operator": "in", "value": []}}}, set()),
    ],
)
def test_a_filter_finds_just_what_it_says(
    client: TestClient, filters: dict[str, Any], calls: set[str]
) -> None:
    assert found(client, **filters) == calls


def test_amounts_of_another_currency_match_nothing(client: TestClient) -> None:
    dollars = json.loads(json.dumps(euros("0", "99999999999")).replace("EUR", "USD"))

    for operator in ("between", "outside"):
        assert found(client, totalFundingAvailableRange={"operator": operator, "value": dollars}) == set()


def test_what_is_not_understood_is_said_and_left_out(client: TestClient) -> None:
    answer = search(
        client,
        filters={
            "colour": {"operator": "eq", "value": "green"},
            "customFilters": {
                "shape": {"operator": "eq", "value": "round"},
                "sector": {"operator": "like", "value": "cl"},
                "level": {"operator": "in", "value": ["cosmic"]},
                "area": {"operator": "in", "value": [1]},
            },
        },
        sorting={"sortBy": "custom", "customSortBy": "beauty"},
    )

    errors = answer["filterInfo"]["errors"]
    assert [error.partition(":")[0] for error in errors] == [
        "customFilters.shape", "customFilters.sector", "customFilters.level", "customFilters.area", "colour",
    ]  # fmt: skip
    assert answer["sortInfo"]["sortBy"] == "lastModifiedAt"
    assert "'beauty'" in answer["sortInfo"]["errors"][0]
    assert answer["paginationInfo"]["totalItems"] == len(SHELF)


def test_filters_are_told_as_they_were_sent(client: TestClient) -> None:
    sent = {
        "status": {"operator": "notIn", "value": ["closed"]},
        "customFilters": {"x": {"operator": "eq", "value": None}},
    }

    assert search(client, filters=sent)["filterInfo"]["filters"] == sent


def test_words_are_searched_as_everywhere(client: TestClient) -> None:
    assert [item["title"] for item in search(client, search="hydrogen")["items"]] == [HYDROGEN.title]


@pytest.mark.parametrize(
    ("sort_by", "first"),
    [
        ("title", HOSTILE.title),
        ("keyDates.closeDate", "Over and done"),
        ("funding.totalAmountAvailable", HYDROGEN.title),
        ("funding.minAwardAmount", HYDROGEN.title),
        ("funding.maxAwardAmount", HYDROGEN.title),
        ("status.value", "Quantum to come"),
    ],
)
def test_every_order_of_the_protocol_is_kept(client: TestClient, sort_by: str, first: str) -> None:
    upward = search(client, sorting={"sortBy": sort_by, "sortOrder": "asc"})
    downward = search(client, sorting={"sortBy": sort_by, "sortOrder": "desc"})

    assert upward["items"][0]["title"] == first
    assert upward["sortInfo"] == {"sortBy": sort_by, "sortOrder": "asc", "errors": []}
    assert {item["id"] for item in upward["items"]} == {item["id"] for item in downward["items"]}
    if sort_by == "title":
        titles = [item["title"].casefold() for item in downward["items"]]
        assert titles == sorted(titles, reverse=True)


@pytest.mark.parametrize("sort_by", ["lastModifiedAt", "createdAt", "funding.estimatedAwardCount"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_no_order_loses_a_call(client: TestClient, sort_by: str, order: str) -> None:
    answer = search(client, sorting={"sortBy": sort_by, "sortOrder": order})

    assert answer["paginationInfo"]["totalItems"] == len(SHELF)


# --- errors


def closing_by(day: object) -> dict[str, object]:
    return {"operator": "between", "value": {"max": day}}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", f"{ROOT}/{opportunity_id('nobody')}", None, 404),
        ("GET", f"{ROOT}/no-uuid", None, 422),
        ("GET", f"{ROOT}?page=0", None, 422),
        ("GET", f"{ROOT}?pagesize=5", None, 422),
        ("DELETE", ROOT, None, 405),
        ("GET", "/common-grants/forms", None, 404),
        ("POST", f"{ROOT}/search", {"filters": None}, 422),
        ("POST", f"{ROOT}/search", {"sorting": {"sortBy": "beauty"}}, 422),
        ("POST", f"{ROOT}/search", {"search": "x" * 501}, 422),
        ("POST", f"{ROOT}/search", {"filters": {"closeDateRange": closing_by(0)}}, 422),
        ("POST", f"{ROOT}/search", {"filters": {"closeDateRange": closing_by("0")}}, 422),
    ],
)
def test_an_error_is_one_of_the_protocol_and_a_problem(
    client: TestClient, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    answer = client.request(method, path, json=body)

    said = answer.json()
    assert (answer.status_code, said["status"], answer.headers["content-type"]) == (
        status, status, "application/json",
    )  # fmt: skip
    assert said["message"] == said["detail"] == said["errors"][0]
    assert said["title"]


# --- the official client, over the wire


@pytest.fixture(scope="module")
def address(served: Served) -> Iterator[str]:
    """Serve the portal on loopback; its lifespan stays with the fixture that made it."""
    server = uvicorn.Server(uvicorn.Config(served.app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def sdk(address: str) -> Iterator[Client[Any, Any, Any, Any]]:
    with Client(Config(base_url=address, api_key="none is needed", page_size=7)) as client:
        yield client


def test_the_official_client_lists_every_page(sdk: Client[Any, Any, Any, Any]) -> None:
    listed = sdk.opportunities.list()

    assert listed.errors == []
    assert {item.id for item in listed.items} == {opportunity_id(one.id) for one in SHELF}


def test_the_official_client_gets_one(sdk: Client[Any, Any, Any, Any]) -> None:
    one: Any = sdk.opportunities.get(opportunity_id(HYDROGEN.id))

    assert one.key_dates.close_date.date == date(2026, 12, 4)
    assert Decimal(one.funding.total_amount_available.amount) == 18_000_000
    assert one.get_custom_field_value("nuts", list) is None
    assert one.get_custom_field_value("level", str) == "eu"
    assert one.created_at <= datetime.now(UTC)


def test_the_official_client_searches(sdk: Client[Any, Any, Any, Any]) -> None:
    result = sdk.opportunities.search(
        "digitalización", filters={"status": {"operator": "in", "value": ["open"]}}, page_size=10
    )

    assert result.errors == []
    assert result.filter_info.errors == []
    assert len(result.items) == len(MANY)


def test_the_official_client_is_told_what_does_not_exist(sdk: Client[Any, Any, Any, Any]) -> None:
    with pytest.raises(APIError, match="404"):
        sdk.opportunities.get(opportunity_id("nobody"))
