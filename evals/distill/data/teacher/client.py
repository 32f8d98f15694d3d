"""Ask a teacher behind an OpenAI-compatible server: several requests at a time, and each of them once.

Replies are kept on disk by the hash of what was sent, so that a run that was killed asks nothing twice. A request that
fails is counted and left out; after `_MOST_FAILURES` in a row the server is taken to be gone, and the run ends with
the server's own error. A reply that was cut at its limit of tokens is kept, and is no reply.

Not covered: a server that serves another model under the same name. Delete the folder of the replies then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.answer.generated.llm.openai import OpenAIClient
from app.answer.generated.llm.protocol import Delta, Ended
from app.answer.types import message_dict
from core.errors import GenerationError
from core.recipe import Recipe
from core.types import Message
from evals.judge.cache import ReplyCache

_MOST_FAILURES = 5
"""Failures of the server, one after another, after which the run ends."""


@dataclass(frozen=True, slots=True)
class Teacher:
    """The model that is asked: its server's address (it ends in /v1), the folder of the replies, requests at a time.

    `model` None: the first one that the server lists. `timeout_s` is the longest wait for a word.
    """

    address: str
    replies: Path
    model: str | None = None
    api_key: str | None = field(default=None, repr=False)
    at_once: int = 8
    timeout_s: float = 120.0


@dataclass(slots=True)
class TeacherUsage:
    """Requests that the server answered, replies that were kept from before, and requests that failed or were cut."""

    asked: int = 0
    kept: int = 0
    failed: int = 0
    cut: int = 0


class TeacherClient:
    """Asks one teacher. `name` is the model's, as the server gives it."""

    def __init__(self, teacher: Teacher, client: OpenAIClient, name: str) -> None:
        self.name = name
        self.usage = TeacherUsage()
        self._client = client
        self._address = teacher.address
        self._cache = ReplyCache(teacher.replies)
        self._free = asyncio.Semaphore(teacher.at_once)
        self._failures = 0

    async def ask(self, messages: Sequence[Message], recipe: Recipe) -> str | None:
        """Return the reply to messages; None where the request failed or the reply was cut.

        Raises GenerationError after several failures in a row, and OSError where a reply cannot be kept.
        """
        body = {
            "model": self.name,
            "messages": [message_dict(message) for message in messages],
            "temperature": recipe.temperature,
            "max_tokens": recipe.max_tokens,
        }
        async with self._free:
            reply = self._cache.get(self._address, body)
            if reply is None:
                reply = await self._asked(messages, recipe, body)
            else:
                self.usage.kept += 1
        if reply is None:
            return None
        if reply["reason"] == "length":
            self.usage.cut += 1
            return None
        return str(reply["text"])

    async def _asked(self, messages: Sequence[Message], recipe: Recipe, body: dict[str, Any]) -> dict[str, Any] | None:
        reply = _Reply()
        try:
            async for piece in self._client.generate(messages, recipe):
                reply.take(piece)
        except GenerationError:
            self.usage.failed += 1
            self._failures += 1
            if self._failures >= _MOST_FAILURES:
                raise
            return None
        self._failures = 0
        self.usage.asked += 1
        found = {"text": "".join(reply.pieces), "reason": reply.reason}
        self._cache.keep(self._address, body, found)
        return found


@dataclass(slots=True)
class _Reply:
    pieces: list[str] = field(default_factory=list)
    reason: str = "stop"

    def take(self, piece: Delta | Ended) -> None:
        """Take the next piece of a reply."""
        if isinstance(piece, Delta):
            self.pieces.append(piece.text)
        else:
            self.reason = piece.reason


@asynccontextmanager
async def connected(teacher: Teacher) -> AsyncIterator[TeacherClient]:
    """Connect to a teacher for the length of a block. Raises GenerationError where no model answers."""
    client = OpenAIClient.connect(teacher.address, teacher.api_key, teacher.model, timeout_s=teacher.timeout_s)
    try:
        yield TeacherClient(teacher, client, await client.model())
    finally:
        await client.close()
