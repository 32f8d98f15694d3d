"""Send a request to the upstream and hand back its response as it is: status, headers and bytes.

Left out in both directions are the headers that concern one connection only (RFC 9110, section 7.6.1).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

import httpx2

from app.guard.settings import GuardSettings
from core.errors import RequestError, UpstreamFault, UpstreamTimeout

Headers: TypeAlias = list[tuple[bytes, bytes]]
"""Names in lower case, and values, in their order; a name may occur several times."""

_HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding "
    b"upgrade".split()
)
_OWN = frozenset((b"host", b"content-length", b"x-groundwork-policy"))
_CONNECT_SECONDS = 5.0
_MOST_CAUSE = 300
_FAULTS = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError)


class Upstream:
    """The upstream of a guard. It keeps connections open for the next request."""

    def __init__(self, settings: GuardSettings) -> None:
        parts = urlsplit(settings.upstream)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._path = parts.path
        self._key = settings.upstream_key
        self._replaces_key = settings.key is not None
        timeout = httpx2.Timeout(settings.timeout_s, connect=min(_CONNECT_SECONDS, settings.timeout_s))
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64)
        # Certificates are read only where they are needed: it takes a tenth of a second.
        self._client = httpx2.AsyncClient(
            verify=parts.scheme == "https", timeout=timeout, limits=limits, follow_redirects=False
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def url(self, path: str, query: str) -> str:
        """Return where a request for this path goes.

        The guard's `/v1` is the path of the upstream's URL: `/v1/models` of a guard before `https://host/openai/v1` is
        `https://host/openai/v1/models`, and `/tokenize`, which is beside `/v1`, is `https://host/openai/tokenize`.

        Raises RequestError for a path that would lead out of the upstream's: to another host (`@host/x`), or by the
        segments `.` and `..`, with which a chat request would also not be recognised as one.
        """
        if not path.startswith("/") or {".", ".."} & set(unquote(path).split("/")):
            raise RequestError(
                f"The path {path[:100]!a} cannot be forwarded. Begin it with a slash, and resolve the segments '.' and "
                "'..'.",
                code="invalid_path",
            )
        base = self._path or "/v1"
        beside = base.removesuffix("/v1")
        inside = path == "/v1" or path.startswith("/v1/")
        target = f"{base}{path.removeprefix('/v1')}" if inside else f"{beside}{path}"
        return f"{self._origin}{target}{f'?{query}' if query else ''}"

    @asynccontextmanager
    async def open(
        self, method: str, path: str, query: str, headers: Headers, body: bytes | AsyncIterator[bytes] | None
    ) -> AsyncIterator[httpx2.Response]:
        """Give the response when its head is there; leaving the block early ends the request.

        Raises UpstreamFault and UpstreamTimeout.
        """
        request = httpx2.Request(method, self.url(path, query), headers=self._headers(headers, body), content=body)
        try:
            response = await self._client.send(request, stream=True)
        except _FAULTS as error:
            raise self._translated(error) from error
        try:
            yield response
        finally:
            await response.aclose()

    async def chunks(self, response: httpx2.Response) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of a response as they come. Raises UpstreamFault and UpstreamTimeout."""
        try:
            async for data in response.aiter_raw():
                yield data
        except _FAULTS as error:
            raise self._translated(error) from error

    def _translated(self, error: Exception) -> UpstreamFault | UpstreamTimeout:
        # The library's text has the header that cannot be sent, which may be the one with the key.
        is_header = isinstance(error, httpx2.LocalProtocolError)
        said = "a header cannot be sent" if is_header else str(error) or type(error).__name__
        cause = said[:_MOST_CAUSE].rstrip(".")
        if isinstance(error, httpx2.TimeoutException):
            return UpstreamTimeout(
                f"The upstream {self._origin} did not go on in time ({cause}). Ask again later; the limit is the "
                "guard's --timeout."
            )
        return UpstreamFault(
            f"The upstream {self._origin} did not answer in full: {cause}. Check that it runs, and that --upstream is "
            "its address."
        )

    def _headers(self, headers: Headers, body: bytes | AsyncIterator[bytes] | None) -> Headers:
        forwarded = [(name, value) for name, value in end_to_end(headers) if name not in _OWN]
        if isinstance(body, AsyncIterator):
            # A body that is not read first keeps the length that its sender has announced.
            forwarded += [(name, value) for name, value in headers if name == b"content-length"]
        if self._key is not None or self._replaces_key:
            forwarded = [(name, value) for name, value in forwarded if name != b"authorization"]
        if self._key is not None:
            forwarded.append((b"authorization", f"Bearer {self._key}".encode()))
        return forwarded


def end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the headers without those of one connection, and with names in lower case."""
    lowered = [(name.lower(), value) for name, value in headers]
    named = {
        name.strip().lower() for key, value in lowered if key == b"connection" for name in value.split(b",")
    } | _HOP_BY_HOP
    return [(name, value) for name, value in lowered if name not in named]


def without(headers: Headers, names: Sequence[bytes]) -> Headers:
    """Return the headers without those of these names."""
    return [(name, value) for name, value in headers if name not in names]
