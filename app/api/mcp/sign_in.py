"""Where a client of MCP signs in: the metadata of a protected resource (RFC 9728), in the mode `oidc`.

A client that was refused reads them at the address in `WWW-Authenticate`, signs its user in at the provider, and
comes back with an access token.
"""

from __future__ import annotations

from pydantic import Field

from app.api.models import Response
from core.access import AccessSettings
from core.errors import NotFound, Unauthorized

MCP_PATH = "/mcp"
METADATA_PATH = f"/.well-known/oauth-protected-resource{MCP_PATH}"


class ProtectedResource(Response):
    """What a client has to know to sign in."""

    resource: str = Field(description="The address that the token is for.")
    authorization_servers: list[str] = Field(description="The issuer of the tokens.")
    scopes_supported: list[str] = Field(description="The scopes to ask the issuer for.")
    bearer_methods_supported: list[str] = Field(description="How a token is sent: in a header.")


def metadata_of(access: AccessSettings) -> ProtectedResource:
    """Return the metadata. Raises NotFound where nobody can sign in at a provider, or the own address is not set."""
    if access.oidc is None or access.public_url is None:
        raise NotFound(
            "This service has no provider to sign in at, or does not know its own address (GROUNDWORK_PUBLIC_URL). "
            "Use an API key.",
            code="not_found",
        )
    return ProtectedResource(
        resource=f"{access.public_url}{MCP_PATH}",
        authorization_servers=[access.oidc.issuer],
        scopes_supported=access.oidc.scopes.split(),
        bearer_methods_supported=["header"],
    )


def challenge(access: AccessSettings, path: str, error: Exception) -> str:
    """Return what is added to `WWW-Authenticate` of a refused message: where the metadata are; else nothing."""
    is_asked = path == MCP_PATH and isinstance(error, Unauthorized)
    if not is_asked or access.oidc is None or access.public_url is None:
        return ""
    return f', resource_metadata="{access.public_url}{METADATA_PATH}"'
