"""Which web pages may send requests that change something: the defence against cross-site request forgery.

A page of any site can send a form or a `multipart/form-data` body to this machine, without asking first. It cannot read
the response, but the document would be in the index. Browsers name the page's origin in such requests, and scripts
cannot change that.

A request with a token of the chat widget does not come here: its origin is that of the token
(`app/api/guards/principals.py`). Of every other request, for every method but GET, HEAD and OPTIONS, in this order:

1. An origin in GROUNDWORK_ALLOWED_ORIGINS is accepted, and that of GROUNDWORK_PUBLIC_URL.
2. `Origin: null` (a sandboxed frame, a local file, a redirect across sites) is refused.
3. A `Sec-Fetch-Site` other than `same-origin` and `none` is refused, and `same-origin` accepted, also where a proxy has
   rewritten `Host`: the browser compared the origins itself. Browsers send the header to https and to localhost only.
4. A request without an origin is accepted: no browser sends it to another site (curl, an SDK, the command line).
5. An origin whose host and port are those of `Host` is accepted. The scheme may differ, because a proxy may end TLS.

These are the rules of Go's `http.CrossOriginProtection` (Go 1.25), except for `null`, and for `none` with a foreign
origin, which an extension of the browser sends.

Not covered: browsers older than 2020, which leave `Origin` out of some form submissions; WebSockets, of which there are
none.
"""

from __future__ import annotations

from starlette.datastructures import Headers

from app.api.guards.hosts import parse_host, shown
from core.errors import Forbidden
from core.settings import Settings

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


def check_origin(method: str, headers: Headers, settings: Settings) -> None:
    """Raise Forbidden for a request that changes something and comes from a web page of another origin."""
    if method in _SAFE_METHODS:
        return
    origin, site = _value(headers, "origin"), _value(headers, "sec-fetch-site")
    if not _is_accepted(origin, site, headers.get("host", ""), settings):
        raise Forbidden(
            f"The request comes from a web page of {_page(origin, site)}, which may not use this service. If it is a "
            "page of yours, add its origin to the setting GROUNDWORK_ALLOWED_ORIGINS (comma-separated, like "
            "https://portal.example.com) and restart the service.",
            code="origin_not_allowed",
        )


def is_same_origin(headers: Headers) -> bool:
    """Return whether a browser says that the page is of the service's own origin.

    Browsers leave `Origin` out of such a page's GET requests, and send `Sec-Fetch-Site`, which no page can change, to
    https and localhost. Without that header, the origin is compared with `Host`.
    """
    site, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
    if site or len(origins) != 1:
        return site == ["same-origin"] and len(origins) <= 1
    return _is_same_host(origins[0], headers.get("host", ""))


def _value(headers: Headers, name: str) -> str | None:
    """Return a header's value. No browser repeats these headers; repeated values are joined, and never accepted."""
    values = headers.getlist(name)
    return ", ".join(values) if values else None


def _is_accepted(origin: str | None, site: str | None, host: str, settings: Settings) -> bool:
    if origin in settings.allowed_origins or (origin is not None and origin == settings.access.public_url):
        return True
    if origin == "null" or site not in (None, "none", "same-origin"):
        return False
    return origin is None or site == "same-origin" or _is_same_host(origin, host)


def _page(origin: str | None, site: str | None) -> str:
    if origin is not None:
        return f"the origin {shown(origin)}"
    return f"another site (Sec-Fetch-Site: {shown(site or '')})"


def _is_same_host(origin: str, host: str) -> bool:
    """Return whether an origin has the name and port of the `Host` header; a missing port is the scheme's default."""
    scheme, _, rest = origin.partition("://")
    default = _DEFAULT_PORTS.get(scheme)
    theirs, ours = parse_host(rest), parse_host(host)
    if default is None or theirs is None or ours is None:
        return False
    return (theirs.name, theirs.port or default) == (ours.name, ours.port or default)
