"""The principal of a request, for the routes that decide by it."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Depends

from app.api.guards.principals import principal_of
from app.service.principals import Principal

Caller: TypeAlias = Annotated[Principal, Depends(principal_of)]
"""The type of a route's parameter, which FastAPI fills in."""
