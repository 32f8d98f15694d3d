"""The LLM client of an OpenAI-compatible server, through the official client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from http import HTTPStatus
from typing import Any, Literal

import httpx2
import openai

from app.answer.generated.affinity import HEADER, affinity_key
from app.answer.generated.data import FENCE
from app.answer.generated.llm.protocol import Delta, Ended, Served
from app.answer.generated.llm.spans import traced_call
from app.answer.types import message_dict
from core.errors import PAUSE_SECONDS, GenerationError, ModelLoading, Overloaded
from core.model_status import ModelStatus
from core.recipe import Recipe
from core.tracing import current_span
from core.types import Message

_log = logging.getLogger("groundwork")
_CONNECT_SECONDS = 3.0
_TIMEOUT_SECONDS = 60.0
_LIST_TIMEOUT_SECONDS = 3.0
_COUNT_TIMEOUT_SECONDS = 2.0
_VLLM = "vllm"
"""What vLLM's list of models says of their owner."""
_NO_KEY = "no-key"
"""vLLM without a key accepts any; the client rejects an empty one."""
_MAX_CAUSE = 500
"""Characters of a server's own error that are passed on; some servers answer with a whole page."""
_BUSY = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
# What a server that does not speak OpenAI's API makes the client raise, which reads answers without validating them.
_MALFORMED = (ValueError, TypeError, AttributeError, LookupError)


