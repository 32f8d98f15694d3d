"""Ask a judge model behind an OpenAI-compatible server, with structured outputs, at temperature 0.

The official client repeats a request after a failed connection, a timeout and the statuses 408, 409, 429 and 5xx, with
growing pauses or those that the server names. What fails then is one judgement that is missing, except where every
other one would fail as well: the server is gone, or refuses the key or the model.

Not covered: models that take no `temperature` or name `max_tokens` otherwise, such as OpenAI's reasoning models. A
server at temperature 0 may still reply differently to the same request, since batches change rounding; a reply that
was kept does not change.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai

from app.answer.types import message_dict
from core.errors import ConfigurationError, GenerationError
from evals.judge.cache import ReplyCache
from evals.judge.questions import JudgeQuestion

_TIMEOUT_SECONDS = 120.0
"""Longest wait for one reply. Chosen: a reason of two sentences from a model on a busy server."""
_CONNECT_SECONDS = 5.0
_TRIES = 5
_MAX_TOKENS = 512
"""Tokens of a reply. Chosen: several times the two sentences that are asked for."""
_LONGEST_CAUSE = 300
_NO_KEY = "no-key"
"""vLLM without a key accepts any; the client rejects an empty one."""
# What a server that does not speak OpenAI's API makes the client raise.
_MALFORMED = (ValueError, TypeError, AttributeError, LookupError)
_FOR_ALL = (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError)


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """Which judge to ask: the server's address (it ends in /v1), key and model, and how many questions at a time.

    `model` None: the first one that the server lists. `cache` is the folder of the replies.
    """

    base_url: str
    cache: Path
    model: str | None = None
    api_key: str | None = field(default=None, repr=False)
    at_once: int = 8

    def __post_init__(self) -> None:
        if self.at_once < 1:
            raise ConfigurationError(f"--judge-at-once is {self.at_once}; it must be 1 or more.")


@dataclass(slots=True)
class JudgeUsage:
    """The requests to a judge's server, those that failed, replies from the cache, and the tokens that were counted."""

    asked: int = 0
    cached: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of the right form; or None, with the cause."""

    values: Mapping[str, Any] | None
    cause: str = ""


class JudgeClient:
    """Asks one judge model; replies come from the cache where it has them."""

    def __init__(self, client: openai.AsyncOpenAI, model: str, cache: ReplyCache, at_once: int) -> None:
        self._client = client
        self._cache = cache
        self._gate = asyncio.Semaphore(at_once)
        self.model = model
        self.usage = JudgeUsage()

    @property
    def address(self) -> str:
        """The address of the server, without what may be secret in it."""
        return _address(self._client)

    async def ask(self, question: JudgeQuestion) -> Reply:
        """Ask a question. Raises GenerationError where every other question would fail as well."""
        body = self._body(question)
        kept = self._cache.get(self.address, body)
        if kept is not None and _fits(kept, question.schema):
            self.usage.cached += 1
            return Reply(kept)
        async with self._gate:
            reply = await self._sent(body, question)
        if reply.values is None:
            self.usage.failed += 1
        else:
            self._cache.keep(self.address, body, reply.values)
        return reply

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _body(self, question: JudgeQuestion) -> dict[str, Any]:
        return {
            "model": self.model,
            "messages": [message_dict(message) for message in question.messages],
            "temperature": 0,
            "max_tokens": _MAX_TOKENS,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": question.name, "strict": True, "schema": dict(question.schema)},
            },
        }

    async def _sent(self, body: Mapping[str, Any], question: JudgeQuestion) -> Reply:
        self.usage.asked += 1
        try:
            completion: Any = await self._client.post("/chat/completions", cast_to=object, body=body)
            self._count(completion)
            choice = completion["choices"][0]
            return _parsed(choice["message"], choice.get("finish_reason"), question.schema)
        except openai.APITimeoutError:
            return Reply(None, f"no reply within {_TIMEOUT_SECONDS:g} s")
        except (openai.APIConnectionError, *_FOR_ALL) as error:
            raise self._fault(error) from error
        except openai.APIStatusError as error:
            return Reply(None, self._cause(error))
        except (openai.OpenAIError, *_MALFORMED) as error:
            return Reply(None, f"the server did not reply as OpenAI's API does: {self._cause(error)}")

    def _count(self, completion: Any) -> None:
        usage = completion.get("usage") or {}
        self.usage.prompt_tokens += int(usage.get("prompt_tokens") or 0)
        self.usage.completion_tokens += int(usage.get("completion_tokens") or 0)

    def _fault(self, error: Exception) -> GenerationError:
        return GenerationError(
            f"The judge {self.model} at {self.address} cannot be asked: {self._cause(error)} Check --judge-url "
            "(it ends in /v1), --judge-model and JUDGE_API_KEY, and that the server runs. Replies so far are kept."
        )

    def _cause(self, error: Exception) -> str:
        """Return the error in its own words. Some servers repeat the key that they reject."""
        return str(error).replace(self._client.api_key, "***")[:_LONGEST_CAUSE]


async def connect_judge(request: JudgeRequest) -> JudgeClient:
    """Return a client of the judge. Raises GenerationError where no model is named and the server lists none."""
    timeout = openai.Timeout(_TIMEOUT_SECONDS, connect=_CONNECT_SECONDS)
    client = openai.AsyncOpenAI(
        base_url=request.base_url, api_key=request.api_key or _NO_KEY, timeout=timeout, max_retries=_TRIES - 1
    )
    model = request.model or await _first_model(client)
    return JudgeClient(client, model, ReplyCache(request.cache), request.at_once)


def _address(client: openai.AsyncOpenAI) -> str:
    """Return the address of the server without user name, password and query."""
    return str(client.base_url.copy_with(userinfo=b"", query=None)).rstrip("/")


async def _first_model(client: openai.AsyncOpenAI) -> str:
    address = _address(client)
    try:
        listing = await client.with_options(max_retries=0).models.list()
        served = [model.id for model in listing.data if model.id]
    except (openai.OpenAIError, *_MALFORMED) as error:
        cause = str(error).replace(client.api_key, "***")[:_LONGEST_CAUSE]
        raise GenerationError(
            f"The judge's server {address} does not list its models: {cause} Check --judge-url (it ends in /v1) and "
            "JUDGE_API_KEY, that the server runs, or name the model with --judge-model."
        ) from error
    if not served:
        raise GenerationError(f"The judge's server {address} serves no model. Start one, or set --judge-model.")
    return str(served[0])


def _parsed(message: Mapping[str, Any], finish_reason: str | None, schema: Mapping[str, Any]) -> Reply:
    if message.get("refusal"):
        return Reply(None, f"the judge refused: {_quoted(str(message['refusal']))}")
    content = message.get("content")
    if not isinstance(content, str) or not content.strip():
        return Reply(None, "the reply is empty")
    if finish_reason == "length":
        return Reply(None, f"the reply was cut off after {_MAX_TOKENS} tokens")
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        return Reply(None, f"the reply is not JSON: {_quoted(content)}")
    if not _fits(values, schema):
        return Reply(None, f"the reply has not the requested form: {_quoted(content)}")
    return Reply({name: _well_formed(value) for name, value in values.items()})


def _quoted(text: str) -> str:
    """Return the beginning of a judge's text as one line, in which nothing controls a terminal."""
    return repr(text[:_LONGEST_CAUSE])


def _well_formed(value: Any) -> Any:
    """Return a text that can be written as UTF-8: half of a surrogate pair, as JSON can have it, becomes a mark."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def _fits(values: Any, schema: Mapping[str, Any]) -> bool:
    """Say whether a reply has exactly the properties of the schema, each of its type and among its choices."""
    properties: Mapping[str, Mapping[str, Any]] = schema["properties"]
    return (
        isinstance(values, dict)
        and set(values) == set(properties)
        and all(_is(values[name], expected) for name, expected in properties.items())
    )


def _is(value: Any, expected: Mapping[str, Any]) -> bool:
    if expected["type"] == "boolean":
        return isinstance(value, bool)
    return isinstance(value, str) and value in expected.get("enum", (value,))
