"""The FastAPI application over a service."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from app.api.access.routes import access_routes
from app.api.answers.feedback import feedback_routes
from app.api.answers.records import record_routes
from app.api.answers.routes import answer_routes
from app.api.chat.routes import chat_routes
from app.api.documents.routes import document_routes
from app.api.errors import install_error_handlers
from app.api.experiments.routes import experiment_routes
from app.api.grounding.routes import grounding_routes
from app.api.guards import Guard
from app.api.mcp.endpoint import McpEndpoint
from app.api.mcp.routes import mcp_routes
from app.api.openapi import describe
from app.api.portal.files import PORTAL, portal_files, portal_folder
from app.api.reviews.routes import review_routes
from app.api.search.routes import search_routes
from app.api.system.backup import backup_routes
from app.api.system.routes import system_routes
from app.api.telemetry import Telemetry
from app.api.widget.files import INTERFACE, widget_files
from app.api.widget.routes import widget_routes
from app.service.principals import Principal
from app.service.service import Service

_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own telemetry is off: it would repeat the spans of `Telemetry`, and its logs have messages of exceptions,
which may quote what a user has asked."""


def create_app(service: Service, principal: Principal | None = None) -> FastAPI:
    """Return the application. It closes the service when it ends; the caller opens the service.

    `principal` is the one of every request, for an application that serves one caller in this process; without it the
    credentials of each request say on whose behalf it comes.
    """

    mcp = McpEndpoint(service)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.gather(service.model.watch(), service.watch_release())
        async with mcp.running(app):
            yield
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await service.experiments.shadows.close()
        await service.disconnect()
        service.close()

    app = FastAPI(
        title=service.domain.title,
        lifespan=lifespan,
        # The interactive documentation would load its scripts from another host.
        docs_url=None,
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
    )
    install_error_handlers(app)
    app.add_middleware(
        Guard,
        metrics=service.metrics,
        settings=service.settings,
        sites=service.sites,
        access=service.access,
        principal=principal,
    )
    app.add_middleware(Telemetry, metrics=service.metrics, tracer=service.tracer)
    for routes in (
        access_routes(service),
        chat_routes(service),
        feedback_routes(service),
        record_routes(service),
        answer_routes(service),
        review_routes(service),
        search_routes(service),
        grounding_routes(),
        mcp_routes(mcp, service.settings.access),
        document_routes(service),
        widget_routes(service),
        experiment_routes(service),
        system_routes(service),
        backup_routes(service),
    ):
        app.include_router(routes)
    app.openapi = functools.cache(functools.partial(describe, app))  # type: ignore[method-assign]
    if INTERFACE.is_dir():
        app.mount("/widget", widget_files(INTERFACE), name="widget")
    portal = portal_folder(service.domain)
    if portal is not None:
        app.mount(PORTAL, portal_files(portal), name="portal")
    return app
