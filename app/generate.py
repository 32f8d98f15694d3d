"""The model: any OpenAI-compatible server. vLLM is the one that counts.

The class that talks to it stands in `app/openai_generator.py`, whose client takes a second to import.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from core.errors import GenerationError
from core.recipe import Recipe
from core.settings import Settings
from core.types import Message


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of generated text."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Why generation ended, and what the server counted."""

    reason: Literal["stop", "length"]
    prompt_tokens: int
    completion_tokens: int


class Generator(Protocol):
    """Turns messages into text. Closing the generator cancels the request."""

    def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        """Pieces of text, then one Ended. Raises GenerationError."""
        ...

    async def model(self) -> str:
        """The name of the model that answers now. Raises GenerationError when none does."""
        ...


class ScriptedGenerator:
    """A generator for tests: says what it was given, piece by piece, and remembers what it was asked."""

    def __init__(self, *pieces: str, fail_after: int | None = None) -> None:
        self._pieces = pieces
        self._fail_after = fail_after
        self.asked: list[list[Message]] = []
        self.cancelled = False

    async def model(self) -> str:
        """Always up."""
        return "scripted"

    async def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        """The pieces, whatever the recipe; with `fail_after=n`, a GenerationError after n of them."""
        del recipe
        self.asked.append(list(messages))
        complete = False
        try:
            for count, piece in enumerate(self._pieces):
                if count == self._fail_after:
                    raise GenerationError("the scripted generator fails here")
                yield Delta(piece)
            if self._fail_after == len(self._pieces):
                raise GenerationError("the scripted generator fails here")
            yield Ended("stop", sum(len(message.content) for message in messages), len(self._pieces))
            complete = True
        finally:
            self.cancelled = not complete


def connect_generator(settings: Settings) -> Generator | None:
    """The generator that the settings name; None without LLM_BASE_URL. Nothing is contacted yet."""
    if settings.llm_base_url is None:
        return None
    from app.openai_generator import OpenAIGenerator

    return OpenAIGenerator.connect(settings.llm_base_url, settings.llm_api_key, settings.llm_model)
