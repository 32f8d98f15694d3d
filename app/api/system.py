"""`/health`, `/ready`, `/v1/configuration`, `/metrics`, and the page."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, JSONResponse, Response

from app.api.openapi import Responses, error_responses
from app.api.responses import Configuration, DomainInfo, Health, ModelHealth, ModelStatus, Readiness
from app.service.service import Service
from core.errors import GroundworkError

PAGE = Path(__file__).resolve().parent.parent / "page"
_UNREADY: Responses = {503: {"model": Readiness, "description": "The index does not answer, or has no documents."}}


def system_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()

    @routes.get("/", include_in_schema=False)
    def page() -> FileResponse:
        """Serve the page to ask questions on."""
        return FileResponse(PAGE / "index.html")

    @routes.get("/health", responses=error_responses())
    async def health() -> Health:
        """Show that the process lives, also while every thread waits for the index."""
        return Health()

    @routes.get("/ready", response_model=Readiness, responses={**error_responses(), **_UNREADY})
    async def ready() -> JSONResponse:
        """Answer 200 when the index answers and has documents. The model's state is reported and does not decide."""
        state = await _readiness(service)
        return JSONResponse(state.model_dump(exclude_unset=True), status_code=200 if state.ready else 503)

    @routes.get("/v1/configuration", responses=error_responses(503))
    async def configuration() -> Configuration:
        """Show what the page needs to know."""
        documents, chunks = await asyncio.to_thread(service.library.size)
        return Configuration(
            domain=DomainInfo.model_validate(service.domain),
            models=list(service.recipes.model_ids),
            mode="generated" if service.model.llm is not None else "extractive",
            model=ModelStatus.model_validate(await service.model.state()),
            embedder=service.library.embedder.name,
            documents=documents,
            chunks=chunks,
        )

    @routes.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        """Show the counters, for Prometheus."""
        return Response(service.metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes


async def _readiness(service: Service) -> Readiness:
    model = ModelHealth.model_validate(await service.model.state())
    try:
        # In a thread: while an ingestion writes, the index may keep its readers waiting.
        documents, chunks = await asyncio.to_thread(service.library.size)
    except GroundworkError as error:
        return Readiness(ready=False, reason=str(error), model=model)
    if documents == 0:
        reason = "No document has been ingested yet. Run: groundwork ingest"
        return Readiness(ready=False, reason=reason, documents=documents, chunks=chunks, model=model)
    return Readiness(ready=True, documents=documents, chunks=chunks, model=model)
