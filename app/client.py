"""Requests to a service over HTTP, for the command line, the evaluation and the tools for models."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from typing import Any

import httpx2

from core.errors import ServiceError, ServiceUnreachable

_HOLDS_THE_INDEX = "It has the index open. Wait until it answers, or stop it and try again."
TIMEOUT = httpx2.Timeout(300.0, connect=5.0)
_DATA = b"data: "
_DONE = b"[DONE]"


class Client:
    """JSON requests to a service.

    Every method raises ServiceError with the service's message and code, and ServiceUnreachable when there is none.
    `place` and `advice` are for that message: where the service is, and what to do about one that does not answer.
    """

    def __init__(self, http: httpx2.AsyncClient, place: str, advice: str = _HOLDS_THE_INDEX) -> None:
        self._http = http
        self._place = place
        self._advice = advice

    async def get(self, path: str) -> dict[str, Any]:
        """Request a path with GET and return the JSON object of the response."""
        return await self._request("GET", path, None, {})

    async def post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Post a JSON object and return the JSON object of the response."""
        return await self._request("POST", path, body, headers or {})

    async def delete(self, path: str) -> dict[str, Any]:
        """Request a path with DELETE and return the JSON object of the response."""
        return await self._request("DELETE", path, None, {})

    async def stream(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Post a JSON object and yield the JSON object of each event of the response, as it comes."""
        is_complete = False
        try:
            async with self._http.stream("POST", path, json=body, headers=dict(headers or {})) as response:
                if response.status_code >= 400:
                    self._parsed(response, await response.aread())
                # To the end of the response, which comes after that of the events.
                async for data in _event_data(response.aiter_bytes()):
                    is_complete = is_complete or data == _DONE
                    if not is_complete:
                        yield self._event(data)
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error
        if not is_complete:
            raise ServiceUnreachable(f"The service at {self._place} ended its answer too early.")

    async def download(self, path: str) -> AsyncGenerator[bytes, None]:
        """Request a path with GET and yield the content of the response, as it comes."""
        try:
            async with self._http.stream("GET", path) as response:
                if response.status_code >= 400:
                    self._parsed(response, await response.aread())
                async for block in response.aiter_bytes():
                    yield block
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error

    async def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        try:
            response = await self._http.request(method, path, json=body, headers=dict(headers))
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error
        return self._parsed(response, response.content)

    def _parsed(self, response: httpx2.Response, content: bytes) -> dict[str, Any]:
        """Return the object of a response. Raises ServiceError with the message of an error."""
        try:
            answer: dict[str, Any] = json.loads(content)
        except ValueError as error:
            raise ServiceError(
                f"The service at {self._place} answered {response.status_code} without JSON. "
                "Restart it with the installed version of Groundwork."
            ) from error
        if response.status_code >= 400:
            raise self._error(answer)
        return answer

    def _event(self, data: bytes) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(data)
        if "error" in event:
            raise self._error(event)
        return event

    def _error(self, answer: Mapping[str, Any]) -> ServiceError:
        error = answer.get("error", {})
        return ServiceError(error.get("message") or f"{self._place} answered {answer}", code=error.get("code"))

    def _unreachable(self, error: httpx2.HTTPError) -> ServiceUnreachable:
        return ServiceUnreachable(
            f"The service at {self._place} did not answer: {error or type(error).__name__}. {self._advice}"
        )


async def _event_data(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yield the data of each server-sent event.

    Lines end with a line feed alone: JSON texts may contain what Python counts as the end of a line as well.
    """
    rest = b""
    async for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line.startswith(_DATA):
                yield line.removeprefix(_DATA).rstrip(b"\r")
