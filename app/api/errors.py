"""Errors have OpenAI's shape: `{"error": {"message", "type", "code"}}`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.api.callers import principal_of
from app.api.models import ErrorObject, ErrorResponse, ErrorType
from app.service.principals import NOBODY, Principal
from core.disk import disk_full
from core.errors import (
    PAUSE_SECONDS,
    DatabaseFault,
    EmbeddingError,
    Forbidden,
    GenerationError,
    GroundworkError,
    IndexFault,
    Overloaded,
    RateLimited,
    RequestError,
    Unauthorized,
)
from core.logs import log_context

_CALLER: Final[ErrorType] = "invalid_request_error"
_SERVICE: Final[ErrorType] = "server_error"
_NO_MODEL = "The language model does not answer now. Ask again later."
_NO_INDEX = "The documents cannot be searched now. Ask again later."
_NO_DATABASE = "The database does not answer now. Ask again later."
_log = logging.getLogger("groundwork")


def error_body(error: Exception, principal: Principal = NOBODY) -> ErrorResponse:
    """Return the object of an error, for a response and for an event of a stream.

    The cause of a failure names folders and servers of the installation, for those who may manage it; the visitors of a
    site read what has failed.
    """
    reads_cause = principal.may("manage")
    if isinstance(error, DatabaseFault) and not reads_cause:
        return _body(_NO_DATABASE, _SERVICE, error.code)
    if isinstance(error, RequestError):
        return _body(str(error), _CALLER if error.status < 500 else _SERVICE, error.code)
    if isinstance(error, GenerationError):
        return _body(str(error) if reads_cause else _NO_MODEL, _SERVICE, "model_unavailable")
    if isinstance(error, IndexFault | EmbeddingError):
        return _body(str(error) if reads_cause else _NO_INDEX, _SERVICE, "index_unavailable")
    request_id = log_context().request_id
    where = f" under {request_id}" if request_id else ""
    return _body(f"Something went wrong in the service; its log has the cause{where}.", _SERVICE, "internal_error")


def error_headers(error: GroundworkError) -> dict[str, str]:
    """Return the headers of an error: when to ask again, and which authentication is asked for."""
    if isinstance(error, Unauthorized):
        # RFC 6750, section 3: the code of every wrong or expired token; without a token there is none.
        is_missing = error.code == "authentication_required"
        return {"WWW-Authenticate": 'Bearer realm="groundwork"' if is_missing else 'Bearer error="invalid_token"'}
    if isinstance(error, Forbidden) and error.code == "insufficient_scope":
        return {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
    if isinstance(error, Overloaded | RateLimited):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": str(PAUSE_SECONDS)} if _status(error) == 503 else {}


def unexpected_body(error: Exception, path: str) -> ErrorResponse:
    """Return the object of a bug, which names no cause, and log the cause."""
    _log.error("unexpected error on %s", path, exc_info=error)
    return error_body(error)


def unexpected_response(error: Exception, path: str) -> JSONResponse:
    """Return the response to a request that a bug ended, and log the cause."""
    return _response(unexpected_body(error, path), 500)


def install_error_handlers(app: FastAPI) -> None:
    """Register the handlers. A bug is answered by the guards, so that its response has their headers too."""

    @app.exception_handler(GroundworkError)
    def ours(request: Request, error: GroundworkError) -> JSONResponse:
        if not isinstance(error, RequestError):
            _log.warning("%s failed: %s", request.url.path, error)
        return _response(error_body(error, principal_of(request)), _status(error), error_headers(error))

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return _response(_body(_first_problem(error), _CALLER, "invalid_request"), 400)

    @app.exception_handler(OSError)
    def of_the_system(request: Request, error: OSError) -> JSONResponse:
        full = disk_full(error)
        return ours(request, full) if full is not None else unexpected_response(error, request.url.path)

    @app.exception_handler(HTTPException)
    def framework(request: Request, error: HTTPException) -> JSONResponse:
        # FastAPI takes whatever interrupts the reading of a body for a mistake in it.
        full = disk_full(error.__cause__) if isinstance(error.__cause__, OSError) else None
        if full is not None:
            return ours(request, full)
        message = (
            f"There is nothing at {request.url.path}. The endpoints are listed at /openapi.json."
            if error.status_code == 404
            else str(error.detail)
        )
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")
        return _response(_body(message, _CALLER, code), error.status_code, error.headers)


def _status(error: GroundworkError) -> int:
    return error.status if isinstance(error, RequestError) else 503


def _response(body: ErrorResponse, status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body.model_dump(), status_code=status, headers=headers)


def _body(message: str, kind: ErrorType, code: str) -> ErrorResponse:
    return ErrorResponse(error=ErrorObject(message=message, type=kind, code=code))


def _first_problem(error: RequestValidationError) -> str:
    """Name the field and the problem, without repeating the request."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return f"The body is not valid JSON: {first.get('ctx', {}).get('error', 'it cannot be parsed')}."
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    return f"{where or 'The body'}: {first['msg']}."
