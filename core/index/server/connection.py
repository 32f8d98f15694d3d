"""The connection to a Qdrant server: how long a request may take, and what follows when the server does not answer."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from qdrant_client import QdrantClient
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

from core.errors import PAUSE_SECONDS, IndexFault, IndexUnreachable
from core.settings import without_password

_CONNECT_SECONDS = 3.0
_WRITING = 3
"""How many times as long as a read a write may take: it waits until the server has applied it."""
_READ = re.compile(r"/(points|points/(query|query/batch|scroll|count)|facet|aliases|collections)")
_NO_SERVER = (502, 503, 504)
"""Statuses of a proxy in front of a server that is down or does not answer in time."""
Result = TypeVar("Result")


def connect(url: str, api_key: str | None, read_s: float) -> QdrantClient:
    """Return a client that waits `read_s` seconds for each read, and three times as long for a write."""

    def limit(request: Any) -> None:
        is_read = request.method in ("GET", "POST") and _READ.fullmatch(_call_of(request.url.path))
        seconds = read_s if is_read else _WRITING * read_s
        request.extensions["timeout"] = {
            "connect": min(_CONNECT_SECONDS, seconds),
            "read": seconds,
            "write": seconds,
            "pool": seconds,
        }

    # Its check of the server's version runs in a thread and can only warn; the first request reports what is wrong.
    return QdrantClient(url=url, api_key=api_key, check_compatibility=False, event_hooks={"request": [limit]})


def _call_of(path: str) -> str:
    """Return the path of a request without the collection, and without a prefix that the server has."""
    return re.sub(r".*/collections/[^/]+(?=/(?:points|facet))", "", path)


class Connection:
    """The requests of one index or store to its server. `place` names the server in messages.

    A server that did not answer one request is not asked another for a few seconds: requests fail at once, and each
    that was waiting for a thread does not take a timeout of its own. After the pause one request tries, and the others
    go on failing until that one has been answered.
    """

    def __init__(self, place: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._place = place
        self._clock = clock
        self._lock = threading.Lock()
        self._failure: str | None = None
        self._next_try = 0.0

    def run(self, call: Callable[[], Result]) -> Result:
        """Make one request; a failure becomes an IndexFault that names the server."""
        self._check()
        try:
            result = call()
        except (ApiException, QdrantException, ValueError) as error:
            if _is_away(error):
                self._failure, self._next_try = str(error), self._clock() + PAUSE_SECONDS
                raise self._unreachable(str(error)) from error
            self._failure = None
            raise self._fault(str(error)) from error
        self._failure = None
        return result

    def _check(self) -> None:
        with self._lock:
            if self._failure is None:
                return
            if self._clock() < self._next_try:
                raise self._unreachable(self._failure)
            self._next_try = self._clock() + PAUSE_SECONDS

    def _unreachable(self, cause: str) -> IndexUnreachable:
        return IndexUnreachable(self._message(cause))

    def _fault(self, cause: str) -> IndexFault:
        return IndexFault(self._message(cause))

    def _message(self, cause: str) -> str:
        return (
            f"The Qdrant server at {self._place} failed: {without_password(cause)}. "
            "Check QDRANT_URL and QDRANT_API_KEY, and that it runs."
        )


def _is_away(error: Exception) -> bool:
    """Return whether nothing of the server came back: it is down, or does not answer in time."""
    proxied = isinstance(error, UnexpectedResponse) and error.status_code in _NO_SERVER
    return proxied or isinstance(error, ResponseHandlingException)
