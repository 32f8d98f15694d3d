"""The files of the interface: `/widget/loader.js`, `/widget/icon.svg`, `/widget/assets/…`.

Pages of every origin may load the files: they are public, and module scripts of another origin need CORS. The loader
and the icon have fixed names, so a browser asks each time whether they have changed; the names of the assets contain a
hash of their content, so that they are kept for a year.
"""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

INTERFACE = Path(__file__).resolve().parent.parent.parent / "ui" / "dist"
"""The build of the interface, which is committed and part of the package."""
_FIXED = ("loader.js", "icon.svg")
_ASSETS = "assets/"
_PUBLIC = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_REVALIDATED = "no-cache"
_KEPT = "public, max-age=31536000, immutable"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""By ending, in place of the machine's own table, which may say text/plain for a script; browsers run none then."""


def content_type(path: str) -> str | None:
    """Return the Content-Type of a file by its ending; None for one that is not listed."""
    return _TYPES.get(Path(path).suffix)


def widget_files(folder: Path) -> ASGIApp:
    """Return the application that serves these files of a folder, compressed for those who accept it."""
    return GZipMiddleware(_WidgetFiles(directory=folder))


class _WidgetFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        if path not in _FIXED and not path.startswith(_ASSETS):
            raise HTTPException(status_code=404)
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _REVALIDATED if path in _FIXED else _KEPT
        response.headers.update(_PUBLIC)
        if response.status_code != 304 and (known := content_type(path)) is not None:
            response.headers["Content-Type"] = known
        return response
