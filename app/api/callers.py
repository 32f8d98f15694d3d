"""The principal of a request, which the guards establish before it is routed."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Depends, Request
from starlette.types import Scope

from app.service.principals import Principal

_KEY = "groundwork.principal"


def keep_principal(scope: Scope, principal: Principal) -> None:
    """Keep the principal of a request for its route."""
    scope[_KEY] = principal


def principal_of(request: Request) -> Principal:
    """Return the principal of a request that has passed the guards."""
    principal: Principal = request.scope[_KEY]
    return principal


Caller: TypeAlias = Annotated[Principal, Depends(principal_of)]
"""The type of a route's parameter, which FastAPI fills in."""
