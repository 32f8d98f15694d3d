"""Connect the command line to a service: over HTTP to the one that has the index open, else inside this process.

Both connections use the same HTTP API, so that questions from the terminal, the evaluation and the page take the same
path.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

from app.client import TIMEOUT, Client
from core.domain import load_domain
from core.errors import IndexLocked, IngestionCancelled, ServiceError
from core.index.lock import Holder, find_holder, held_by
from core.index.open import embedded_root
from core.settings import Settings
from ingest.engine import Engine, check_engine
from ingest.progress import Progress, ReportProgress
from ingest.report import IngestReport
from ingest.sources import absolute, source_name

if TYPE_CHECKING:
    from app.service.service import Service

_POLL_SECONDS = 0.3


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


def ingest_documents(
    settings: Settings,
    paths: Sequence[Path],
    *,
    rebuild: bool,
    forget: Sequence[str] = (),
    progress: ReportProgress,
    engine: Engine = "local",
) -> IngestReport:
    """Ingest through the service that has the index open, or in this process; with `forget`, remove these sources.

    Blocks. Raises IndexLocked, what the ingestion raises, ServiceError, and ConfigurationError for the engine "ray"
    without a Qdrant server. KeyboardInterrupt cancels the job of the service.
    """
    check_engine(engine, settings)
    holder = service_holding_index(settings)
    if holder is None:
        # In this thread, and not in an event loop, which would keep Ctrl-C back until the end.
        return _ingest_here(settings, paths, rebuild=rebuild, forget=forget, progress=progress, engine=engine)
    return asyncio.run(_ingest_through(settings, paths, rebuild=rebuild, forget=forget, progress=progress))


async def _ingest_through(
    settings: Settings,
    paths: Sequence[Path],
    *,
    rebuild: bool,
    forget: Sequence[str],
    progress: ReportProgress,
) -> IngestReport:
    body = {
        "paths": [str(absolute(path)) for path in paths],
        "rebuild": rebuild,
        "forget": [source_name(source) for source in forget],
    }
    async with connect(settings, "groundwork ingest") as client:
        job_id = (await client.post("/v1/ingest", body))["job_id"]
        try:
            return await _followed(client, f"/v1/ingest/jobs/{job_id}", progress)
        except asyncio.CancelledError:
            # Ctrl-C. The job may have ended meanwhile.
            with suppress(ServiceError):
                await client.delete(f"/v1/ingest/jobs/{job_id}")
            raise


async def _followed(client: Client, path: str, progress: ReportProgress) -> IngestReport:
    """Report the progress of a job until it ends; return its report."""
    while True:
        job = await client.get(path)
        if job["progress"]:
            progress(Progress(**job["progress"]))
        if job["status"] == "failed":
            raise ServiceError(str(job["error"]))
        if job["status"] == "cancelled":
            raise IngestionCancelled(
                "The ingestion was cancelled in the service. What was written stays; the next run of groundwork ingest "
                "goes on from there."
            )
        if job["status"] == "done":
            return IngestReport.from_dict(job["report"])
        await asyncio.sleep(_POLL_SECONDS)


def _ingest_here(
    settings: Settings,
    paths: Sequence[Path],
    *,
    rebuild: bool,
    forget: Sequence[str],
    progress: ReportProgress,
    engine: Engine,
) -> IngestReport:
    # These imports take seconds, and a client of a running service does not need them.
    from app.service.bootstrap import build_service

    service = build_service(settings, "groundwork ingest", engine=engine)
    try:
        if not rebuild:
            service.library.open_index()
        if forget:
            return service.library.forget([source_name(source) for source in forget])
        return service.library.ingest(list(paths), rebuilding=rebuild, progress=progress)
    finally:
        service.close()


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
