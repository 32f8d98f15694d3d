"""`/v1/backup`: the backup that a service makes for the command line, since it alone may read its embedded index."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from app.service.service import Service

Token = Annotated[str | None, Header(description="The token from the data directory.")]


def backup_routes(service: Service) -> APIRouter:
    """Return the route over a service. It is no part of the API: the command of the same version calls it."""
    routes = APIRouter()

    @routes.get("/v1/backup", include_in_schema=False)
    async def backup(x_groundwork_token: Token = None) -> StreamingResponse:
        """Send a backup of everything, for the command line, which can read the token."""
        service.authorize(x_groundwork_token)
        blocks = service.backup()
        # Read before the status is sent: an index that does not answer is a 503.
        first = await asyncio.to_thread(next, blocks)
        return StreamingResponse(_sent(first, blocks), media_type="application/x-tar")

    return routes


async def _sent(first: bytes, blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    try:
        block: bytes | None = first
        while block is not None:
            yield block
            block = await asyncio.to_thread(next, blocks, None)
    finally:
        # Ends it where the client went away: documents can be ingested again.
        await asyncio.to_thread(blocks.close)  # type: ignore[attr-defined]
