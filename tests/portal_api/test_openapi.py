import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from portal_api.examples import RESPONSE_EXAMPLES
from tests.chance import examples
from tests.portal_api.conftest import Served

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_committed_description_is_the_real_one(served: Served, update_golden: bool) -> None:
    real = json.dumps(served.app.openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if update_golden:
        COMMITTED.write_text(real, "utf-8")

    assert COMMITTED.read_text("utf-8") == real, "pytest --update-golden writes it anew"


def test_it_is_openapi_3_1_and_says_what_everything_is(served: Served) -> None:
    document = served.client.get("/openapi.json").json()

    assert document["openapi"].startswith("3.1")
    for path, item in document["paths"].items():
        (operation,) = item.values()
        assert operation["summary"], path
        assert operation["description"], path
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (path, parameter["name"])


@pytest.mark.parametrize("path", sorted(RESPONSE_EXAMPLES))
def test_an_example_keeps_its_schema(served: Served, path: str) -> None:
    document = served.app.openapi()
    (operation,) = document["paths"][path].values()
    answer = operation["responses"]["200"]["content"]["application/json"]

    schema = answer["schema"] | {"components": document["components"]}
    jsonschema_rs.validator_for(schema).validate(answer["example"])


def test_every_operation_says_that_there_are_quotas(served: Served) -> None:
    for path, item in served.app.openapi()["paths"].items():
        for operation in item.values():
            assert "429" in operation["responses"], path


DESCRIBED: dict[str, Any] = json.loads(COMMITTED.read_text("utf-8"))["paths"]
PATHS = sorted(DESCRIBED)
ASKED = [
    path
    for path in PATHS
    for operation in DESCRIBED[path].values()
    if "requestBody" in operation or any(one["in"] == "query" for one in operation.get("parameters", ()))
]
"""Those with something to ask wrongly: a name in a path may be anything."""


@pytest.mark.hypothesis
@pytest.mark.parametrize("path", PATHS)
def test_every_good_question_is_answered(served: Served, path: str) -> None:
    question(served, path, GenerationMode.POSITIVE)


@pytest.mark.hypothesis
@pytest.mark.parametrize("path", ASKED)
def test_every_bad_question_is_refused(served: Served, path: str) -> None:
    question(served, path, GenerationMode.NEGATIVE)


def question(served: Served, path: str, mode: GenerationMode) -> None:
    """Ask what the description allows, or what it forbids; every answer must be as described."""
    (method,) = served.app.openapi()["paths"][path]
    operation = schemathesis.openapi.from_asgi("/openapi.json", served.app)[path][method.upper()]

    @given(operation.as_strategy(generation_mode=mode))
    @settings(max_examples=examples(25), database=None, suppress_health_check=list(HealthCheck))
    def ask(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate()

    ask()