class OpenAIClient:
    """Talks to `LLM_BASE_URL`. `model_name` None means: the first model that the server lists.

    That name is asked for once, before the first question or by `model`, and again when the server no longer knows it:
    it was then replaced by a server of another model. A recipe that names a model gets its answers from that one, and
    none where the server does not list it: some servers answer with another model instead.

    A server that did not answer in time is asked for its models before it gets another question: while it stalls, a
    question waits for the few seconds of that request, and not for the timeout of an answer.
    """

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        model_name: str | None,
        is_starting: Callable[[], bool] = lambda: False,
        status: Callable[[], ModelStatus | None] = lambda: None,
    ) -> None:
        self._client = client
        self._is_starting = is_starting
        self._status = status
        self._configured_name = model_name
        self._listed_name: str | None = None
        self._contexts: dict[str, int | None] | None = None
        self._counts_tokens = True
        self._stalls = False
        self._is_vllm = False

    @classmethod
    def connect(
        cls,
        base_url: str,
        api_key: str | None,
        model_name: str | None,
        is_starting: Callable[[], bool] = lambda: False,
        timeout_s: float = _TIMEOUT_SECONDS,
        status: Callable[[], ModelStatus | None] = lambda: None,
    ) -> OpenAIClient:
        """Return a client for a server. Nothing is contacted yet.

        `timeout_s` is the longest that the server may take for its first word, and for each further one.

        `is_starting` returns whether the server is still being started: it takes no connections then, and its model
        counts as loading. `status` returns what those who start it say of it, if they say anything.
        """
        timeout = openai.Timeout(timeout_s, connect=min(_CONNECT_SECONDS, timeout_s))
        client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key or _NO_KEY, timeout=timeout, max_retries=0)
        return cls(client, model_name, is_starting, status)

    async def model(self) -> str:
        """See LLMClient. Asks the server each time, so that it also shows whether the server is up.

        Raises ModelLoading where the server says that it is unavailable: a busy one still lists its models.
        """
        return await self._find("")

    async def _find(self, wanted: str) -> str:
        """Return the model to ask for among those that the server lists now. Raises GenerationError."""
        try:
            listing = await self._client.with_options(timeout=self._at_most(_LIST_TIMEOUT_SECONDS)).models.list()
            served = [model.id for model in listing.data if model.id]
        except openai.InternalServerError as error:
            is_unavailable = error.status_code == HTTPStatus.SERVICE_UNAVAILABLE and _message_of(error) is not None
            raise (self._loading() if is_unavailable else self._fault(error)) from error
        except (openai.OpenAIError, *_MALFORMED) as error:
            raise self._unreached(error) from error
        self._stalls = False
        self._is_vllm = any(getattr(model, "owned_by", None) == _VLLM for model in listing.data)
        self._contexts = _contexts({model.id: model.model_extra or {} for model in listing.data if model.id})
        self._listed_name = served[0] if served else None
        return self._chosen(served, wanted)

    async def close(self) -> None:
        """Close the connections to the server. Nothing is asked after that."""
        await self._client.close()

    async def served(self, model: str = "") -> Served:
        """See Tokenizer. The length of the context is vLLM's `max_model_len`."""
        if self._contexts is None:
            try:
                await self._find(model)
            except GenerationError as error:
                _log.info("nothing is known of the model yet: %s", error)
        contexts = self._contexts or {}
        name = model or self._configured_name or self._listed_name
        return Served(name, contexts.get(name) if name else None, tuple(contexts))

    async def count(self, text: str, model: str = "") -> int | None:
        """See Tokenizer. Asks vLLM's `/tokenize`, which is beside `/v1`; a server without it is asked once only."""
        if not self._counts_tokens or self._stalls:
            return None
        url = f"{str(self._client.base_url).rstrip('/').removesuffix('/v1')}/tokenize"
        body = {"model": (await self.served(model)).name, "prompt": text, "add_special_tokens": False}
        try:
            counted: Any = await self._client.with_options(timeout=self._at_most(_COUNT_TIMEOUT_SECONDS)).post(
                url, cast_to=object, body=body
            )
            return int(counted["count"])
        except openai.APIConnectionError as error:
            # A busy server may count the next text in time.
            _log.info("%s did not count a text (%s): its tokens are estimated.", self._address, self._cause(error))
            return None
        except (openai.OpenAIError, httpx2.HTTPError, *_MALFORMED) as error:
            # Texts are counted side by side: the first that fails reports it for all.
            if self._counts_tokens:
                _log.warning("%s counts no tokens (%s): they are estimated.", self._address, self._cause(error))
            self._counts_tokens = False
            return None

    def with_cache_salt(self, salt: Callable[[], str]) -> SaltedClient:
        """See LLMClient. The parameter is vLLM's `cache_salt`; the list of models says whether the server is vLLM."""
        return SaltedClient(self, salt)

    def generate(
        self, messages: Sequence[Message], recipe: Recipe, cache_salt: str = ""
    ) -> AsyncGenerator[Delta | Ended, None]:
        """See LLMClient."""
        name = self._asked(recipe)
        return traced_call(self._generated(messages, recipe, cache_salt), self._address, name, messages, recipe)

    async def _generated(
        self, messages: Sequence[Message], recipe: Recipe, cache_salt: str
    ) -> AsyncGenerator[Delta | Ended, None]:
        asked = self._asked(recipe)
        if self._contexts is None:
            # Until the list of models has come, it is not known whether the server takes the salt.
            needs_list = bool(cache_salt or recipe.model)
        else:
            needs_list = bool(self._contexts) and asked not in self._contexts
        name = await self._find(recipe.model) if asked is None or needs_list or self._stalls else asked
        reason: Literal["stop", "length"] | None = None
        prompt_tokens = completion_tokens = 0
        model = name
        try:
            stream = await self._open_stream(name, messages, recipe, cache_salt if self._is_vllm else "")
            async with stream:
                async for chunk in stream:
                    model = chunk.get("model") or model
                    if usage := chunk.get("usage"):
                        prompt_tokens, completion_tokens = usage["prompt_tokens"], usage["completion_tokens"]
                    for choice in chunk["choices"]:
                        if text := choice["delta"].get("content"):
                            yield Delta(_well_formed(text))
                        if ended := choice.get("finish_reason"):
                            reason = "length" if ended == "length" else "stop"
        except (openai.OpenAIError, httpx2.HTTPError, *_MALFORMED) as error:
            self._stalls = isinstance(error, openai.APITimeoutError | httpx2.TimeoutException)
            raise self._translated(error) from error
        if reason is None:
            raise self._fault("the stream ended without a finish_reason.")
        yield Ended(reason, prompt_tokens, completion_tokens, str(model))

    async def _open_stream(
        self, name: str, messages: Sequence[Message], recipe: Recipe, cache_salt: str
    ) -> openai.AsyncStream[Any]:
        """Send the request; once more with the new name where the server no longer knows the one that it listed."""
        try:
            return await self._post(name, messages, recipe, cache_salt)
        except openai.NotFoundError:
            if self._configured_name is not None and not recipe.model:
                raise
            current = await self._find(recipe.model)
            if current == name:
                raise
        return await self._post(current, messages, recipe, cache_salt)

    async def _post(
        self, name: str, messages: Sequence[Message], recipe: Recipe, cache_salt: str
    ) -> openai.AsyncStream[Any]:
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
                # A small model goes on with a prompt of its own after its answer.
                **({"stop": [f"\n{FENCE}"]} if recipe.is_for_small_models else {}),
                **({"cache_salt": cache_salt} if cache_salt else {}),
                # vLLM's own field, which other servers may refuse.
                **({"repetition_penalty": recipe.repetition_penalty} if recipe.repetition_penalty > 1 else {}),
            },
            # The server's own spans become children of the current one, where it records any.
            options={
                "headers": {**current_span().headers(), HEADER: affinity_key(messages, recipe, cache_salt)},
            },
            stream=True,
            stream_cls=openai.AsyncStream[Any],
        )
        return stream

    def _at_most(self, seconds: float) -> float:
        """Return the seconds that a small request may take, which are never more than those of an answer."""
        configured = self._client.timeout
        longest = configured.read if isinstance(configured, openai.Timeout) else configured
        return seconds if longest is None else min(seconds, longest)

    def _asked(self, recipe: Recipe) -> str | None:
        """The model that a recipe is answered by; None where the server has to be asked first."""
        return recipe.model or self._configured_name or self._listed_name

    def _chosen(self, served: Sequence[str], wanted: str) -> str:
        """The model to ask for, among those that the server lists. Raises GenerationError."""
        if wanted:
            if served and wanted not in served:
                raise GenerationError(
                    f"The recipe's model is '{wanted}', but {self._address} serves {', '.join(served)}. Serve it "
                    f"there, an adapter by --lora {wanted}=DIR, or change `model` of the recipe in domain.toml."
                )
            return wanted
        if self._configured_name is None:
            if not served:
                raise GenerationError(f"{self._address} serves no model. Start one, or set LLM_MODEL.")
            return served[0]
        if served and self._configured_name not in served:
            raise GenerationError(
                f"LLM_MODEL is '{self._configured_name}', but {self._address} serves {', '.join(served)}. "
                "Set LLM_MODEL to one of these."
            )
        return self._configured_name

    @property
    def _address(self) -> str:
        return str(self._client.base_url.copy_with(userinfo=b""))

    def _translated(self, error: Exception) -> GenerationError:
        """The error of a question as one of ours.

        A server that says in its message that it is loading (llama.cpp: "Loading model") is not a busy one.
        """
        if isinstance(error, openai.APIStatusError) and error.status_code in _BUSY:
            message = _message_of(error)
            if message is not None:
                return self._loading() if "loading" in message.lower() else _overloaded(error)
        return self._unreached(error)

    def _unreached(self, error: Exception) -> GenerationError:
        """The error of a server that does not answer as it should: it may only be starting."""
        if not isinstance(error, openai.APIConnectionError):
            return self._fault(error)
        status = self._status()
        if self._is_starting() or (status is not None and status.state == "loading"):
            return self._loading(status)
        if status is not None and status.state == "failed":
            return GenerationError(f"There is no model at {self._address}: {status.detail}")
        return self._fault(error)

    def _loading(self, status: ModelStatus | None = None) -> ModelLoading:
        how_far = f" ({status.detail})" if status is not None and status.state == "loading" else ""
        return ModelLoading(
            f"The model server {self._address} is still loading its model{how_far}. Try again in a moment."
        )

    def _fault(self, error: Exception | str) -> GenerationError:
        return GenerationError(
            f"The model server {self._address} did not answer: {self._cause(error)} "
            "Check LLM_BASE_URL (it ends in /v1), LLM_API_KEY and LLM_MODEL, and that the server runs."
        )

    def _cause(self, error: Exception | str) -> str:
        """The error in its own words. Some servers repeat the key that they reject."""
        return str(error).replace(self._client.api_key, "***")[:_MAX_CAUSE]


