"""The principal of a request, which the guards establish before it is routed."""

from __future__ import annotations

from typing import Annotated, TypeAlias
from urllib.parse import unquote_plus

from fastapi import Depends, Request
from starlette.types import Scope

from app.service.principals import Principal

_KEY = "groundwork.principal"
_TARGET = "groundwork.audit_target"


def keep_principal(scope: Scope, principal: Principal) -> None:
    """Keep the principal of a request for its route."""
    scope[_KEY] = principal


def principal_of(request: Request) -> Principal:
    """Return the principal of a request that has passed the guards."""
    principal: Principal = request.scope[_KEY]
    return principal


def kept_principal(scope: Scope) -> Principal | None:
    """Return the principal of a request; None before the guards have established it."""
    principal: Principal | None = scope.get(_KEY)
    return principal


def note_target(request: Request, target: str) -> None:
    """Note what an administrative act is about, for the audit log, where the path does not say it."""
    request.scope[_TARGET] = target


def audit_target(scope: Scope) -> str:
    """Return what an administrative act is about: what its route has noted, or else the parameters of its address."""
    noted = scope.get(_TARGET)
    if noted is not None:
        return str(noted)
    in_path = ", ".join(map(str, scope.get("path_params", {}).values()))
    return in_path or unquote_plus(scope.get("query_string", b"").decode("latin-1"))


Caller: TypeAlias = Annotated[Principal, Depends(principal_of)]
"""The type of a route's parameter, which FastAPI fills in."""
