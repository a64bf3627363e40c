"""The desk as staff use it, and as somebody who should not."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from config.settings import Settings
from normalize.call import Call
from portal_api.app import create_app
from portal_api.desk.sessions import COOKIE
from portal_api.state import Portal
from store.corrections import all_corrections
from store.publishing import publish
from store.reading import get_call
from store.runs import start_run
from store.staff import add_staff, remove_staff
from tests.conftest import NOW
from tests.portal_api.conftest import HYDROGEN, Served, fill

PASSWORD = "correct horse battery"
ADA = "ada@cluster.example"
CALL = f"/desk/call?id={quote(HYDROGEN.id)}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Served]:
    app = create_app(Settings(data_dir=tmp_path), clock=lambda: NOW)
    served = Served(app, TestClient(app, follow_redirects=False))
    fill(served.portal)
    add_staff(served.portal.db, ADA, PASSWORD, NOW)
    yield served
    served.client.close()
    served.portal.db.close()


def log_in(client: TestClient, password: str = PASSWORD, **more: str) -> int:
    return client.post("/desk/login", data={"email": ADA, "password": password, **more}).status_code


def token_of(client: TestClient, path: str = "/desk") -> str:
    found = re.search(r'name="token" value="([^"]+)"', client.get(path).text)
    assert found, "every page of the desk carries a form"
    return found[1]


def correct(client: TestClient, field: str, value: str, reason: str = "the page says so") -> tuple[int, str]:
    data = {
        "id": HYDROGEN.id,
        "field": field,
        "value": value,
        "reason": reason,
        "token": token_of(client, CALL),
    }
    answer = client.post("/desk/correct", data=data)
    return answer.status_code, answer.text


def stored(portal: Portal) -> Call:
    found = get_call(portal.db, HYDROGEN.id)
    assert found is not None
    return found


@pytest.mark.parametrize("path", ["/desk", CALL, "/desk/correct?id=x&field=title"])
def test_nobody_sees_the_desk_without_logging_in(desk: Served, path: str) -> None:
    answer = desk.client.get(path)

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/desk/login?next={quote(path, safe='')}"


@pytest.mark.parametrize("path", ["/desk/correct", "/desk/settle", "/desk/logout"])
def test_nobody_changes_anything_without_logging_in(desk: Served, path: str) -> None:
    answer = desk.client.post(
        path, data={"id": HYDROGEN.id, "field": "title", "value": "x", "number": 1, "how": "keep"}
    )

    assert (answer.status_code, stored(desk.portal).title) == (303, HYDROGEN.title)


def test_the_right_pair_opens_the_desk_with_a_cookie_no_script_can_read(desk: Served) -> None:
    answer = desk.client.post("/desk/login", data={"email": ADA, "password": PASSWORD, "next": CALL})

    assert (answer.status_code, answer.headers["location"]) == (303, CALL)
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in (COOKIE, "HttpOnly", "SameSite=lax", "Path=/desk"))
    assert desk.client.get("/desk").status_code == 200


def test_a_wrong_pair_does_not_say_which_half_is_wrong(desk: Served) -> None:
    wrong = desk.client.post("/desk/login", data={"email": ADA, "password": "wrong horse battery"})
    nobody = desk.client.post("/desk/login", data={"email": "x@y.example", "password": PASSWORD})

    assert wrong.status_code == nobody.status_code == 403
    assert wrong.text.replace(ADA, "") == nobody.text.replace("x@y.example", "")


def test_trying_passwords_comes_to_an_end(desk: Served) -> None:
    tries = [log_in(desk.client, "wrong horse battery") for _ in range(6)]

    assert tries == [403] * 5 + [429]
    assert log_in(desk.client) == 429


@pytest.mark.parametrize(
    "next_page", ["https://evil.example", "//evil.example", "/desk\\@evil.example", "/other"]
)
def test_logging_in_leads_nowhere_else(desk: Served, next_page: str) -> None:
    answer = desk.client.post("/desk/login", data={"email": ADA, "password": PASSWORD, "next": next_page})

    assert answer.headers["location"] == "/desk"


def test_a_cookie_somebody_made_opens_nothing(desk: Served) -> None:
    desk.client.cookies.set(COOKIE, "WzEsMF0.aaaa.bbbb", path="/desk")

    assert desk.client.get("/desk").status_code == 303


def test_logging_out_ends_the_session_even_for_who_kept_the_cookie(desk: Served) -> None:
    log_in(desk.client)
    kept = desk.client.cookies[COOKIE]
    desk.client.post("/desk/logout", data={"token": token_of(desk.client)})
    desk.client.cookies.set(COOKIE, kept, path="/desk")

    assert desk.client.get("/desk").status_code == 303


def test_a_removed_account_is_out_at_once(desk: Served) -> None:
    log_in(desk.client)
    remove_staff(desk.portal.db, ADA, NOW)

    assert desk.client.get("/desk").status_code == 303


def test_a_form_of_another_site_or_without_its_token_changes_nothing(desk: Served) -> None:
    log_in(desk.client)
    data = {"id": HYDROGEN.id, "field": "title", "value": "Owned", "reason": "x"}
    with_token = data | {"token": token_of(desk.client)}

    answers = [
        desk.client.post("/desk/correct", data=data),
        desk.client.post("/desk/correct", data=data | {"token": "WzEsMF0.aaaa.bbbb"}),
        desk.client.post("/desk/correct", data=with_token, headers={"Origin": "https://evil.example"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert stored(desk.portal).title == HYDROGEN.title


def test_a_field_is_corrected_and_readers_see_it(desk: Served) -> None:
    log_in(desk.client)

    status, _ = correct(desk.client, "title", "Electrolysers at sea")

    assert status == 303
    assert "Electrolysers at sea" in desk.client.get(f"/calls/{HYDROGEN.id}").text
    page = desk.client.get(CALL).text
    assert "Corrected" in page
    assert "the page says so" in page


def test_a_value_that_cannot_be_read_comes_back_with_what_is_wrong(desk: Served) -> None:
    log_in(desk.client)

    status, page = correct(desk.client, "deadlines", "next <week>", "I think so")

    assert status == 422
    assert "write a deadline as" in page
    assert "next &lt;week&gt;" in page
    assert 'value="I think so"' in page
    assert all_corrections(desk.portal.db) == []


def test_a_tag_is_added_and_a_wrong_one_removed(desk: Served) -> None:
    log_in(desk.client)

    assert correct(desk.client, "tags.digital.ai_data", "yes", "AI controls it")[0] == 303
    assert correct(desk.client, "tags.clean.hydrogen", "no", "only a word")[0] == 303

    assert [(tag.area, tag.by) for tag in stored(desk.portal).tags] == [("digital.ai_data", "staff")]


def test_a_tag_without_a_reason_is_refused_on_the_call_s_page(desk: Served) -> None:
    log_in(desk.client)

    status, page = correct(desk.client, "tags.digital.ai_data", "yes", " ")

    assert status == 422
    assert "a reason is needed" in page


def test_a_conflict_shows_both_values_and_can_be_settled(desk: Served) -> None:
    log_in(desk.client)
    correct(desk.client, "title", "Our title")
    run_id = start_run(desk.portal.db, "eu_ft", NOW)
    publish(desk.portal.db, run_id, "eu_ft", [HYDROGEN.model_copy(update={"title": "Their new title"})], NOW)

    page = desk.client.get("/desk").text
    assert all(words in page for words in ("Our title", HYDROGEN.title, "Their new title", "Keep ours"))
    (kept,) = all_corrections(desk.portal.db)
    settled = desk.client.post(
        "/desk/settle", data={"number": kept.number, "how": "take_back", "token": token_of(desk.client)}
    )

    assert settled.status_code == 303
    assert stored(desk.portal).title == "Their new title"
    assert "No conflict" in desk.client.get("/desk").text


def test_the_call_to_correct_is_found_by_its_identifier(desk: Served) -> None:
    log_in(desk.client)

    page = desk.client.get("/desk", params={"q": "HORIZON-JU-CLEANH2-2027-01-04"}).text

    assert f'href="{CALL}"'.replace("&", "&amp;") in page


@pytest.mark.parametrize("path", ["/desk/call?id=none", f"/desk/correct?id={quote(HYDROGEN.id)}&field=id"])
def test_what_is_not_there_is_404(desk: Served, path: str) -> None:
    log_in(desk.client)

    assert desk.client.get(path).status_code == 404


def test_the_desk_is_kept_by_no_cache(desk: Served) -> None:
    log_in(desk.client)

    assert desk.client.get("/desk").headers["cache-control"] == "no-store"
