"""Which pages of other origins may read a response (CORS): those of the sites, on the paths that the widget uses.

- Without a site there is no CORS header.
- A preflight of a page of any site is answered, on these paths. It has no token, so that the site is not known yet.
- The response to a request with a widget token may be read by the token's own origin.
- An error on these paths may be read by the pages of every site: the widget has to know what to do about it.
- Every response on these paths varies with `Origin`.

GROUNDWORK_ALLOWED_ORIGINS is another list: its pages may send requests, and cannot read the responses.

Starlette's CORSMiddleware does not fit. It knows one list of origins for every path and method, so that the pages of a
site could read what an anonymous request gets (every document); it cannot compare an origin with that of a token; and
it refuses in plain text.

Not covered: a caller that is no browser can find out by preflights whether an origin is one of a site's. Browsers need
that answer.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from app.service.principals import WIDGET_ROUTES
from app.service.widget.sites import Sites

SESSION_PATH = "/v1/widget/session"
_METHODS = {path: method for method, path in WIDGET_ROUTES} | {SESSION_PATH: "POST"}
_REQUEST_HEADERS = "Authorization, Cache-Control, Content-Type, Idempotency-Key"
_PREFLIGHT_SECONDS = "7200"
"""For which a browser may keep a preflight's answer; Chromium keeps none longer."""


def origin_of(headers: Headers) -> str | None:
    """Return the origin of the page; None where it is not stated, or repeated, which no browser does."""
    values = headers.getlist("origin")
    return values[0] if len(values) == 1 else None


def reader_of_errors(path: str, headers: Headers, sites: Sites) -> str | None:
    """Return the origin whose pages may read an error on this path; None for no other than the service's own."""
    origin = origin_of(headers)
    return origin if path in _METHODS and sites.have_origin(origin) else None


def preflight_response(method: str, path: str, headers: Headers, sites: Sites) -> Response | None:
    """Return the answer to the preflight of a site's page; None for any other request."""
    asks = method == "OPTIONS" and "access-control-request-method" in headers
    if not asks or reader_of_errors(path, headers, sites) is None:
        return None
    allowed = {
        "Access-Control-Allow-Methods": _METHODS[path],
        "Access-Control-Allow-Headers": _REQUEST_HEADERS,
        "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
    }
    return Response(status_code=204, headers=allowed)


def add_cors_headers(headers: MutableHeaders, path: str, reader: str | None, sites: Sites) -> None:
    """Let the pages of the origin `reader` read a response; None: only those of the service itself."""
    if path in _METHODS and sites.exist:
        headers.add_vary_header("Origin")
    if reader is not None:
        headers["Access-Control-Allow-Origin"] = reader
        headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-Id"
