"""`/mcp`: the tools for language models over the Model Context Protocol."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from app.api.mcp.endpoint import McpEndpoint
from app.api.mcp.sign_in import MCP_PATH, METADATA_PATH, ProtectedResource, metadata_of
from app.api.models import ErrorResponse
from app.api.openapi import Responses, error_responses
from core.access import AccessSettings

_MESSAGE: dict[str, Any] = {
    "type": "object",
    "required": ["jsonrpc", "method"],
    "properties": {
        "jsonrpc": {"const": "2.0", "description": "The version of JSON-RPC."},
        "id": {"description": "The message's id; a notification has none.", "type": ["string", "integer"]},
        "method": {"type": "string", "description": "The method, such as `tools/call`."},
        "params": {"type": "object", "description": "Its parameters."},
    },
}
_REPLY: dict[str, Any] = {
    "type": "object",
    "required": ["jsonrpc"],
    "properties": {
        "jsonrpc": {"const": "2.0", "description": "The version of JSON-RPC."},
        "id": {"description": "The id of the message; null where it has none.", "type": ["string", "integer", "null"]},
        "result": {"type": "object", "description": "The result."},
        "error": {"type": "object", "description": "Why there is none."},
    },
}
_REFUSED = {"schema": {"anyOf": [_REPLY, {"$ref": f"#/components/schemas/{ErrorResponse.__name__}"}]}}
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": _MESSAGE}}}}


def mcp_routes(endpoint: McpEndpoint, access: AccessSettings) -> APIRouter:
    """Return the routes of an endpoint."""
    routes = APIRouter()

    @routes.post(MCP_PATH, response_class=Response, responses=_responses(), openapi_extra=_BODY)
    async def mcp() -> Response:
        """Answer a message of the Model Context Protocol (streamable HTTP, without sessions)."""
        return endpoint.response()

    @routes.get(METADATA_PATH, responses=error_responses(404))
    def metadata() -> ProtectedResource:
        """Show where clients of MCP sign in (RFC 9728), in the mode `oidc`."""
        return metadata_of(access)

    return routes


def _responses() -> Responses:
    errors = error_responses(404, 406, 503, changes=True)
    for status in (400, 404):
        errors[status] = {"description": errors[status]["description"], "content": {"application/json": _REFUSED}}
    return {
        200: {
            "description": "The reply, or a stream of notifications that ends with it.",
            "content": {
                "application/json": {"schema": _REPLY},
                "text/event-stream": {"schema": {"description": "Server-sent events with a message each."}},
            },
        },
        202: {"description": "The notification was taken."},
        **errors,
    }
