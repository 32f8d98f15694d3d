"""Ingest through the service that has the index open, or in this process."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.client import Client
from cli.client import connect, service_holding_index
from core.errors import IngestionCancelled, ServiceError
from core.settings import Settings
from ingest.engine import Engine, check_engine
from ingest.progress import Progress, ReportProgress
from ingest.report import IngestReport
from ingest.sources import absolute, source_name

if TYPE_CHECKING:
    from app.service.service import Service

_POLL_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: read `paths` (without any, everything that was read before), or one of the others.

    rebuild     read into a new generation of the index, and switch to it
    forget      remove these sources; nothing is read
    moved       a source, and the folder that takes its documents over and is read
    rollback    go back to the generation before; nothing is read
    engine      where the documents are read and embedded; a service that has the index open is no part of it
    """

    paths: tuple[Path, ...] = ()
    rebuild: bool = False
    forget: tuple[str, ...] = ()
    moved: tuple[str, Path] | None = None
    rollback: bool = False
    engine: Engine = "local"

    def to_body(self) -> dict[str, Any]:
        """Return the order as a service takes it, with absolute paths."""
        return {
            "paths": [str(absolute(path)) for path in self.paths],
            "rebuild": self.rebuild,
            "forget": [source_name(source) for source in self.forget],
            "moved": [source_name(self.moved[0]), str(absolute(self.moved[1]))] if self.moved else None,
            "rollback": self.rollback,
        }


def ingest_documents(settings: Settings, order: Order, progress: ReportProgress) -> IngestReport:
    """Execute an order through the service that has the index open, or in this process.

    Blocks. Raises IndexLocked, what the ingestion raises, ServiceError, and ConfigurationError for the engine "ray"
    without a Qdrant server. KeyboardInterrupt cancels the job of the service.
    """
    check_engine(order.engine, settings)
    if service_holding_index(settings) is None:
        # In this thread, and not in an event loop, which would keep Ctrl-C back until the end.
        return _ingest_here(settings, order, progress)
    return asyncio.run(_ingest_through(settings, order, progress))


async def _ingest_through(settings: Settings, order: Order, progress: ReportProgress) -> IngestReport:
    async with connect(settings, "groundwork ingest") as client:
        job_id = (await client.post("/v1/ingest", order.to_body()))["job_id"]
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


def _ingest_here(settings: Settings, order: Order, progress: ReportProgress) -> IngestReport:
    # These imports take seconds, and a client of a running service does not need them.
    from app.service.bootstrap import build_service

    service = build_service(settings, "groundwork ingest", engine=order.engine)
    try:
        return _execute(order, service, progress)
    finally:
        service.close()


def _execute(order: Order, service: Service, progress: ReportProgress) -> IngestReport:
    library = service.library
    if order.rollback:
        return library.roll_back()
    if not order.rebuild:
        library.open_index()
    if order.forget:
        return library.forget([source_name(source) for source in order.forget])
    if order.moved:
        return library.take_over(source_name(order.moved[0]), order.moved[1], progress)
    return library.ingest(list(order.paths), rebuilding=order.rebuild, progress=progress)
