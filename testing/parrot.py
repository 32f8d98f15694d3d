"""A model that shows everything that a model is given."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Self

from app.answer.generated.llm.protocol import Delta, Ended
from core.recipe import Recipe
from core.types import Message


class Parrot:
    """A model that repeats all that it is given."""

    def with_cache_salt(self, salt: Callable[[], str]) -> Self:
        """Share all prompts."""
        del salt
        return self

    async def model(self) -> str:
        return "parrot"

    async def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        del recipe
        yield Delta(" ".join(message.content for message in messages))
        yield Ended("stop", 1, 1, "parrot")
