"""Connect the command line to a service: over HTTP to the one that has the index open, else inside this process.

Both connections use the same HTTP API, so that questions from the terminal, the evaluation and the page take the same
path.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx2

from app.client import TIMEOUT, Client
from core.domain import load_domain
from core.errors import IndexLocked
from core.index.lock import Holder, find_holder, held_by
from core.index.open import embedded_root
from core.settings import Settings

if TYPE_CHECKING:
    from app.service.service import Service


def service_holding_index(settings: Settings) -> Holder | None:
    """Return the service that has the embedded index open, if any.

    Raises IndexLocked when another command has, and DomainMismatch when the service is one of another domain.
    """
    if settings.qdrant_url is not None:
        return None
    holder = find_holder(embedded_root(settings))
    if holder is not None and holder.url is None:
        raise IndexLocked(held_by(embedded_root(settings), holder))
    if holder is not None:
        holder.check_domain(load_domain(settings.domain_dir).identity, embedded_root(settings))
    return holder


@asynccontextmanager
async def connect(settings: Settings, command: str) -> AsyncIterator[Client]:
    """Connect to the service that has the index open; without one, to a service in this process for this command."""
    holder = service_holding_index(settings)
    if holder is not None and holder.url is not None:
        # The token of the data directory: who can read it may do everything, in every access mode.
        token = {"X-Groundwork-Token": holder.token} if holder.token else {}
        async with httpx2.AsyncClient(base_url=holder.url, timeout=TIMEOUT, trust_env=False, headers=token) as http:
            yield Client(http, holder.url)
        return
    async with connect_here(settings, command) as (client, _):
        yield client


@asynccontextmanager
async def connect_here(settings: Settings, command: str) -> AsyncIterator[tuple[Client, Service]]:
    """Open a service in this process for this command, and connect to it. Raises IndexLocked beside a running one."""
    from app.api import create_app
    from app.in_process import InProcessTransport
    from app.service.bootstrap import build_service
    from app.service.principals import LOCAL

    service = build_service(settings, command)
    try:
        service.open()
        transport = InProcessTransport(create_app(service, LOCAL))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", timeout=TIMEOUT) as http:
            yield Client(http, "this process"), service
    finally:
        await service.disconnect()
        service.close()
