"""The model: any OpenAI-compatible server. vLLM is the one that counts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import httpx2
import openai
from openai.types.chat import ChatCompletionMessageParam

from app.types import message_dict
from core.errors import GenerationError
from core.recipe import Recipe
from core.settings import Settings
from core.types import Message

_TIMEOUT = openai.Timeout(120.0, connect=3.0)
_NO_KEY = "no-key"
"""vLLM without a key accepts any; the client refuses an empty one."""
_TOLD = 500
"""Characters of a server's own error that are passed on; some answer with a whole page."""
# What a server that does not speak OpenAI's API makes the client raise, which reads answers without validating them.
_NOT_UNDERSTOOD = (ValueError, TypeError, AttributeError)


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


class OpenAIGenerator:
    """Talks to `LLM_BASE_URL`. `model_name` None means: the first model that the server lists."""

    def __init__(self, client: openai.AsyncOpenAI, model_name: str | None) -> None:
        self._client = client
        self._model_name = model_name

    async def model(self) -> str:
        """See Generator. Asks the server each time, so that it also says whether it is up."""
        try:
            listing = await self._client.with_options(timeout=3.0).models.list()
            served = [model.id for model in listing.data if model.id]
        except (openai.OpenAIError, *_NOT_UNDERSTOOD) as error:
            raise self._fault(error) from error
        if self._model_name is None:
            if not served:
                raise GenerationError(f"{self._place} serves no model. Start one, or set LLM_MODEL.")
            return served[0]
        if served and self._model_name not in served:
            raise GenerationError(
                f"LLM_MODEL is '{self._model_name}', but {self._place} serves {', '.join(served)}. "
                "Set LLM_MODEL to one of these."
            )
        return self._model_name

    async def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        """See Generator."""
        name = self._model_name or await self.model()
        wire: list[ChatCompletionMessageParam] = [message_dict(message) for message in messages]  # type: ignore[misc]
        reason: Literal["stop", "length"] | None = None
        prompt_tokens = completion_tokens = 0
        try:
            stream = await self._client.chat.completions.create(
                model=name,
                messages=wire,
                temperature=recipe.temperature,
                max_tokens=recipe.max_tokens,
                stream=True,
                stream_options={"include_usage": True},
            )
            async with stream:
                async for chunk in stream:
                    if chunk.usage is not None:
                        prompt_tokens, completion_tokens = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
                    for choice in chunk.choices:
                        if choice.delta.content:
                            yield Delta(_well_formed(choice.delta.content))
                        if choice.finish_reason:
                            reason = "length" if choice.finish_reason == "length" else "stop"
        except (openai.OpenAIError, httpx2.HTTPError, *_NOT_UNDERSTOOD) as error:
            raise self._fault(error) from error
        if reason is None:
            raise self._fault("the stream ended without a finish_reason.")
        yield Ended(reason, prompt_tokens, completion_tokens)

    @property
    def _place(self) -> str:
        return str(self._client.base_url.copy_with(userinfo=b""))

    def _fault(self, error: Exception | str) -> GenerationError:
        # Some servers repeat the key that they refuse.
        told = str(error).replace(self._client.api_key, "***")[:_TOLD]
        return GenerationError(
            f"The model server {self._place} did not answer: {told} "
            "Check LLM_BASE_URL (it ends in /v1), LLM_API_KEY and LLM_MODEL, and that the server runs."
        )


def _well_formed(text: str) -> str:
    """Half a character, where a server cuts one in two, becomes a replacement character: UTF-8 has no halves."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


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


def connect_generator(settings: Settings) -> OpenAIGenerator | None:
    """The generator that the settings name; None without LLM_BASE_URL. Nothing is contacted yet."""
    if settings.llm_base_url is None:
        return None
    client = openai.AsyncOpenAI(
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key or _NO_KEY,
        timeout=_TIMEOUT,
        max_retries=0,
    )
    return OpenAIGenerator(client, settings.llm_model)
