"""The request for a session of the chat widget."""

from __future__ import annotations

from pydantic import BaseModel, Field

from core.sites import SITE_KEY


class WidgetSessionRequest(BaseModel):
    """The site whose page asks for a session of the chat widget."""

    site_key: str = Field(pattern=SITE_KEY, description="The site key, as `[[sites]]` in domain.toml has it.")
