"""A language model for tests that answers what a test says."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Self

from app.answer.generated.llm.protocol import Delta, Ended
from core.errors import GenerationError
from core.recipe import Recipe
from core.types import Message


class ScriptedLLMClient:
    """An LLM client for tests: yields the given pieces, and keeps what it was asked."""

    def __init__(self, *pieces: str, fail_after: int | None = None, error: GenerationError | None = None) -> None:
        self._pieces = pieces
        self._fail_after = fail_after
        self._error = error or GenerationError("the scripted model fails here")
        self.asked: list[list[Message]] = []
        self.cancelled = False

    async def model(self) -> str:
        """Always up."""
        return "scripted"

    def with_cache_salt(self, salt: Callable[[], str]) -> Self:
        """Share all prompts."""
        del salt
        return self

    async def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        """Yield the pieces, whatever the recipe; with `fail_after=n`, raise the error after n of them."""
        del recipe
        self.asked.append(list(messages))
        complete = False
        try:
            for count, piece in enumerate(self._pieces):
                if count == self._fail_after:
                    raise self._error
                yield Delta(piece)
            if self._fail_after == len(self._pieces):
                raise self._error
            yield Ended("stop", sum(len(message.content) for message in messages), len(self._pieces), "scripted")
            complete = True
        finally:
            self.cancelled = not complete
