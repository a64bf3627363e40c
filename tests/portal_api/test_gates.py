import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from config.settings import Settings
from portal_api.app import create_app
from portal_api.gates import BODY_MAX
from portal_api.rate_limits import client_of
from tests.conftest import NOW

PROGRAMS = ["/api/v1/calls", "/feed.atom", "/calendar.ics", "/openapi.json", "/api/v1/nothing"]


class Door:
    """A portal with small quotas, asked by clients of any address."""

    def __init__(self, folder: Path, **settings: str) -> None:
        small = {"rate_limit": "3/minute", "rate_limit_bulk": "1/minute"} | settings
        self.app = create_app(Settings(data_dir=folder, **small), clock=lambda: NOW)  # type: ignore[arg-type]  # as the environment gives them

    def by(self, address: str) -> TestClient:
        return TestClient(self.app, client=(address, 4711))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    door = Door(tmp_path)
    yield door
    door.app.state.portal.db.close()


def test_every_answer_says_what_is_left(door: Door) -> None:
    client = door.by("192.0.2.1")

    first, second = client.get("/api/v1/taxonomy"), client.get("/api/v1/calls/none")

    assert first.headers["ratelimit-policy"] == '"default";q=3;w=60'
    assert re.fullmatch(r'"default";r=2;t=([1-9]|[1-5]\d|60)', first.headers["ratelimit"])
    assert (second.status_code, second.headers["ratelimit"].split(";")[1]) == (404, "r=1")


def test_beyond_the_quota_one_is_told_when_to_come_again(door: Door) -> None:
    client = door.by("192.0.2.1")
    for _ in range(3):
        assert client.get("/api/v1/taxonomy").status_code == 200

    refused = client.get("/api/v1/taxonomy", headers={"Origin": "https://elsewhere.example"})

    problem = refused.json()
    assert (refused.status_code, problem["status"], problem["title"]) == (429, 429, "Too Many Requests")
    assert refused.headers["content-type"] == "application/problem+json"
    assert problem["type"].endswith("#quota-exceeded")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit"].startswith('"default";r=0;')
    assert refused.headers["access-control-allow-origin"] == "*", "a page must be able to read it"
    assert door.by("192.0.2.2").get("/api/v1/taxonomy").status_code == 200, "others are not held up"


def test_whole_files_have_a_quota_of_their_own(door: Door) -> None:
    client = door.by("192.0.2.1")

    answers = [client.get("/api/v1/export") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"bulk";q=1;w=60'
    assert client.get("/api/v1/taxonomy").status_code == 200


def test_people_and_those_who_watch_the_service_are_not_counted(door: Door) -> None:
    client = door.by("192.0.2.1")

    for path in ("/", "/healthz", "/static/portal.css") * 4:
        answer = client.get(path)
        assert (answer.status_code, "ratelimit" in answer.headers) == (200, False)


def test_this_machine_is_bounded_where_it_never_arrives(door: Door) -> None:
    for address in ("127.0.0.1", "::1", "", "a unix socket"):
        answers = [door.by(address).get("/api/v1/taxonomy") for _ in range(5)]

        assert {answer.status_code for answer in answers} == {200}
        assert answers[0].headers["ratelimit-policy"] == '"local";q=1000000;w=60'


def test_an_asker_cannot_name_itself(door: Door) -> None:
    answers = [
        door.by("192.0.2.1").get("/api/v1/taxonomy", headers={"X-Forwarded-For": f"198.51.100.{number}"})
        for number in range(4)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_a_trusted_proxy_names_who_asks(tmp_path: Path) -> None:
    door = Door(tmp_path, trusted_proxies="10.0.0.0/8, 192.0.2.9")
    proxy = door.by("192.0.2.9")

    def ask(forwarded: str) -> int:
        return proxy.get("/api/v1/taxonomy", headers={"X-Forwarded-For": forwarded}).status_code

    assert [ask("198.51.100.1") for _ in range(4)] == [200, 200, 200, 429]
    assert ask("198.51.100.2") == 200
    # What stands left of the last address no proxy of ours wrote is the asker's own invention.
    assert ask("203.0.113.5, 198.51.100.1, 10.1.1.1") == 429
    door.app.state.portal.db.close()


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::1", "::1"),
        ("testclient", "testclient"),
    ],
)
def test_a_network_of_ipv6_is_one_client(host: str, client: str) -> None:
    assert client_of({"client": (host, 1)}) == client
    assert client_of({"client": None}) == ""


@pytest.mark.parametrize("path", PROGRAMS)
def test_any_origin_may_read_what_is_for_programs_without_credentials(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://elsewhere.example", "Cookie": "a=b"})

    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "RateLimit-Policy" in answer.headers["access-control-expose-headers"]


def test_a_browser_may_ask_first(client: TestClient) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}

    answer = client.options(
        "/api/v1/calls", headers={**asked, "Access-Control-Request-Headers": "if-none-match"}
    )

    assert answer.status_code == 200
    assert set(answer.headers["access-control-allow-methods"].split(", ")) == {"GET", "HEAD", "POST"}
    forbidden = client.options("/api/v1/calls", headers={**asked, "Access-Control-Request-Method": "DELETE"})
    assert forbidden.status_code == 400


@pytest.mark.parametrize("path", ["/", "/sources", "/desk"])
def test_pages_stay_closed_to_other_origins(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://elsewhere.example"})

    assert "access-control-allow-origin" not in answer.headers


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    answer = client.post("/api/v1/calls", content=b"x" * (BODY_MAX + 1))

    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


@pytest.mark.parametrize("path", PROGRAMS)
@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_a_wrong_method_is_a_problem_that_names_the_right_one(
    client: TestClient, method: str, path: str
) -> None:
    answer = client.request(method, path)

    assert answer.headers["content-type"] == "application/problem+json"
    if path == "/api/v1/nothing":
        assert answer.status_code == 404
    else:
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "wrong", [{"rate_limit": "often"}, {"rate_limit_bulk": "0"}, {"trusted_proxies": "10.0.0.0/8,proxy"}]
)
def test_a_wrong_setting_is_found_at_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Settings(**wrong)  # type: ignore[arg-type]  # as the environment gives them
