"""`/health`, `/ready`, `/v1/configuration`, `/metrics`, and the pages `/` and `/admin`."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from app.api.access.routes import access_state
from app.api.callers import Caller
from app.api.guards.administration import ADMINISTRATION
from app.api.openapi import Responses, error_responses
from app.api.system.responses import (
    Configuration,
    DomainInfo,
    Features,
    Handover,
    Health,
    ModelHealth,
    ModelStatus,
    Readiness,
    ReleaseInfo,
    WidgetInfo,
)
from app.api.widget.files import INTERFACE
from app.service.principals import Principal
from app.service.service import Service
from core.domain import Domain
from core.errors import PAUSE_SECONDS, GroundworkError
from core.permissions import EVERYTHING, Readers
from core.texts import TextLanguage

Language = Annotated[
    TextLanguage | None,
    Query(description="The language of the widget's texts; without it, the domain's own."),
]
_UNREADY: Responses = {
    503: {"model": Readiness, "description": "The index or the database does not answer, or there are no documents."}
}


def system_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()

    @routes.get("/", include_in_schema=False)
    def page() -> FileResponse:
        """Serve the page to ask questions on; its scripts are among the files of the widget."""
        return FileResponse(INTERFACE / "index.html", headers={"Cache-Control": "no-cache"})

    @routes.get(ADMINISTRATION, include_in_schema=False)
    def administration() -> FileResponse:
        """Serve the page of those who run the service; only with the scope "manage", as the routes that it uses."""
        return FileResponse(INTERFACE / "admin.html", headers={"Cache-Control": "no-cache"})

    @routes.get("/health", responses=error_responses())
    async def health() -> Health:
        """Show that the process lives, also while every thread waits for the index."""
        return Health()

    @routes.get("/ready", response_model=Readiness, responses={**error_responses(), **_UNREADY})
    async def ready(principal: Caller) -> JSONResponse:
        """Answer 200 when the index and the database answer, and there are documents.

        The model's state is reported and does not decide. The counts are those of the documents that the caller may
        read.
        """
        has_access = principal.may("configuration")
        state = await _readiness(service, principal.readers if has_access else EVERYTHING)
        if service.release is not None:
            state = state.model_copy(update={"release": service.release.record.id})
        # Whether it is ready is for everybody; what it has and why it fails, for those who may use it.
        body = state.model_dump(exclude_unset=True) if has_access else {"ready": state.ready}
        if state.ready:
            return JSONResponse(body)
        return JSONResponse(body, status_code=503, headers={"Retry-After": str(PAUSE_SECONDS)})

    @routes.get("/v1/configuration", responses=error_responses(503))
    async def configuration(principal: Caller, sent: Request, language: Language = None) -> Configuration:
        """Show what an interface needs to know; for a session of the widget without the names of the models."""
        documents, chunks = await asyncio.to_thread(service.library.size, principal.readers)
        model = ModelStatus.model_validate(await service.model.state())
        is_widget = principal.kind == "widget"
        return Configuration(
            domain=DomainInfo.model_validate(service.domain),
            widget=_widget(service.domain, language),
            features=_features(principal),
            models=None if is_widget else list(service.recipes.model_ids),
            recipes=None if is_widget else dict(service.recipes.hashes),
            written_by=None if is_widget else dict(service.recipes.written_by(model.name)),
            mode="generated" if service.model.llm is not None else "extractive",
            model=model.model_copy(update={"name": None, "missing": []}) if is_widget else model,
            access=None if is_widget else access_state(service.access, principal, sent),
            embedder=None if is_widget else service.library.embedder.name,
            documents=documents,
            chunks=chunks,
            release=None if is_widget else await _release(service, model.name, principal),
        )

    @routes.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        """Show the counters, for Prometheus."""
        return Response(service.metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes


def _widget(domain: Domain, language: TextLanguage | None) -> WidgetInfo:
    widget, texts = domain.widget, domain.widget.texts_in(language, domain.title)
    handover = Handover(label=texts.handover_label, url=widget.handover.url or None)
    return WidgetInfo(
        title=texts.title,
        greeting=texts.greeting,
        launcher_label=texts.launcher_label,
        notice=texts.notice,
        accent=widget.accent,
        scheme=widget.scheme,
        position=widget.position,
        handover=handover if widget.handover.is_offered else None,
    )


def _features(principal: Principal) -> Features:
    reads = principal.may("read")
    return Features(
        feedback=principal.may("feedback"),
        uploads=principal.may("ingest"),
        documents=reads,
        originals=reads,
        admin=principal.may("manage"),
    )


async def _release(service: Service, model: str | None, principal: Principal) -> ReleaseInfo | None:
    release = service.release
    if release is None:
        return None
    manages = principal.may("manage")
    return ReleaseInfo(
        id=release.record.id,
        promoted_at=release.at,
        recipe=release.record.recipe_name,
        model=release.record.model,
        verdict=release.record.decision,
        reason=release.reason if manages else None,
        differences=await asyncio.to_thread(service.release_differences, model) if manages else None,
    )


async def _readiness(service: Service, readers: Readers) -> Readiness:
    model = ModelHealth.model_validate(await service.model.state())
    try:
        # In a thread: while an ingestion writes, the index may keep its readers waiting.
        documents, chunks = await asyncio.to_thread(service.library.size, readers)
        is_filled = documents > 0 or (await asyncio.to_thread(service.library.size, EVERYTHING))[0] > 0
    except GroundworkError as error:
        return Readiness(ready=False, reason=str(error), model=model)
    if not is_filled:
        reason = "No document has been ingested yet. Run: groundwork ingest"
        return Readiness(ready=False, reason=reason, documents=documents, chunks=chunks, model=model)
    try:
        await service.database.run(service.database.check)
    except GroundworkError as error:
        return Readiness(ready=False, reason=str(error), documents=documents, chunks=chunks, model=model)
    return Readiness(ready=True, documents=documents, chunks=chunks, model=model)
