"""The model that proposes prompts, behind any OpenAI-compatible server."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace

from app.answer.generated.llm.openai import OpenAIClient
from app.answer.generated.llm.protocol import Delta
from core.recipe import Recipe
from core.settings import Settings
from core.types import Message
from evals.migrate.propose import Complete

_RECIPE = replace(Recipe(), temperature=0.7, max_tokens=1500)
"""Some freedom, so that proposals differ, and tokens for a prompt of the greatest length that is accepted."""


def proposer(settings: Settings, url: str, model: str) -> Complete:
    """Return what asks the model for a proposal. Nothing is contacted yet.

    The key is that of the settings, if the server is the settings' own.
    """
    key = settings.llm_api_key if url == settings.llm_base_url else None
    client = OpenAIClient.connect(url, key, model, timeout_s=settings.llm_timeout_s)

    async def complete(messages: Sequence[Message]) -> str:
        async with aclosing(client.generate(messages, _RECIPE)) as stream:
            return "".join([part.text async for part in stream if isinstance(part, Delta)])

    return complete
