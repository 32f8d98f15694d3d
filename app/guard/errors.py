"""The errors of the guard itself, in OpenAI's shape. Those of the upstream are passed on as they are."""

from __future__ import annotations

from typing import Any

from core.errors import RequestError


def error_object(error: RequestError) -> dict[str, Any]:
    """Return the body of an error, for a response and for an event of a stream."""
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    return {"error": {"message": str(error), "type": kind, "code": error.code}}
