"""Does an OpenAPI description keep the CommonGrants protocol? The rules of its `cg check spec`.

The official checker is an npm package (`@common-grants/cli`) that the registries at hand do not have.
This follows the outcomes its documentation lists for each case, against the official core 0.3 as
compiled from `@common-grants/core` (CC0): see `common_grants_core_0.3.json`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PREFIX = "/common-grants/"
CORE: dict[str, Any] = json.loads((Path(__file__).parent / "common_grants_core_0.3.json").read_text("utf-8"))
Schema = dict[str, Any]


def check(ours: Schema, core: Schema = CORE) -> list[str]:
    """Return what breaks the protocol, each as a sentence; nothing when all is well."""
    return [*_missing_routes(ours, core), *_extra_routes(ours, core), *_matching_routes(ours, core)]


def _operations(spec: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def _missing_routes(ours: Schema, core: Schema) -> Iterator[str]:
    for path, method, operation in _operations(core):
        if "required" in operation["tags"] and method not in ours["paths"].get(path, {}):
            yield f"{method} {path}: a required route is missing"


def _extra_routes(ours: Schema, core: Schema) -> Iterator[str]:
    for path, method, _ in _operations(ours):
        if path.startswith(PREFIX) and method not in core["paths"].get(path, {}):
            yield f"{method} {path}: no route of the protocol"


def _matching_routes(ours: Schema, core: Schema) -> Iterator[str]:
    for path, method, base in _operations(core):
        own = ours["paths"].get(path, {}).get(method)
        if own is None:
            continue
        where = f"{method} {path}"
        yield from _parameters(where, base, own, core, ours)
        for status, answer in base["responses"].items():
            if status not in own["responses"]:
                yield f"{where}: status {status} is missing"
                continue
            yield from _content(f"{where} {status}", answer, own["responses"][status], core, ours)
        if "requestBody" in base:
            if "requestBody" not in own:
                yield f"{where}: the body is missing"
            else:
                yield from _content(f"{where} body", base["requestBody"], own["requestBody"], core, ours)


def _parameters(where: str, base: Schema, own: Schema, core: Schema, ours: Schema) -> Iterator[str]:
    has = {one["name"]: one for one in map(lambda p: resolved(p, ours), own.get("parameters", ()))}
    for parameter in (resolved(one, core) for one in base.get("parameters", ())):
        if parameter["in"] != "query":
            continue
        name = parameter["name"]
        if name not in has:
            yield f"{where}: parameter {name} is missing"
        else:
            yield from _schema(f"{where} {name}", parameter["schema"], has[name]["schema"], core, ours)


def _content(where: str, base: Schema, own: Schema, core: Schema, ours: Schema) -> Iterator[str]:
    for media_type, content in base.get("content", {}).items():
        if media_type not in own.get("content", {}):
            yield f"{where}: media type {media_type} is missing"
        else:
            yield from _schema(where, content["schema"], own["content"][media_type]["schema"], core, ours)


def _schema(where: str, base: Schema, own: Schema, core: Schema, ours: Schema) -> Iterator[str]:
    base, own = flat(base, core), flat(own, ours)
    kind = base.get("type")
    if kind is None:
        return
    if own.get("type", kind) != kind:
        yield f"{where}: is {own['type']}, must be {kind}"
        return
    if kind == "object":
        yield from _object(where, base, own, core, ours)
    if kind == "array" and "items" in base:
        if "items" not in own:
            yield f"{where}: an array must say its items"
        else:
            yield from _schema(f"{where}[]", base["items"], own["items"], core, ours)
    if "enum" in base and "enum" in own:
        yield from (
            f"{where}: {value!r} is no value of it" for value in own["enum"] if value not in base["enum"]
        )


def _object(where: str, base: Schema, own: Schema, core: Schema, ours: Schema) -> Iterator[str]:
    theirs, has = base.get("properties", {}), own.get("properties", {})
    for name, schema in theirs.items():
        if name in has:
            yield from _schema(f"{where}.{name}", schema, has[name], core, ours)
        elif name in base.get("required", ()):
            yield f"{where}.{name}: a required property is missing"
    more = base.get("additionalProperties")
    # Stricter than the documentation, as the checker's older versions are: extra ones only where allowed.
    for name in has.keys() - theirs.keys():
        if not more:
            yield f"{where}.{name}: no property of the protocol"
        elif isinstance(more, dict):
            yield from _schema(f"{where}.{name}", more, has[name], core, ours)
    if isinstance(more, dict) and isinstance(own.get("additionalProperties"), dict):
        yield from _schema(f"{where}.*", more, own["additionalProperties"], core, ours)


def resolved(schema: Schema, spec: Schema) -> Schema:
    """Return what a `$ref` points to."""
    while "$ref" in schema:
        target: Any = spec
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


def flat(schema: Schema, spec: Schema) -> Schema:
    """Return a schema with its references followed and its `allOf` folded in."""
    schema = resolved(schema, spec)
    folded = {name: value for name, value in schema.items() if name != "allOf"}
    for part in schema.get("allOf", ()):
        inner = flat(part, spec)
        for name, value in inner.items():
            if name == "properties":
                folded["properties"] = value | folded.get("properties", {})
            elif name == "required":
                folded["required"] = sorted({*value, *folded.get("required", ())})
            else:
                folded.setdefault(name, value)
    return folded
