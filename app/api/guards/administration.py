"""The page of the administration for those who may not see it: it says so, and offers the way to sign in."""

from __future__ import annotations

from fastapi.responses import FileResponse
from starlette.datastructures import Headers
from starlette.types import Scope

from app.api.errors import error_headers
from app.api.widget.files import INTERFACE
from core.errors import Forbidden, RequestError, Unauthorized

ADMINISTRATION = "/admin"


def refused_administration(scope: Scope, headers: Headers, error: RequestError) -> FileResponse | None:
    """Return the page for a browser that is refused /admin, with the status of the error; None for any other request.

    The page has nothing to hide: what it shows comes from the API, which refuses it as well.
    """
    is_browser = scope["method"] in ("GET", "HEAD") and "text/html" in headers.get("accept", "")
    if not is_browser or scope["path"] != ADMINISTRATION or not isinstance(error, Unauthorized | Forbidden):
        return None
    kept = {"Cache-Control": "no-store", "Vary": "Accept", **error_headers(error)}
    return FileResponse(INTERFACE / "admin.html", status_code=error.status, headers=kept)
