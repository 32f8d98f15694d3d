"""What the evaluation asks of a service. The command line connects to one and passes it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias


class ServiceClient(Protocol):
    """JSON requests to a running service. Both methods raise ServiceError with the service's own words."""

    async def get(self, path: str) -> dict[str, Any]:
        """GET a JSON object."""
        ...

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST a JSON object and return the JSON object that answers it."""
        ...


Connect: TypeAlias = Callable[[], AbstractAsyncContextManager[ServiceClient]]
"""Open a client of the service that is to be evaluated."""
