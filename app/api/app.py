"""The FastAPI application over a service."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from app.api.chat import chat_routes
from app.api.documents import document_routes
from app.api.errors import install_error_handlers
from app.api.guards import Guard
from app.api.openapi import describe
from app.api.search import search_routes
from app.api.system import system_routes
from app.api.telemetry import Telemetry
from app.api.widget import INTERFACE, widget_files, widget_routes
from app.service.service import Service


def create_app(service: Service) -> FastAPI:
    """Return the application. It closes the service when it ends; the caller opens the service."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(service.model.watch())
        yield
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        service.close()

    # The interactive documentation would load its scripts from another host.
    app = FastAPI(title=service.domain.title, lifespan=lifespan, docs_url=None, redoc_url=None)
    install_error_handlers(app)
    app.add_middleware(Guard, metrics=service.metrics, settings=service.settings, sites=service.sites)
    app.add_middleware(Telemetry, metrics=service.metrics, tracer=service.tracer)
    for routes in (chat_routes, search_routes, document_routes, widget_routes, system_routes):
        app.include_router(routes(service))
    app.openapi = functools.cache(functools.partial(describe, app))  # type: ignore[method-assign]
    if INTERFACE.is_dir():
        app.mount("/widget", widget_files(INTERFACE), name="widget")
    return app
