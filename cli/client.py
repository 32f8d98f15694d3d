"""Connect the command line to a service: over HTTP to the one that has the index open, else inside this process.

Both connections use the same HTTP API, so that questions from the terminal, the evaluation and the page take the same
path.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from core.domain import load_domain
from core.errors import IndexLocked, IngestionCancelled, ServiceError, ServiceUnreachable
from core.index.lock import Holder, find_holder, held_by
from core.index.open import embedded_root
from core.settings import Settings
from ingest.progress import Progress, ReportProgress
from ingest.report import IngestReport
from ingest.sources import absolute, source_name

if TYPE_CHECKING:
    from app.service.service import Service

_TIMEOUT = httpx2.Timeout(300.0, connect=5.0)
_POLL_SECONDS = 0.3


_DATA = b"data: "
_DONE = b"[DONE]"


class Client:
    """JSON requests to a service.

    Every method raises ServiceError with the service's message, and ServiceUnreachable when there is none.
    """

    def __init__(self, http: httpx2.AsyncClient, place: str) -> None:
        self._http = http
        self._place = place

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
            raise ServiceError(answer.get("error", {}).get("message") or f"{self._place} answered {answer}")
        return answer

    def _event(self, data: bytes) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(data)
        if "error" in event:
            raise ServiceError(event["error"].get("message") or f"{self._place} answered {event}")
        return event

    def _unreachable(self, error: httpx2.HTTPError) -> ServiceUnreachable:
        return ServiceUnreachable(
            f"The service at {self._place} did not answer: {error or type(error).__name__}. "
            "It has the index open. Wait until it answers, or stop it and try again."
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
) -> IngestReport:
    """Ingest through the service that has the index open, or in this process; with `forget`, remove these sources.

    Blocks. Raises IndexLocked, what the ingestion raises, and ServiceError. KeyboardInterrupt cancels the job of the
    service.
    """
    holder = service_holding_index(settings)
    if holder is None:
        # In this thread, and not in an event loop, which would keep Ctrl-C back until the end.
        return _ingest_here(settings, paths, rebuild=rebuild, forget=forget, progress=progress)
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
) -> IngestReport:
    # These imports take seconds, and a client of a running service does not need them.
    from app.service.bootstrap import build_service

    service = build_service(settings, "groundwork ingest")
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
        async with httpx2.AsyncClient(base_url=holder.url, timeout=_TIMEOUT, trust_env=False, headers=token) as http:
            yield Client(http, holder.url)
        return
    async with connect_here(settings, command) as (client, _):
        yield client


@asynccontextmanager
async def connect_here(settings: Settings, command: str) -> AsyncIterator[tuple[Client, Service]]:
    """Open a service in this process for this command, and connect to it. Raises IndexLocked beside a running one."""
    from app.api import create_app
    from app.service.bootstrap import build_service
    from app.service.principals import LOCAL
    from cli.in_process import InProcessTransport

    service = build_service(settings, command)
    try:
        service.open()
        transport = InProcessTransport(create_app(service, LOCAL))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", timeout=_TIMEOUT) as http:
            yield Client(http, "this process"), service
    finally:
        service.close()
