"""`/health`, `/ready`, `/v1/configuration`, `/metrics`, and the page."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse, JSONResponse, Response

from app.service.service import Service
from core.errors import GroundworkError

PAGE = Path(__file__).resolve().parent.parent / "page"


def system_routes(service: Service) -> APIRouter:
    """The routes over a service."""
    routes = APIRouter()

    @routes.get("/", include_in_schema=False)
    def page() -> FileResponse:
        """The page to ask questions on."""
        return FileResponse(PAGE / "index.html")

    @routes.get("/health")
    def health() -> dict[str, str]:
        """The process lives."""
        return {"status": "ok"}

    @routes.get("/ready")
    async def ready() -> JSONResponse:
        """200 when the index answers and holds documents. The model's state is told, and does not decide."""
        model = asdict(await service.model_state())
        try:
            # In a thread: while an ingestion writes, the index may keep its readers waiting.
            described = await asyncio.to_thread(service.describe_index)
        except GroundworkError as error:
            return JSONResponse({"ready": False, "reason": str(error), "model": model}, status_code=503)
        if described["documents"] == 0:
            reason = "No document has been ingested yet. Run: groundwork ingest"
            return JSONResponse({"ready": False, "reason": reason, **described, "model": model}, status_code=503)
        return JSONResponse({"ready": True, **described, "model": model})

    @routes.get("/v1/configuration")
    async def configuration() -> dict[str, Any]:
        """What the page needs to know."""
        model = await service.model_state()
        return await asyncio.to_thread(service.configuration, model)

    @routes.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        """Counters for Prometheus."""
        return Response(service.metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes
