"""The LLM client of an OpenAI-compatible server, through the official client."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from http import HTTPStatus
from typing import Any, Literal

import httpx2
import openai

from app.answer.llm.protocol import Delta, Ended
from app.answer.types import message_dict
from core.errors import PAUSE_SECONDS, GenerationError, Overloaded
from core.recipe import Recipe
from core.types import Message

_TIMEOUT = openai.Timeout(120.0, connect=3.0)
_NO_KEY = "no-key"
"""vLLM without a key accepts any; the client refuses an empty one."""
_TOLD = 500
"""Characters of a server's own error that are passed on; some answer with a whole page."""
_BUSY = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
# What a server that does not speak OpenAI's API makes the client raise, which reads answers without validating them.
_NOT_UNDERSTOOD = (ValueError, TypeError, AttributeError, LookupError)


class OpenAIClient:
    """Talks to `LLM_BASE_URL`. `model_name` None means: the first model that the server lists."""

    def __init__(self, client: openai.AsyncOpenAI, model_name: str | None) -> None:
        self._client = client
        self._model_name = model_name

    @classmethod
    def connect(cls, base_url: str, api_key: str | None, model_name: str | None) -> OpenAIClient:
        """A client for a server. Nothing is contacted yet."""
        client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key or _NO_KEY, timeout=_TIMEOUT, max_retries=0)
        return cls(client, model_name)

    async def model(self) -> str:
        """See LLMClient. Asks the server each time, so that it also says whether it is up."""
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
        """See LLMClient."""
        name = self._model_name or await self.model()
        reason: Literal["stop", "length"] | None = None
        prompt_tokens = completion_tokens = 0
        try:
            # As plain objects: building the client's typed chunks is a fifth of all that a token costs here.
            stream: openai.AsyncStream[Any] = await self._client.post(
                "/chat/completions",
                cast_to=object,
                body={
                    "model": name,
                    "messages": [message_dict(message) for message in messages],
                    "temperature": recipe.temperature,
                    "max_tokens": recipe.max_tokens,
                    "stream": True,
                    "stream_options": {"include_usage": True},
                },
                stream=True,
                stream_cls=openai.AsyncStream[Any],
            )
            async with stream:
                async for chunk in stream:
                    if usage := chunk.get("usage"):
                        prompt_tokens, completion_tokens = usage["prompt_tokens"], usage["completion_tokens"]
                    for choice in chunk["choices"]:
                        if text := choice["delta"].get("content"):
                            yield Delta(_well_formed(text))
                        if ended := choice.get("finish_reason"):
                            reason = "length" if ended == "length" else "stop"
        except (openai.OpenAIError, httpx2.HTTPError, *_NOT_UNDERSTOOD) as error:
            if isinstance(error, openai.APIStatusError) and _is_busy(error):
                raise _overloaded(error) from error
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


def _is_busy(error: openai.APIStatusError) -> bool:
    """Whether a server with a full queue (vLLM) or a limit on requests (a hosted one) said so to a question.

    A proxy whose server is gone answers 503 as well, but not with an error in OpenAI's shape; a server that is loading
    does, also when it is asked for its models, and then it is no busy one.
    """
    return error.status_code in _BUSY and isinstance(error.body, dict) and "message" in error.body


def _overloaded(error: openai.APIStatusError) -> Overloaded:
    pause = error.response.headers.get("retry-after", "")
    return Overloaded(
        "The model is busy and takes no more questions now. Ask again in a moment.",
        # The header may also be a date; whoever asks a little early is told once more.
        retry_after=int(pause) if pause.isascii() and pause.isdigit() else PAUSE_SECONDS,
    )


def _well_formed(text: str) -> str:
    """Half a character, where a server cuts one in two, becomes a replacement character: UTF-8 has no halves."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
