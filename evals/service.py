"""What the evaluation needs of a service. The command line connects to one and passes the client in."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias


class ServiceClient(Protocol):
    """JSON requests to a running service.

    Every method raises ServiceError with the service's message, and ServiceUnreachable when there is none.
    """

    async def get(self, path: str) -> dict[str, Any]:
        """Request a path with GET and return the JSON object of the response."""
        ...

    async def post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Post a JSON object and return the JSON object of the response."""
        ...


class StreamingClient(ServiceClient, Protocol):
    """Requests to a running service, of which one is answered event by event."""

    def stream(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Post a JSON object and yield the JSON object of each event of the response, as it comes."""
        ...


Connect: TypeAlias = Callable[[], AbstractAsyncContextManager[StreamingClient]]
"""Open a client of the service that is evaluated."""


async def read_document_rows(client: ServiceClient) -> list[dict[str, Any]]:
    """Return the rows of all documents of a service, ordered by id, from as many pages as it has."""
    rows: list[dict[str, Any]] = []
    path: str | None = "/v1/documents"
    while path is not None:
        page = await client.get(path)
        rows += page["documents"]
        path = f"/v1/documents?cursor={page['next_cursor']}" if page["next_cursor"] else None
    return sorted(rows, key=lambda row: str(row["id"]))
