"""The pages that a domain brings along: the files of its folder `portal/`, at `/portal/`.

They are public, as the page and the widget are, in every access mode: a page to welcome visitors, with the widget in
it. They are served under the policy of all responses (`app/api/guards/guard.py`), so that scripts and styles are files
of their own. Hidden files (a leading dot) and links out of the folder are not found.
"""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from app.api.widget.files import content_type
from core.domain import Domain

PORTAL = "/portal"
"""The path below which the pages are."""


def portal_folder(domain: Domain) -> Path | None:
    """Return the folder of the domain's pages; None where it has none."""
    folder = domain.folder / "portal"
    return folder if (folder / "index.html").is_file() else None


def portal_files(folder: Path) -> ASGIApp:
    """Return the application that serves the files of a folder, compressed for those who accept it."""
    return GZipMiddleware(_PortalFiles(directory=folder, html=True))


class _PortalFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        if any(part.startswith(".") for part in Path(path).parts if part != "."):
            raise HTTPException(status_code=404)
        response = await super().get_response(path, scope)
        # Without a hash in their names, a browser asks each time whether they have changed.
        response.headers["Cache-Control"] = "no-cache"
        if response.status_code == 200 and (known := content_type(path)) is not None:
            response.headers["Content-Type"] = known
        return response
