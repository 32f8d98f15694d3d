"""docs/reference/http.md: every endpoint and model of the HTTP API, from the service's OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from testing.documentation.markdown_text import cell, code_cell, row
from testing.openapi import openapi_document

_HEAD = """# HTTP reference

Every endpoint with its parameters, bodies and responses, and every model. This page is made from the service's
OpenAPI document by `make docs-reference`; a running service has that document at `/openapi.json`.
[api.md](../api.md) explains how the parts work together. Errors have the body [ErrorResponse](#errorresponse).

"""
_ERROR = "ErrorResponse"
_OTHERS = ("400", "401", "403", "421", "500")


def http_page() -> str:
    """Return the page: a table of the endpoints, the endpoints, the models."""
    document = json.loads(openapi_document())
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    lines = [_HEAD + row("endpoint", ""), row("---", "---")]
    lines += [row(f"[`{name}`](#{_anchor(name)})", _first(one)) for name, one in operations]
    common = operations[0][1]["responses"]
    lines += ["", "Every request may be answered with an error of these:", "", row("status", ""), row("---", "---")]
    lines += [row(status, cell(common[status]["description"])) for status in _OTHERS]
    lines += ["", "## Endpoints", ""]
    for name, operation in operations:
        lines += _endpoint(name, operation)
    lines += ["## Models", ""]
    for name, schema in document["components"]["schemas"].items():
        lines += _model(name, schema)
    return "\n".join(lines).rstrip() + "\n"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _first(operation: Mapping[str, Any]) -> str:
    return cell(operation.get("description", "").partition("\n\n")[0])


def _endpoint(name: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### {name}", "", operation.get("description", "").strip(), "")
    if parameters := operation.get("parameters"):
        yield from (row("parameter", "in", "type", "meaning"), row("---", "---", "---", "---"))
        for one in parameters:
            needed = "" if one.get("required") else ", optional"
            meaning = one.get("description") or one["schema"].get("description", "")
            yield row(f"`{one['name']}`", one["in"] + needed, _type(one["schema"]), cell(meaning))
        yield ""
    if body := operation.get("requestBody"):
        yield from (f"Body: {_contents(body['content'])}.", "")
    yield from (row("status", "body", ""), row("---", "---", "---"))
    for status, response in operation["responses"].items():
        contents = _contents(response.get("content", {}))
        if status not in _OTHERS or _ERROR not in contents:
            yield row(status, contents, cell(response["description"]))
    yield ""


def _contents(content: Mapping[str, Any]) -> str:
    kinds = []
    for kind, one in content.items():
        shown = _type(one.get("schema", {}))
        if events := one.get("schema", {}).get("contentSchema"):
            shown = _type(events)
        kinds.append(shown if kind == "application/json" else f"`{kind}`" + (f" of {shown}" if shown else ""))
    return "; ".join(kinds)


def _model(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### {name}", "")
    if description := schema.get("description"):
        yield from (description.strip(), "")
    fields = schema.get("properties")
    if not fields:
        yield from (_type(schema), "")
        return
    required = schema.get("required", [])
    yield from (row("field", "type", "meaning"), row("---", "---", "---"))
    for field, one in fields.items():
        needed = "" if field in required else _otherwise(one)
        yield row(f"`{field}`", _type(one) + needed, cell(one.get("description", "")))
    yield ""


def _otherwise(schema: Mapping[str, Any]) -> str:
    value = schema.get("default")
    return f", default {code_cell(json.dumps(value, ensure_ascii=False))}" if value not in (None, "") else ", optional"


def _type(schema: Mapping[str, Any]) -> str:
    """The type in words, with links to models and with its bounds."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name}](#{_anchor(name)})"
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(filter(None, (_type(one) for one in options))))
    if "const" in schema:
        return code_cell(json.dumps(schema["const"]))
    if "enum" in schema:
        return ", ".join(code_cell(json.dumps(one)) for one in schema["enum"])
    kind: str = schema.get("type", "")
    if kind == "array":
        return f"list of {_type(schema.get('items', {})) or 'values'}" + _bounds(schema, "minItems", "maxItems")
    if kind == "object" and isinstance(values := schema.get("additionalProperties"), dict):
        return f"object of {_type(values) or 'values'}"
    if kind == "string":
        return "string" + _bounds(schema, "minLength", "maxLength", " characters")
    return kind + _bounds(schema, "minimum", "maximum")


def _bounds(schema: Mapping[str, Any], least: str, most: str, unit: str = "") -> str:
    low, high = schema.get(least), schema.get(most)
    if low is None and high is None:
        return ""
    if low is not None and high is not None:
        return f" ({low} to {high}{unit})"
    return f" (at least {low}{unit})" if high is None else f" (at most {high}{unit})"
