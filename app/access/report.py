"""What the service says at its start about who may use it."""

from __future__ import annotations

from core.settings import Settings


def access_report(settings: Settings) -> list[str]:
    """Return the lines. Nothing is said where the service is open to this machine only."""
    access = settings.access
    if access.mode == "open-to-all":
        return [
            "Access: open-to-all. Everybody who reaches this port may read, add and delete documents. "
            "To ask who they are: docs/access.md."
        ]
    if access.mode == "keys":
        return ["Access: API keys. Make one with: groundwork keys create NAME"]
    if access.oidc is not None:
        page = "the page and Bearer tokens" if access.oidc.client_id else "Bearer tokens (GROUNDWORK_OIDC_CLIENT_ID)"
        return [f"Access: users of {access.oidc.issuer}, by {page}, and API keys.", *_roles(settings)]
    if access.mode == "proxy":
        proxies = ", ".join(settings.trusted_proxies)
        return [
            f"Access: users whom the proxy at {proxies} names in the header {access.user_header}, and API keys.",
            *_roles(settings),
        ]
    return []


def _roles(settings: Settings) -> list[str]:
    if settings.access.admin_groups:
        return []
    return ["Access: GROUNDWORK_ADMIN_GROUPS is not set: of the users, nobody administers the service."]
