"""The OpenAPI 3.1 description: FastAPI's own, and what it cannot know."""

from typing import Any

from fastapi import FastAPI

from portal_api import parameters
from portal_api.audience import is_limited
from portal_api.examples import RESPONSE_EXAMPLES

_OF_EVERY_OPERATION = parameters.problems(413, 429)


def describe(app: FastAPI) -> None:
    """Let ``app`` say its whole description: problems, quotas, and an example of each answer."""
    made_by_fastapi = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = made_by_fastapi()
            schema["components"]["schemas"]["ProblemDocument"] = parameters.PROBLEM_SCHEMA
            for path, operations in schema["paths"].items():
                for operation in operations.values():
                    _complete(path, operation)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents


def _complete(path: str, operation: dict[str, Any]) -> None:
    if is_limited(path):
        for status, answer in _OF_EVERY_OPERATION.items():
            operation["responses"].setdefault(str(status), answer)
    example = RESPONSE_EXAMPLES.get(path)
    content = operation["responses"].get("200", {}).get("content", {})
    if example is not None and "application/json" in content:
        content["application/json"]["example"] = example
