"""The OpenAPI document: the errors that a route can give, and the events of a stream.

FastAPI describes what it validates itself. It does not know our error statuses, and its own 422 never leaves here.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from app.api.chat.responses import ChatCompletionChunk
from app.api.models import ErrorResponse
from app.service.principals import WIDGET_ROUTES, is_public

_ERRORS = {
    400: "The request cannot be understood or served; the message names the field or header.",
    401: "Credentials are missing (`authentication_required`), or are not valid or no longer (`invalid_token`, …).",
    403: "The caller, or the page that sent the request, may not do this.",
    404: "The thing that the request names does not exist.",
    406: "The response would have a form that the client does not accept.",
    409: "The request contradicts the present state.",
    413: "The body is larger than what is read.",
    416: "The file does not have the range of bytes that the request asks for.",
    421: "The service does not answer for the host that the request names.",
    429: "The caller asks too much. `Retry-After` has the seconds to wait.",
    500: "A bug: the log of the service has the cause.",
    503: "The index is loading or does not answer, or the model is busy. `Retry-After` has the seconds to wait.",
    507: "The disk is full; the message names it.",
}
_WIDGET_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "The token of a session of the chat widget, from `POST /v1/widget/session`, for pages of a site.",
}
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, or with `GROUNDWORK_AUTH=oidc` an access token of the provider.",
}
_SESSION = {
    "type": "apiKey",
    "in": "cookie",
    "name": "groundwork-session",
    "description": "The session of the page; over https the cookie's name begins with `__Host-`.",
}
_REFERENCE = "#/components/schemas/{model}"
_EVENTS = (ChatCompletionChunk, ErrorResponse)

Responses = dict[int | str, dict[str, Any]]
"""Descriptions of responses by status, as FastAPI takes them."""

STREAM: Responses = {
    200: {
        "description": "The answer; with `stream` true, server-sent events.",
        "content": {
            "text/event-stream": {
                "schema": {
                    "type": "string",
                    "description": (
                        "Lines `data: <JSON>`, each followed by an empty line: chunks, an error object where the "
                        "answer fails after it began, then `data: [DONE]`. Comment lines keep the connection alive."
                    ),
                    "contentMediaType": "application/json",
                    "contentSchema": {
                        "oneOf": [{"$ref": _REFERENCE.format(model=model.__name__)} for model in _EVENTS],
                    },
                }
            }
        },
    }
}
"""The response of a route that can stream an answer."""


_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
ORIGINAL: Responses = {
    200: {"description": "The file, with its own media type if a browser may show it.", "content": _BINARY},
    206: {"description": "The range of the file that was asked for.", "content": _BINARY},
}
"""The responses of the route that sends files."""


def error_responses(*statuses: int, changes: bool = False) -> Responses:
    """Describe the errors that a route can give, and those that the guards and a bug can give for it.

    `changes`: the route changes something or takes a body, so that the guards check its size.
    """
    every = {400, 401, 403, 421, 500, *((413,) if changes else ())}
    return {status: {"model": ErrorResponse, "description": _ERRORS[status]} for status in sorted({*statuses, *every})}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the application's routes."""
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
    document["components"]["securitySchemes"] = {"widget": _WIDGET_TOKEN, "bearer": _BEARER, "session": _SESSION}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            # Any of these; the first one requires nothing, as where the service is open.
            credentials: list[dict[str, list[str]]] = [{}]
            if not is_public(method.upper(), path):
                credentials += [{"bearer": []}, {"session": []}]
            if (method.upper(), path) in WIDGET_ROUTES:
                credentials.append({"widget": []})
            if len(credentials) > 1:
                operation["security"] = credentials
    _, events = models_json_schema([(model, "serialization") for model in _EVENTS], ref_template=_REFERENCE)
    schemas.update(events["$defs"])
    return document
