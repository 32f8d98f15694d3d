"""A service for tests of the cases: what a test does not use, it has not."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any


class NoService:
    """Every request fails the test; a test replaces those that it expects."""

    async def get(self, path: str) -> dict[str, Any]:
        raise AssertionError(f"nothing is requested from {path}")

    async def post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        raise AssertionError(f"nothing is posted to {path}")

    async def stream(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[dict[str, Any], None]:
        raise AssertionError(f"nothing is streamed from {path}")
        yield {}
