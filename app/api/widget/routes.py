"""`/v1/widget/session`: the sessions of the chat widget."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.guards.addresses import address_of
from app.api.guards.cors import SESSION_PATH, origin_of
from app.api.guards.origins import is_same_origin
from app.api.openapi import error_responses
from app.api.widget.requests import WidgetSessionRequest
from app.api.widget.responses import WidgetSession
from app.service.service import Service


def widget_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()

    @routes.post(SESSION_PATH, responses=error_responses(404, 429, changes=True))
    async def session(request: WidgetSessionRequest, sent: Request, answer: Response) -> WidgetSession:
        """Begin a session of the chat widget, for a page whose origin (header `Origin`) is one of the site's.

        Send its token as `Authorization: Bearer …`, from the same origin.
        """
        answer.headers["Cache-Control"] = "no-store"
        begun = await service.sites.begin_session(
            request.site_key,
            origin_of(sent.headers),
            address_of(sent.scope),
            is_same_origin=is_same_origin(sent.headers),
        )
        return WidgetSession.model_validate(begun)

    return routes
