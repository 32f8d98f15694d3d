"""What a served model is asked in a check: how well it predicts held-out text, and what it answers greedily.

Both go through `/v1/chat/completions`, so that the template is the served one. `prompt_logprobs` (vLLM's own field)
gives the log-probability and the rank of each token of the prompt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from core.errors import ServingError
from core.prompts import Prompt

ANSWER_TOKENS = 128
"""Once two answers differ they rarely agree again: more tokens would only repeat what the first ones showed."""
MODEL = "checked"
"""The name of the model in requests."""
_AT_ONCE = 8
_TIMEOUT = httpx2.Timeout(1800.0, connect=10.0)


@dataclass(frozen=True, slots=True)
class Scored:
    """A prompt as the model predicted it: its tokens but the first, log-probabilities (nats) and ranks (1: best)."""

    ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    ranks: tuple[int, ...]


Answer = tuple[str, ...]
"""The tokens of a greedy answer, and how it ended."""


def score_all(base_url: str, prompts: Sequence[Prompt], done: Callable[[], None]) -> list[Scored]:
    """Return how the model predicts each prompt's text. Raises ServingError with the server's message."""
    bodies = [{"messages": prompt.chat(), "max_tokens": 1, "prompt_logprobs": 0} for prompt in prompts]
    return [_scored(reply) for reply in _post_all(base_url, bodies, done)]


def answer_all(base_url: str, prompts: Sequence[Prompt], done: Callable[[], None]) -> list[Answer]:
    """Return the greedy answer to each prompt. Raises ServingError with the server's message."""
    bodies = [
        {"messages": prompt.chat(), "max_tokens": ANSWER_TOKENS, "temperature": 0, "logprobs": True}
        for prompt in prompts
    ]
    return [_answer(reply) for reply in _post_all(base_url, bodies, done)]


def _post_all(base_url: str, bodies: Sequence[dict[str, Any]], done: Callable[[], None]) -> list[dict[str, Any]]:
    async def run() -> list[dict[str, Any]]:
        gate = asyncio.Semaphore(_AT_ONCE)
        async with httpx2.AsyncClient(base_url=base_url, timeout=_TIMEOUT, trust_env=False) as http:

            async def one(body: dict[str, Any]) -> dict[str, Any]:
                async with gate:
                    reply = await _post(http, {"model": MODEL, **body})
                done()
                return reply

            return list(await asyncio.gather(*map(one, bodies)))

    return asyncio.run(run())


async def _post(http: httpx2.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    try:
        response = await http.post("/chat/completions", json=body)
    except httpx2.HTTPError as error:
        raise ServingError(f"vLLM stopped answering during the check: {error or type(error).__name__}.") from error
    if response.status_code != 200:
        raise ServingError(f"vLLM answered {response.status_code} in the check: {response.text[:500]}")
    reply: dict[str, Any] = response.json()
    return reply


def _scored(reply: dict[str, Any]) -> Scored:
    # The first token has no probability. Of each other one only the prompt's own token is in the list.
    entries = [next(iter(entry.items())) for entry in reply["prompt_logprobs"][1:]]
    return Scored(
        ids=tuple(int(name) for name, _ in entries),
        logprobs=tuple(float(found["logprob"]) for _, found in entries),
        ranks=tuple(int(found["rank"]) for _, found in entries),
    )


def _answer(reply: dict[str, Any]) -> Answer:
    choice = reply["choices"][0]
    return (*(piece["token"] for piece in choice["logprobs"]["content"]), f"<{choice['finish_reason']}>")
