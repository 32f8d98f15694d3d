"""Every error leaves in OpenAI's shape: `{"error": {"message", "type", "code"}}`."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from core.errors import (
    PAUSE_SECONDS,
    EmbeddingError,
    GenerationError,
    GroundworkError,
    IndexFault,
    Overloaded,
    RequestError,
)

_log = logging.getLogger("groundwork")


def error_body(error: Exception) -> dict[str, Any]:
    """The object for an error that happens within a stream, and for a response."""
    if isinstance(error, RequestError):
        kind = "invalid_request_error" if error.status < 500 else "server_error"
        return _body(str(error), kind, error.code)
    if isinstance(error, GenerationError):
        return _body(str(error), "server_error", "model_unavailable")
    if isinstance(error, IndexFault | EmbeddingError):
        return _body(str(error), "server_error", "index_unavailable")
    return _body("Something went wrong in the service; its log says what.", "server_error", "internal_error")


def unexpected_body(error: Exception, path: str) -> dict[str, Any]:
    """The object for a bug: the caller learns nothing of it, the log everything."""
    _log.error("unexpected error on %s", path, exc_info=error)
    return error_body(error)


def install_error_handlers(app: FastAPI) -> None:
    """Register the handlers."""

    @app.exception_handler(GroundworkError)
    def ours(_: Request, error: GroundworkError) -> JSONResponse:
        status = error.status if isinstance(error, RequestError) else 503
        pause = error.retry_after if isinstance(error, Overloaded) else PAUSE_SECONDS
        headers = {"Retry-After": str(pause)} if status == 503 else None
        return JSONResponse(error_body(error), status_code=status, headers=headers)

    @app.exception_handler(RequestValidationError)
    def unreadable(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse(_body(_first_problem(error), "invalid_request_error", "invalid_request"), status_code=400)

    @app.exception_handler(HTTPException)
    def framework(request: Request, error: HTTPException) -> JSONResponse:
        message = (
            f"There is nothing at {request.url.path}. The endpoints are listed at /openapi.json."
            if error.status_code == 404
            else str(error.detail)
        )
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")
        body = _body(message, "invalid_request_error", code)
        return JSONResponse(body, status_code=error.status_code, headers=error.headers)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse(unexpected_body(error, request.url.path), status_code=500)


def _body(message: str, kind: str, code: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "code": code}}


def _first_problem(error: RequestValidationError) -> str:
    """Where and what, without echoing the request back."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return f"The body is not valid JSON: {first.get('ctx', {}).get('error', 'it cannot be parsed')}."
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    return f"{where or 'The body'}: {first['msg']}."
