"""The response with a session of the chat widget."""

from __future__ import annotations

from pydantic import Field

from app.api.models import Response


class WidgetSession(Response):
    """A session of the chat widget."""

    token: str = Field(
        description="Sent as `Authorization: Bearer …` from the origin that began the session. Kept no longer than the "
        "browser's tab."
    )
    expires_at: int = Field(description="When the token expires, in seconds since 1970.")
