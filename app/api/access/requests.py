"""The requests for signing in."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SignInRequest(BaseModel):
    """The API key with which a session of the page is begun."""

    model_config = ConfigDict(extra="forbid")

    api_key: str = Field(min_length=1, max_length=200, description="The API key.")