class SaltedClient:
    """The client of a server, with a salt for its prefix cache."""

    def __init__(self, client: OpenAIClient, salt: Callable[[], str]) -> None:
        self._client = client
        self._salt = salt

    def with_cache_salt(self, salt: Callable[[], str]) -> SaltedClient:
        """See LLMClient."""
        return self._client.with_cache_salt(salt)

    async def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        """See LLMClient."""
        salt = await asyncio.to_thread(self._salt)
        async with aclosing(self._client.generate(messages, recipe, salt)) as pieces:
            async for piece in pieces:
                yield piece

    async def model(self) -> str:
        """See LLMClient."""
        return await self._client.model()


def _contexts(models: Mapping[str, Mapping[str, Any]]) -> dict[str, int | None]:
    """Return the context of each model of a list. vLLM states that of an adapter at its `parent`."""

    def stated(name: object) -> int | None:
        length = models.get(str(name), {}).get("max_model_len")
        return length if isinstance(length, int) and length > 0 else None

    return {name: stated(name) or stated(about.get("parent")) for name, about in models.items()}


def _message_of(error: openai.APIStatusError) -> str | None:
    """The server's message, where it answered with an error in OpenAI's shape.

    A proxy whose server is gone answers 503 as well, but with another body.
    """
    return str(error.body["message"]) if isinstance(error.body, dict) and "message" in error.body else None


def _overloaded(error: openai.APIStatusError) -> Overloaded:
    """The error of a server with a full queue (vLLM) or a limit on requests (a hosted one)."""
    pause = error.response.headers.get("retry-after", "")
    return Overloaded(
        "The model is busy and takes no more questions now. Ask again in a moment.",
        # The header may also be a date; a client that asks a little early receives the same answer once more.
        retry_after=int(pause) if pause.isascii() and pause.isdigit() else PAUSE_SECONDS,
    )


def _well_formed(text: str) -> str:
    """Half a character, where a server cuts one in two, becomes a replacement character: UTF-8 has no halves."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
