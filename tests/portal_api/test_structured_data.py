import json
from datetime import UTC, datetime
from typing import Any

import pytest

from normalize.call import Call
from portal_api.structured_data import call_json_ld, json_ld_script
from tests.calls import call, deadline, euros
from tests.portal_api.conftest import FORTHCOMING, HOSTILE, HYDROGEN, ODD_ID, SHELF

URL = "https://portal.example"


def described(one: Call) -> dict[str, Any]:
    return call_json_ld(one, public_url=URL + "/", source_title="A source")


def test_a_call_is_a_grant_one_applies_for_by_each_deadline() -> None:
    grant = described(HYDROGEN)["mainEntity"]

    assert grant["@type"] == "MonetaryGrant"
    assert grant["funder"] == {"@type": "Organization", "name": "European Commission"}
    assert grant["amount"] == {
        "@type": "MonetaryAmount", "currency": "EUR", "minValue": "4000000", "maxValue": "6000000",
    }  # fmt: skip
    assert [(action["@type"], action["endTime"]) for action in grant["potentialAction"]] == [
        ("ApplyAction", "2026-11-01T17:00:00+01:00"),
        ("ApplyAction", "2026-12-04T17:00:00+01:00"),
    ]


def test_no_hour_is_claimed_that_nobody_stated() -> None:
    ends = [action["endTime"] for action in described(FORTHCOMING)["mainEntity"]["potentialAction"]]

    assert ends == ["2027-06-03", "2027-11-03"]


def test_an_open_ended_call_has_no_end() -> None:
    (action,) = described(ODD_ID)["mainEntity"]["potentialAction"]

    assert "endTime" not in action


def test_the_budget_of_the_whole_call_stands_in_where_no_grant_is_stated() -> None:
    grant = described(call(1, budget_total=euros("1500000.50")))["mainEntity"]

    assert grant["amount"] == {"@type": "MonetaryAmount", "currency": "EUR", "value": "1500000.50"}


def test_the_page_says_language_licence_and_where_it_is_from() -> None:
    page = call_json_ld(
        HYDROGEN.model_copy(update={"changed_at": datetime(2026, 11, 1, tzinfo=UTC)}),
        public_url=URL,
        licence_url="https://licence.example/",
    )

    assert page["@id"] == page["url"] == f"{URL}/calls/eu_ft:1"
    assert (page["inLanguage"], page["license"]) == ("en", "https://licence.example/")
    assert page["isBasedOn"] == HYDROGEN.url
    assert page["dateModified"] == "2026-11-01T00:00:00+00:00"


def test_an_address_that_is_none_is_not_passed_on() -> None:
    page = described(HOSTILE)

    assert "isBasedOn" not in page
    assert page["mainEntity"]["potentialAction"][0]["target"] == page["url"]
    assert "isBasedOn" not in described(call(1, url="http://[broken"))


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "]]>", "a\u2028b"])
def test_no_text_ends_the_script(text: str) -> None:
    script = str(json_ld_script(described(call(1, title=text, summary=text))))

    assert not set("<>&\u2028\u2029") & set(script)
    assert json.loads(script)["name"] == text


def test_what_is_not_stated_is_left_out() -> None:
    def walk(value: object) -> None:
        assert value not in (None, "", [], {})
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(item)

    for one in (*SHELF, call(1, deadlines=(deadline(None, kind="continuous"),))):
        walk(described(one))
