"""What the answer path asks of a language model. `openai.py` implements it for OpenAI-compatible servers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from core.recipe import Recipe
from core.types import Message


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of generated text."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Why generation ended, the tokens that the server counted, and the name of the model that wrote the text."""

    reason: Literal["stop", "length"]
    prompt_tokens: int
    completion_tokens: int
    model: str


@dataclass(frozen=True, slots=True)
class Served:
    """A model that a server serves: its name, and the tokens of its context, prompt and answer together.

    None stands for what the server does not say. `listed` are the names of all its models; empty while unknown.
    """

    name: str | None = None
    context: int | None = None
    listed: tuple[str, ...] = ()


class Tokenizer(Protocol):
    """The models' own tokenizers, as their server offers them. The model "" is the one that answers by default."""

    async def served(self, model: str = "") -> Served:
        """Return what is known of a model. Asks the server once; does not raise."""
        ...

    async def count(self, text: str, model: str = "") -> int | None:
        """Return the number of tokens of a text; None where the server does not count. Does not raise."""
        ...


class LLMClient(Protocol):
    """Turns messages into text. Closing the generator cancels the request."""

    def with_cache_salt(self, salt: Callable[[], str]) -> LLMClient:
        """Return a client whose prompts share the server's prefix cache with prompts of the same salt alone.

        How long a prompt takes shows whether its beginning is in the cache. `salt` is called in a thread before each
        prompt, and may block; "" stands for none. A server without such a parameter is not sent one.
        """
        ...

    def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        """Yield pieces of text of the recipe's model, then one Ended. Raises GenerationError."""
        ...

    async def model(self) -> str:
        """Ask the server for the model that answers by default. Raises GenerationError when no model answers."""
        ...
