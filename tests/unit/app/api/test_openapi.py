"""The OpenAPI document describes every route, response, error and field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.api import create_app
from testing.services import make_service

ROUTES = {
    ("get", "/v1/models"): "ModelList",
    ("get", "/v1/models/{model_id}"): "Model",
    ("post", "/v1/chat/completions"): "ChatCompletion",
    ("post", "/v1/feedback"): "Feedback",
    ("get", "/v1/records"): "",
    ("delete", "/v1/records"): "RecordsDeleted",
    ("get", "/v1/answers/{answer_id}/explanation"): "Explanation",
    ("get", "/v1/gaps"): "Gaps",
    ("get", "/v1/reviews"): "ReviewList",
    ("post", "/v1/reviews"): "ItemsAdded",
    ("get", "/v1/reviews/{review_id}"): "",
    ("put", "/v1/reviews/{review_id}/decision"): "",
    ("put", "/v1/reviews/{review_id}/label"): "AnswerReview",
    ("post", "/v1/reviews/{review_id}/case"): "CaseMade",
    ("get", "/v1/quality"): "Quality",
    ("post", "/v1/search"): "SearchResponse",
    ("post", "/v1/ground"): "Report",
    ("post", "/mcp"): "",
    ("get", "/.well-known/oauth-protected-resource/mcp"): "ProtectedResource",
    ("get", "/v1/corpus-health"): "CorpusHealth",
    ("get", "/v1/experiments"): "ExperimentList",
    ("get", "/v1/experiments/{name}"): "ExperimentFound",
    ("get", "/v1/documents"): "DocumentList",
    ("post", "/v1/documents"): "UploadsQueued",
    ("get", "/v1/documents/{document_id}"): "DocumentText",
    ("get", "/v1/documents/{document_id}/original"): "",
    ("delete", "/v1/documents/{document_id}"): "DocumentDeleted",
    ("post", "/v1/ingest"): "JobQueued",
    ("get", "/v1/ingest/jobs"): "JobList",
    ("get", "/v1/ingest/jobs/{job_id}"): "IngestionJob",
    ("delete", "/v1/ingest/jobs/{job_id}"): "IngestionJob",
    ("get", "/health"): "Health",
    ("get", "/ready"): "Readiness",
    ("get", "/v1/configuration"): "Configuration",
    ("post", "/v1/widget/session"): "WidgetSession",
    ("get", "/v1/access"): "AccessState",
    ("get", "/v1/sign-in"): "",
    ("post", "/v1/sign-in"): "",
    ("get", "/v1/sign-in/callback"): "",
    ("post", "/v1/sign-out"): "SignedOut",
    ("get", "/v1/audit"): "AuditLog",
}
"""The name of each route's response model; "" for a file, for a message of another protocol, for a response without
content, and for one of several."""


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    service = make_service(tmp_path_factory.mktemp("openapi"))
    yield create_app(service).openapi()
    service.close()


def operations(document: dict[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield (method, path), operation


def model_of(content: dict[str, Any]) -> str:
    return str(content.get("application/json", {}).get("schema", {}).get("$ref", "")).rpartition("/")[2]


def test_every_route_has_its_response_model(document: dict[str, Any]) -> None:
    found = {
        route: model_of(
            next(response for status, response in operation["responses"].items() if status < "400").get("content", {})
        )
        for route, operation in operations(document)
    }
    assert found == ROUTES


OTHER_ERRORS = {(("get", "/ready"), "503"), (("post", "/mcp"), "400"), (("post", "/mcp"), "404")}
"""What is not ready says so in its own model; messages of MCP can have errors of their protocol."""


def test_every_error_has_the_error_model_and_a_description(document: dict[str, Any]) -> None:
    for route, operation in operations(document):
        for status, response in operation["responses"].items():
            assert response["description"], (route, status)
            if status >= "400" and (route, status) not in OTHER_ERRORS:
                assert model_of(response["content"]) == "ErrorResponse", (route, status)


@pytest.mark.parametrize(
    ("route", "statuses"),
    [
        (("post", "/v1/chat/completions"), {"200", "400", "401", "403", "404", "413", "421", "429", "500", "503"}),
        (("get", "/v1/models/{model_id}"), {"200", "400", "401", "403", "404", "421", "500"}),
        (
            ("delete", "/v1/documents/{document_id}"),
            {"200", "400", "401", "403", "404", "409", "413", "421", "500", "503", "507"},
        ),
        (
            ("delete", "/v1/ingest/jobs/{job_id}"),
            {"200", "400", "401", "403", "404", "409", "413", "421", "500"},
        ),
        (("get", "/ready"), {"200", "400", "401", "403", "421", "500", "503"}),
        (("post", "/v1/widget/session"), {"200", "400", "401", "403", "404", "413", "421", "429", "500"}),
    ],
)
def test_a_route_has_the_statuses_that_it_can_give(
    document: dict[str, Any], route: tuple[str, str], statuses: set[str]
) -> None:
    assert set(dict(operations(document))[route]["responses"]) == statuses


def test_every_route_parameter_and_field_has_a_description(document: dict[str, Any]) -> None:
    for route, operation in operations(document):
        assert operation["description"], route
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (route, parameter["name"])
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description") or name.startswith("Body_"), name
        for field, described in schema["properties"].items():
            assert described.get("description"), (name, field)


def test_every_route_names_the_credentials_that_it_takes(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert (schemes["widget"]["scheme"], schemes["bearer"]["scheme"]) == ("bearer", "bearer")
    assert schemes["session"]["in"] == "cookie"
    taken = {route: operation.get("security", []) for route, operation in operations(document)}
    assert {route for route, credentials in taken.items() if {"widget": []} in credentials} == {
        ("get", "/v1/configuration"),
        ("post", "/v1/chat/completions"),
        ("post", "/v1/feedback"),
        ("post", "/v1/search"),
    }
    public = {route for route, credentials in taken.items() if not credentials}
    assert public == {
        ("get", "/health"),
        ("get", "/ready"),
        ("get", "/.well-known/oauth-protected-resource/mcp"),
        ("post", "/v1/widget/session"),
        ("get", "/v1/access"),
        ("get", "/v1/sign-in"),
        ("post", "/v1/sign-in"),
        ("get", "/v1/sign-in/callback"),
        ("post", "/v1/sign-out"),
    }
    keyed = [credentials for route, credentials in taken.items() if route not in public]
    assert all(credentials[:3] == [{}, {"bearer": []}, {"session": []}] for credentials in keyed)


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"].rpartition("/")[2]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    assert set(references(document)) <= set(document["components"]["schemas"])


def test_the_events_of_a_stream_are_described(document: dict[str, Any]) -> None:
    chat = dict(operations(document))["post", "/v1/chat/completions"]
    stream = chat["responses"]["200"]["content"]["text/event-stream"]["schema"]
    events = {one["$ref"].rpartition("/")[2] for one in stream["contentSchema"]["oneOf"]}
    assert events == {"ChatCompletionChunk", "ErrorResponse"}
    field = document["components"]["schemas"]["ChatCompletionChunk"]["properties"]["groundwork"]
    assert {one.get("$ref", "").rpartition("/")[2] for one in field["anyOf"]} == {"AnswerStart", "AnswerEnd", ""}


def test_the_document_is_built_once(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    app = create_app(service)
    assert app.openapi() is app.openapi()
    service.close()
